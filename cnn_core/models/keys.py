"""What a model is called: "mnist", "application:ResNet50:random", "file:<SHA-256 of its bytes>:bytes".

A key says where a model comes from, which one it is, and what is left to choose of it: the weights of an application,
how pixels enter the model of a file.
"""

from typing import Final, NamedTuple

from cnn_core.models.bundled import BUNDLED
from cnn_core.pictures.scaling import Scaling

BUNDLED_SOURCE: Final = "bundled"
APPLICATION: Final = "application"
FILE: Final = "file"
RANDOM: Final = "random"
IMAGENET: Final = "imagenet"

# What each function's `preprocess_input` does; those with BYTES scale inside the model.
_BY_SCALING: Final = {
    Scaling.BYTES: "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge EfficientNetB0 EfficientNetB1 "
    "EfficientNetB2 EfficientNetB3 EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0 "
    "EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L EfficientNetV2M EfficientNetV2S "
    "MobileNetV3Large MobileNetV3Small",
    Scaling.SIGNED: "InceptionResNetV2 InceptionV3 MobileNet MobileNetV2 NASNetLarge NASNetMobile ResNet101V2 "
    "ResNet152V2 ResNet50V2 Xception",
    Scaling.TORCH: "DenseNet121 DenseNet169 DenseNet201",
    Scaling.CAFFE: "ResNet101 ResNet152 ResNet50 VGG16 VGG19",
}
APPLICATIONS: Final = dict(sorted((name, scaling) for scaling, names in _BY_SCALING.items() for name in names.split()))
"""The functions of keras.applications, and how their pictures enter."""


class ModelKey(NamedTuple):
    """A key taken apart. `name`: of the bundled model or the function, or the file's digest; `variant`: the weights of
    an application, the scaling of a file."""

    source: str
    name: str
    variant: str = ""

    @classmethod
    def of(cls, key: str) -> "ModelKey":
        """Take a key apart.

        >>> ModelKey.of("application:VGG16:random").name, ModelKey.of("mnist").source
        ('VGG16', 'bundled')
        """
        source, _, rest = key.partition(":")
        if source not in (APPLICATION, FILE):
            return cls(BUNDLED_SOURCE, key)
        name, _, variant = rest.partition(":")
        return cls(source, name, variant)

    def __str__(self) -> str:
        return self.name if self.source == BUNDLED_SOURCE else f"{self.source}:{self.name}:{self.variant}"


def is_bundled(key: str) -> bool:
    """Say whether a key is that of a bundled model, which needs no TensorFlow to be described."""
    return any(model.key == key for model in BUNDLED)
