"""Models as TensorFlow Lite files: its interpreter gives the answers of Keras."""

from pathlib import Path

import numpy as np
import pytest
from small_fits import AUGMENTATION, network

from cnn_core.training.fitting import behind_input

pytestmark = pytest.mark.keras


@pytest.mark.filterwarnings(r"ignore:\s*Warning. tf.lite.Interpreter is deprecated:UserWarning")
def test_the_interpreter_answers_as_keras_does(tmp_path: Path) -> None:
    import tensorflow as tf

    from cnn_core.keras_model.build import build_model
    from cnn_core.keras_model.lite import tflite

    model = build_model(behind_input(network(), AUGMENTATION), seed=1)
    model.save(tmp_path / "model.keras")
    interpreter = tf.lite.Interpreter(model_content=tflite(tmp_path / "model.keras"))
    (given,), (said,) = interpreter.get_input_details(), interpreter.get_output_details()
    pictures = np.random.default_rng(0).integers(0, 256, (3, 24, 24, 3)).astype(np.float32)
    interpreter.resize_tensor_input(given["index"], pictures.shape)
    interpreter.allocate_tensors()
    interpreter.set_tensor(given["index"], pictures)
    interpreter.invoke()
    wanted = model.predict_on_batch(pictures)
    np.testing.assert_allclose(interpreter.get_tensor(said["index"]), wanted, rtol=1e-4, atol=1e-6)
    assert len(np.unique(wanted)) == 3
