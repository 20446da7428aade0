"""A reader's own pictures, as `gathering` has kept them: class folders and a list of what is in them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cnn_core.arrays import PictureBytes
from cnn_core.errors import CnnError
from cnn_core.pictures.plain import decoded
from cnn_core.sentences import N_
from cnn_core.training.sets.contents import Contents, Opened
from cnn_core.training.sets.sources import Own
from cnn_core.training.sets.split import Part
from cnn_core.training.store import Store

STORE: Final = Store("sets")
PICTURES: Final = "pictures"
MANIFEST: Final = "described.json"

_GONE: Final = N_("These pictures are no longer kept here. Choose them again.")


@dataclass(frozen=True, eq=False)
class Gathered(Opened):
    """Class folders that can be read.

    Attributes:
        folder: what `keras.utils.image_dataset_from_directory` takes.
    """

    folder: Path
    kept: Contents
    files: tuple[tuple[Path, ...], ...]
    names: tuple[tuple[str, ...], ...]

    @property
    def contents(self) -> Contents:
        return self.kept

    def picture(self, label: int, index: int, _part: Part, /) -> PictureBytes:
        return decoded(self.file(label, index))

    def file(self, label: int, index: int, /) -> bytes:
        """Return the bytes of a picture's file; raises CnnError where it is gone."""
        try:
            return self.files[label][index].read_bytes()
        except OSError as error:
            raise CnnError(_GONE) from error

    def name(self, label: int, index: int) -> str:
        return self.names[label][index]


def own(source: Own) -> Gathered:
    """Return a set that was kept, opened; raises CnnError where it is no longer there."""
    kept = STORE.find(source.digest)
    if kept is None:
        raise CnnError(_GONE)
    try:
        described: dict[str, Any] = json.loads((kept / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CnnError(_GONE) from error
    classes, folder = tuple(described["classes"]), kept / PICTURES
    entries = [[entry for entry in described["entries"] if entry["label"] == label] for label in classes]
    return Gathered(
        folder,
        Contents(classes, tuple(map(len, entries)), (0,) * len(classes)),
        tuple(tuple(folder / entry["label"] / entry["file"] for entry in each) for each in entries),
        tuple(tuple(entry["name"] for entry in each) for each in entries),
    )
