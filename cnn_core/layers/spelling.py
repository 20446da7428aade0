"""How Keras writes a layer kind: plain data for both directions, for Keras itself stands in `keras_model` only."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spelling:
    """What differs between a kind's settings here and what Keras's class takes and writes of itself.

    `keras_model.keras_layers` builds by it and `model_file.kinds` reads by it, so that what was built comes back. Where
    data is not enough, each of them has a rule of its own for the kind.

    Attributes:
        name: of Keras's class, where it is not called as the kind is.
        renamed: Keras's names of settings, by ours.
        last_axis: whether Keras asks for an `axis`; here it is the last.
        on_images: whether Keras asks for a `data_format`; here channels come last.
        initializers: which weights Keras fills at random: "kernel" for a `kernel_initializer`.
        chance: what a layer needs chance for, "dropout", where Keras takes a `seed`.
        fixed: settings that have no word here, and the values that they must have.
        ignored: settings that change nothing here: they matter in training only, or not any more.
    """

    name: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    last_axis: bool = False
    on_images: bool = False
    initializers: tuple[str, ...] = ()
    chance: str = ""
    fixed: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()

    def of(self, setting: str) -> str:
        """Return Keras's name of a setting."""
        return self.renamed.get(setting, setting)
