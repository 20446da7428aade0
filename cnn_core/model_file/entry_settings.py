"""What Keras says of one layer, setting by setting: what is read, what is left out, what must be as ours is."""

from typing import Any, Final

from cnn_core.errors import LayerError
from cnn_core.layers import Layer
from cnn_core.layers.shapes import Shape
from cnn_core.model_file.shown import shown

Sizes = tuple[int | None, ...]

_FIXED: Final[dict[str, tuple[Any, ...]]] = {
    "data_format": ("channels_last",),
    "lora_rank": (None,),
    "quantization_config": (None,),
}
"""Settings without a word here that many kinds have: they must have one of these values."""

_LEFT_OUT: Final = {
    *("name", "trainable", "dtype", "batch_shape", "batch_input_shape", "optional", "autocast", "dynamic"),
    *("seed", "lora_alpha"),
}
_LEFT_OUT_ENDS: Final = ("_initializer", "_regularizer", "_constraint")


def demand(setting: str, value: object, *allowed: object) -> None:
    if value not in allowed:
        raise LayerError(
            "{setting} must be {allowed}; other values are not supported here. Received: {setting}={value}.",
            setting=setting,
            allowed=" or ".join(map(str, allowed)),
            value=shown(value),
        )


class EntrySettings:
    """What Keras says of one layer, taken setting by setting, so that what nobody has taken is noticed.

    Attributes:
        sizes: of the layer's first input without the batch axis, None where the model leaves one open.
        old: whether Keras 2 wrote this.
        behind: layers to follow, where Keras has one for what is several here; readers put them there.
    """

    def __init__(self, settings: dict[str, Any], sizes: Sizes, old: bool) -> None:
        self._left = dict(settings)
        self.sizes, self.old = sizes, old
        self.behind: list[Layer] = []

    @property
    def shape(self) -> Shape:
        """Return the sizes where all are known; raises LayerError where one is not."""
        known = tuple(size for size in self.sizes if size is not None)
        if len(known) < len(self.sizes):
            raise LayerError(
                "Its output depends on the sizes of its input, which the model does not fix. Received: {sizes}. "
                "Give the model's Input a height and a width.",
                sizes="×".join("?" if size is None else str(size) for size in self.sizes),
            )
        return known

    def take(self, *names: str) -> Any:
        """Return the value under the first of these names that is there, or None."""
        return next((self._left.pop(name) for name in names if name in self._left), None)

    def put(self, name: str, value: Any) -> None:
        """Give a value back for another reader."""
        self._left[name] = value

    def take_last_axis(self, *others: object) -> None:
        """Check `axis`, a number or several, counted from either end."""
        axis = self.take("axis")
        axes = axis if isinstance(axis, list) else [-1 if axis is None else axis]
        demand("axis", axes, [-1], [len(self.sizes)], *others)

    def demand(self, **allowed: tuple[object, ...]) -> None:
        """Check settings that have no word here, where the layer has them."""
        for name, values in allowed.items():
            if name in self._left:
                demand(name, self._left.pop(name), *values)

    def ignore(self, *names: str) -> None:
        """Leave settings out that change nothing here."""
        for name in names:
            self._left.pop(name, None)

    def finish(self) -> None:
        """Check what is left over."""
        if self._left.get("data_format") == "channels_first":
            raise LayerError(
                "Its maps have their channels first, (channels, height, width); here they are last. Build the model "
                'with data_format="channels_last" and save it again.'
            )
        self.demand(**_FIXED)
        for name, value in self._left.items():
            if name not in _LEFT_OUT and not name.endswith(_LEFT_OUT_ENDS):
                raise LayerError(
                    "The setting {setting} is not known here. Received: {setting}={value}. Save the model with the "
                    "classes of Keras itself.",
                    setting=shown(name),
                    value=shown(value),
                )
