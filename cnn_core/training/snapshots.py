"""Small arrays of a network after an epoch: what its first kernels, one picture's maps and its answers have become."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from cnn_core.training.records import Answer
from cnn_core.training.run_folder import replacing

Half = npt.NDArray[np.float16]
MOST_SNAPSHOTS: Final = 40
MOST_LAYERS: Final = 5
MOST_CHANNELS: Final = 8
MOST_KERNELS: Final = 64
LARGEST_SIDE: Final = 64
"""Of a map: larger ones are kept at every second place, or every third, …"""


@dataclass(frozen=True, eq=False)
class Shot:
    """What is kept of an epoch.

    Attributes:
        kernels: of the first convolution, (height, width, input channels, filters); None where none is trained.
        maps: what trained convolutions make of the first validation picture, (height, width, channels), by layer.
        confusion: of the validation pictures: how many of each class (row) were taken for each (column).
        wrong, sure: the answers for validation pictures that were wrong, or right, with the highest probability.
    """

    kernels: Half | None
    maps: Mapping[str, Half]
    confusion: tuple[tuple[int, ...], ...]
    wrong: tuple[Answer, ...] = field(default=())
    sure: tuple[Answer, ...] = field(default=())

    def write(self, path: Path) -> None:
        """Write it into a file, which is there at once as a whole."""
        arrays: dict[str, npt.NDArray[Any]] = {f"map_{place}": maps for place, maps in enumerate(self.maps.values())}
        if self.kernels is not None:
            arrays["kernels"] = self.kernels
        said = {
            "layers": list(self.maps),
            "confusion": self.confusion,
            "wrong": [asdict(answer) for answer in self.wrong],
            "sure": [asdict(answer) for answer in self.sure],
        }
        with replacing(path) as part, part.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, said=np.array(json.dumps(said)), **arrays)

    @classmethod
    def read(cls, path: Path) -> "Shot":
        """Return what `write` wrote; raises CnnError where it is not there any more."""
        try:
            with np.load(path) as stored:
                said = json.loads(str(stored["said"]))
                maps = {layer: stored[f"map_{place}"] for place, layer in enumerate(said["layers"])}
                kernels = stored["kernels"] if "kernels" in stored.files else None
        except (OSError, EOFError, BadZipFile, LookupError, ValueError) as error:
            raise CnnError(N_("This snapshot no longer exists: {problem}."), problem=error) from error
        answers = ([Answer(**answer) for answer in said[name]] for name in ("wrong", "sure"))
        return cls(kernels, maps, tuple(map(tuple, said["confusion"])), *map(tuple, answers))


def is_kept(epoch: int, epochs: int) -> bool:
    """Say whether an epoch has a snapshot: each of a few, every second, third, … of many, and always 0 and the last."""
    return epoch in (0, epochs) or epoch % ceil(epochs / (MOST_SNAPSHOTS - 2)) == 0


def small_maps(maps: npt.NDArray[Any]) -> Half:
    """Return the first maps of (height, width, channels), thinned to `LARGEST_SIDE`."""
    apart = ceil(max(maps.shape[:2]) / LARGEST_SIDE)
    return np.ascontiguousarray(maps[::apart, ::apart, :MOST_CHANNELS], np.float16)
