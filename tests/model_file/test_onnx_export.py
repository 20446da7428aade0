"""Networks written as ONNX compute what Keras computes: in ONNX's own evaluator and in ONNX Runtime; and read again."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from layer_cases import Case, cases, in_keras
from onnx.reference import ReferenceEvaluator
from small_fits import AUGMENTATION
from small_fits import network as trained_network

import cnn_core
from cnn_core.arrays import Values
from cnn_core.errors import NetworkError
from cnn_core.layers import KINDS, Dot, Group, Input, Layer, Merge
from cnn_core.model_file.onnx_export import onnx_file, refuse_unwritable
from cnn_core.model_file.onnx_export.layers import is_written
from cnn_core.network.line import read_line
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import preset
from cnn_core.training.fitting import behind_input

pytestmark = pytest.mark.keras

ONE_INPUT = [
    kind for kind in KINDS.values() if not issubclass(kind, Merge | Input) and kind.group is not Group.AUGMENTATION
]
NETWORKS = {
    "digits": "28x28x1-C8-C16v-P2-F-D10-D3sm",
    "residual": "16x16x3-C8 -> C16s2nblin-B-R-C16lin-B | C16k1s2lin-B -> +-R-GA-D3sm",
    "all merges": "9x9x2-C4 -> C4 | C4k1 | -> +-C4 -> C4 | -> *-C4 -> C4 | -> &-F-D1sigm".replace("sigm", "sigmoid"),
    "mobile": "16x16x3-DW3-B-relu6-SeparableConv2D(filters=4, kernel_size=3)-GA-D2",
    "two outputs": "8x8x3-a=C4-b=P2[a]-c=GA[a]",
}


def runtime(data: bytes, batch: Values) -> list[Values]:
    """Return what ONNX Runtime computes."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    return list(session.run(None, {session.get_inputs()[0].name: batch}))


def reference(data: bytes, batch: Values) -> list[Values]:
    """Return what ONNX's own evaluator computes, operator by operator as the standard defines them."""
    evaluator = ReferenceEvaluator(onnx.load_from_string(data))
    return list(evaluator.run(None, {evaluator.input_names[0]: batch}))


def assert_close(found: Values, wanted: Values) -> None:
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5 * max(1.0, float(np.abs(wanted).max())))


@pytest.mark.parametrize("kind", ONE_INPUT, ids=lambda kind: kind.__name__)
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1:UserWarning")
@seed(0)
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_layer_computes_what_it_does_in_keras(kind: type[Layer], data: st.DataObject) -> None:
    drawn: Case = data.draw(cases(kind))
    network = Network((NamedLayer("input", Input(drawn.inputs[0].shape)), NamedLayer("layer", drawn.layer)))
    batch = np.stack([drawn.inputs[0], -drawn.inputs[0]])
    (found,) = runtime(onnx_file(network, {"layer": drawn.weights}), batch)
    assert_close(found, in_keras(drawn)(batch))


@pytest.mark.parametrize("line", NETWORKS.values(), ids=NETWORKS)
def test_a_network_computes_what_it_does_in_keras(line: str) -> None:
    from cnn_core.keras_model.build import build_model
    from cnn_core.keras_model.saving import untrained_onnx

    network = read_line(line)
    file = untrained_onnx(network, seed=5)
    batch = np.random.default_rng(1).normal(size=(2, *next(network.steps()).output_shape)).astype(np.float32)
    made = build_model(network, seed=5)(batch)
    wanted = [np.asarray(one) for one in (made if isinstance(made, list) else [made])]
    for compute in (reference, runtime):
        for ours, keras in zip(compute(file, batch), wanted, strict=True):
            assert_close(ours, keras)
    # What is read of the file again is a network that answers the same.
    if len(wanted) == 1:
        again = cnn_core.open_model(file).model(batch, training=False)
        assert_close(np.asarray(again), wanted[0])


def test_what_was_trained_answers_in_onnx_as_in_keras(tmp_path: Path) -> None:
    """With augmentation in the Keras model, which acts in training only."""
    from cnn_core.keras_model.build import build_model
    from cnn_core.keras_model.saving import trained_onnx

    model = build_model(behind_input(trained_network(), AUGMENTATION), seed=1)
    model.save(tmp_path / "model.keras")
    pictures = np.random.default_rng(0).integers(0, 256, (3, 24, 24, 3)).astype(np.float32)
    file = trained_onnx(trained_network(), tmp_path / "model.keras")
    for compute in (reference, runtime):
        (found,) = compute(file, pictures)
        assert_close(found, model.predict_on_batch(pictures))


def test_the_outputs_go_by_their_layers_and_nothing_else_does() -> None:
    network = Network((NamedLayer("/relu_1", Input((4, 4, 1))),))
    with pytest.raises(NetworkError, match="slash"):
        onnx_file(network, {})
    model = onnx.load_from_string(onnx_file(read_line("8x8x3-input_1=ReLU-softmax=GA"), {}))
    assert [value.name for value in model.graph.input] == ["input"]
    assert [value.name for value in model.graph.output] == ["softmax"]
    only = onnx_file(Network.of(Input((4, 4, 1))), {})
    batch = np.ones((1, 4, 4, 1), np.float32)
    assert np.array_equal(runtime(only, batch)[0], batch)


def test_what_is_not_written_is_refused_by_its_name() -> None:
    assert [name for name, kind in KINDS.items() if not is_written(kind)] == ["Input", "Dot"]
    network = Network.of(Input((4, 4, 1)), NamedLayer("scores", Dot((-1, -1)), ("input", "input")))
    with pytest.raises(NetworkError, match=r'Layer "scores" \(Dot\): Dot cannot be written as ONNX'):
        refuse_unwritable(network)


def test_what_is_too_large_is_refused_before_anything_is_built() -> None:
    with pytest.raises(NetworkError, match="at most 75,000,000 are written"):
        refuse_unwritable(preset("vgg16").make())
