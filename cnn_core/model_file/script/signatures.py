"""How the classes of Keras are called: what code leaves unsaid."""

from typing import Any, Final

POSITIONAL: Final[dict[str, tuple[str, ...]]] = {
    "Activation": ("activation",),
    "AveragePooling2D": ("pool_size", "strides", "padding"),
    "BatchNormalization": ("axis", "momentum", "epsilon"),
    "Conv2D": ("filters", "kernel_size", "strides", "padding"),
    "Conv2DTranspose": ("filters", "kernel_size", "strides", "padding"),
    "Cropping2D": ("cropping",),
    "Dense": ("units", "activation"),
    "DepthwiseConv2D": ("kernel_size", "strides", "padding"),
    "Dropout": ("rate",),
    "ELU": ("alpha",),
    "GaussianNoise": ("stddev",),
    "GroupNormalization": ("groups", "axis", "epsilon"),
    "LayerNormalization": ("axis", "epsilon"),
    "LeakyReLU": ("negative_slope",),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "Permute": ("dims",),
    "PReLU": ("alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes"),
    "RandomContrast": ("factor",),
    "RandomFlip": ("mode",),
    "RandomGrayscale": ("factor",),
    "RandomRotation": ("factor", "fill_mode"),
    "RandomTranslation": ("height_factor", "width_factor", "fill_mode"),
    "RandomZoom": ("height_factor", "width_factor", "fill_mode"),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "Rescaling": ("scale", "offset"),
    "Reshape": ("target_shape",),
    "Resizing": ("height", "width", "interpolation"),
    "SeparableConv2D": ("filters", "kernel_size", "strides", "padding"),
    "Softmax": ("axis",),
    "SpatialDropout2D": ("rate",),
    "UpSampling2D": ("size", "data_format", "interpolation"),
    "ZeroPadding2D": ("padding",),
}
"""The names of the settings that people give without them."""

DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "AveragePooling2D": {"strides": None, "padding": "valid"},
    "MaxPooling2D": {"pool_size": (2, 2), "strides": None, "padding": "valid"},
    "ReLU": {"max_value": None, "negative_slope": 0.0, "threshold": 0.0},
    "Rescaling": {"offset": 0.0},
}
"""What Keras always writes of itself, also where code does not say it."""

OTHER_NAMES: Final = {
    "Convolution2D": "Conv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
}
"""Classes of Keras under the names of earlier versions."""
