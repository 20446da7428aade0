"""In which numbers a model of unknown making wants its pixels."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from cnn_core import layers
from cnn_core.layers import KINDS, Conv2D, Group, Input, Layer, Normalization, Rescaling
from cnn_core.models.info import describe
from cnn_core.models.kept_files import keep_file
from cnn_core.models.keys import APPLICATIONS
from cnn_core.models.pixel_range import guessed_scalings
from cnn_core.network.network import NamedLayer, Network
from cnn_core.pictures.scaling import Scaling

TO_UNIT = Rescaling(1 / 255)

UNIT, BYTES, SIGNED, TORCH, CAFFE = Scaling
UNSURE = UNIT, BYTES

SCALES: list[tuple[list[Layer], tuple[Scaling, ...]]] = [
    ([TO_UNIT], (BYTES,)),
    ([Rescaling(1 / 127.5, offset=-1.0)], (BYTES,)),
    ([Rescaling(1.0, offset=-127.0), Rescaling(1 / 128)], (BYTES,)),
    ([Rescaling(0.5, offset=0.5), Rescaling(1 / 255)], (BYTES,)),
    ([Rescaling(2.0, offset=-1.0)], (UNIT,)),
    # It brings −1 to 1 to 0 to 1.
    ([Rescaling(0.5, offset=0.5)], (SIGNED, UNIT)),
    ([Rescaling(255.0), TO_UNIT], (UNIT,)),
    ([Rescaling(255.0), Normalization((120.0,) * 3, (3000.0,) * 3)], (UNIT,)),
    ([Rescaling(1e-200), Rescaling(1e-200), Rescaling(1.0, -1.0)], (BYTES,)),
    ([Rescaling(0.0)], UNSURE),
    ([Normalization((0.485, 0.456, 0.406), (0.05, 0.05, 0.05))], (UNIT,)),
    ([Normalization((120.0, 115.0, 100.0), (3000.0, 3000.0, 3000.0))], (BYTES,)),
    ([Conv2D(4, 3)], UNSURE),
    # What is rescaled behind a layer that computes is no pixel any more.
    ([Conv2D(4, 3), TO_UNIT], UNSURE),
]


@pytest.mark.parametrize(("first", "scalings"), SCALES)
def test_scaling_is_guessed_from_the_first_layers(first: list[Layer], scalings: tuple[Scaling, ...]) -> None:
    assert guessed_scalings(Network.of(Input((8, 8, 3)), *first)) == scalings


@pytest.mark.parametrize(("channels", "scalings"), [(3, (TORCH, UNIT)), (1, (UNIT, SIGNED))])
def test_what_other_frameworks_export_says_it_as_little(channels: int, scalings: tuple[Scaling, ...]) -> None:
    start = Input((8, 8, channels))
    assert guessed_scalings(Network.of(start, Conv2D(4, 3)), is_exchanged=True) == scalings
    assert guessed_scalings(Network.of(start, TO_UNIT, Conv2D(4, 3)), is_exchanged=True) == (BYTES,)


@pytest.mark.parametrize(("channels", "scalings"), [(3, (CAFFE, UNIT)), (1, UNSURE)])
def test_three_means_of_colours_are_none_of_a_grey_picture(channels: int, scalings: tuple[Scaling, ...]) -> None:
    vgg = [Conv2D(4, 3), Conv2D(4, 3), layers.MaxPooling2D()]
    names = ["input", "base.block1_conv1", "base.block1_conv2", "base.block1_pool"]
    start = Input((8, 8, channels))
    named = [NamedLayer(name, layer) for name, layer in zip(names, [start, *vgg], strict=True)]
    assert guessed_scalings(Network(tuple(named))) == scalings


IDLE = [
    *(kind(**kind.starter) for kind in KINDS.values() if kind.group in (Group.AUGMENTATION, Group.REGULARIZATION)),
    layers.Activation("linear"),
    layers.ZeroPadding2D(1),
    layers.Cropping2D(1),
    layers.UpSampling2D(2),
    layers.MaxPooling2D(2),
    layers.AveragePooling2D(2),
]


@pytest.mark.parametrize("layer", IDLE, ids=lambda layer: layer.kind)
def test_what_does_nothing_or_only_moves_values_is_passed_over(layer: Layer) -> None:
    assert guessed_scalings(Network.of(Input((16, 16, 3)), *[layer] * 3, TO_UNIT)) == (BYTES,)


def test_every_way_from_the_input_is_followed() -> None:
    network = Network(
        (
            NamedLayer("input", Input((8, 8, 1))),
            NamedLayer("coloured", layers.Concatenate(), ("input", "input", "input")),
            NamedLayer("computed", Conv2D(3, 1), ("input",)),
            NamedLayer("rescaled", TO_UNIT, ("coloured",)),
            NamedLayer("sum", layers.Add(), ("computed", "rescaled")),
        )
    )
    assert guessed_scalings(network) == (BYTES,)


@pytest.mark.parametrize("kind", ["Normalization", "BatchNormalization"])
@pytest.mark.parametrize(
    ("mean", "variance", "scalings"),
    [(0.5, 0.1, (UNIT,)), (115.0, 4000.0, (BYTES,)), (-0.1, 0.3, (SIGNED, UNIT))],
)
def test_a_normalization_s_learned_mean_counts(
    kind: str, mean: float, variance: float, scalings: tuple[Scaling, ...]
) -> None:
    network = Network.of(Input((8, 8, 1)), KINDS[kind](), Conv2D(1, 1))
    affine = [np.ones(1), np.zeros(1)] if kind == "BatchNormalization" else []
    arrays = [*affine, np.array([mean]), np.array([variance])]
    assert guessed_scalings(network, lambda name: arrays) == scalings
    assert guessed_scalings(network) == UNSURE


# Files as the tutorials save them -------------------------------------------------------------------------------------


@pytest.mark.keras
@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_the_augmented_networks_of_the_courses_take_bytes(
    nested: bool, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    augmentation = [
        keras.layers.RandomFlip("horizontal"),
        keras.layers.RandomRotation(0.1),
        keras.layers.RandomZoom(0.1),
    ]
    model = keras.Sequential(
        [
            keras.Input((20, 20, 3)),
            *([keras.Sequential(augmentation)] if nested else augmentation),
            keras.layers.Rescaling(1.0 / 255),
            keras.layers.Conv2D(2, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.save(tmp_path / f"own.{suffix}")
    key = f"file:{keep_file((tmp_path / f'own.{suffix}').read_bytes())}:"
    assert describe(key).scaling is Scaling.BYTES


@pytest.mark.keras
def test_an_adapted_normalization_takes_what_it_was_adapted_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    pictures = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3)).astype(np.float32)
    for factor, scaling in ((1.0, Scaling.BYTES), (1 / 255, Scaling.UNIT)):
        normalization = keras.layers.Normalization()
        normalization.adapt(pictures * factor)
        keras.Sequential([keras.Input((8, 8, 3)), normalization, keras.layers.Flatten()]).save(tmp_path / "own.keras")
        assert describe(f"file:{keep_file((tmp_path / 'own.keras').read_bytes())}:").scaling is scaling


@pytest.mark.keras
@pytest.mark.parametrize(
    "name",
    [
        *("MobileNet", "MobileNetV2", "MobileNetV3Small", "ResNet50", "ResNet50V2", "VGG16", "DenseNet121"),
        *("Xception", "EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny"),
    ],
)
def test_a_model_built_on_an_application_takes_what_that_one_takes(name: str) -> None:
    """As a student's own model: the application without its head, nested, with a head of its own."""
    import keras

    from cnn_core.keras_model import network_from_keras

    base = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(96, 96, 3))
    pooled = keras.layers.GlobalAveragePooling2D()
    model = keras.Sequential([keras.Input((96, 96, 3)), base, pooled, keras.layers.Dense(2, activation="softmax")])
    assert guessed_scalings(network_from_keras(model))[0] is APPLICATIONS[name]
