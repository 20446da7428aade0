"""All that a training must know of its pictures, as JSON both ways."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cnn_core.errors import CnnError
from cnn_core.pictures.prepare import Fit
from cnn_core.sentences import N_
from cnn_core.training.bounds import check_whole
from cnn_core.training.sets.sources import Source, read_source, source_to_json
from cnn_core.training.sets.split import Split

SIDES: Final = (4, 512)


@dataclass(frozen=True)
class Data:
    """Pictures as a network takes them.

    Args:
        source: where they come from.
        split: how they are divided.
        size: (height, width), to which they are resized.
        channels: 3 for red, green and blue, 1 for grey.
        fit: STRETCH is what `keras.utils.image_dataset_from_directory` does by default, CROP its
            `crop_to_aspect_ratio`, PAD its `pad_to_aspect_ratio`.

    Raises:
        CnnError: a number is out of bounds.
    """

    source: Source
    split: Split = field(default_factory=Split)
    size: tuple[int, int] = (180, 180)
    channels: int = 3
    fit: Fit = Fit.STRETCH

    def __post_init__(self) -> None:
        for name, side in zip(("height", "width"), self.size, strict=True):
            check_whole(name, side, *SIDES)
        if self.channels not in (1, 3):
            raise CnnError(
                N_("Pictures enter with 3 channels (colour) or 1 (grey). Received: channels={channels}."),
                channels=self.channels,
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """What goes into the network: (height, width, channels)."""
        return (*self.size, self.channels)

    @property
    def digest(self) -> str:
        """Return what tells these pictures from all others, 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Return it as one line."""
        return json.dumps(
            {
                "source": source_to_json(self.source),
                "split": self.split.to_json(),
                "size": self.size,
                "channels": self.channels,
                "fit": self.fit,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Data":
        """Return what `to_json` wrote; raises CnnError."""
        try:
            document: Mapping[str, Any] = json.loads(text)
            return cls(
                read_source(document["source"]),
                Split(**document["split"]),
                tuple(document["size"]),
                document["channels"],
                Fit(document["fit"]),
            )
        except CnnError:
            raise
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise CnnError(N_("This does not describe pictures to train on: {problem}."), problem=error) from error
