"""What channels of the bundled models look for, recorded: there at once, without TensorFlow.

A record is a zip archive in `cnn_core/data/looks_for`, written by `assets/make/looks_for.py`: `said.json` holds what
was reached, by layer, channel and seed, `pictures` a WebP file for each, from whose pixels that was computed, and
`model.sha256` says of which model's file. Of a model that was trained anew nothing is known.
"""

import json
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cnn_core.arrays import Pixels
from cnn_core.data import DATA
from cnn_core.models.bundled import bundled_model, model_digest
from cnn_core.models.keys import is_bundled
from cnn_core.models.looks_for import Sought
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.read import read_image

ASCENTS: Final = DATA / "looks_for"
_DATED: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file in a record, so that the same pictures make the same bytes."""


@dataclass(frozen=True)
class Reached:
    """What a recorded picture reached.

    Attributes:
        value, score: as in `Ascent`, computed from the picture as it is stored.
        unusual: as in `Climb`.
        sample, sample_value: the key of the sample picture with the largest mean, cropped to fit, and that mean.
    """

    value: float
    score: float
    unusual: int
    sample: str
    sample_value: float


def reached(sought: Sought) -> Reached | None:
    """Return what the picture that is recorded for this reached, None where there is none."""
    said = _said(sought.model) if is_bundled(sought.model) else {}
    found = said.get(_name(sought))
    return None if found is None else Reached(**found)


def recorded_picture(sought: Sought) -> Pixels:
    """Return the picture of which `reached` tells, (H, W, C) in [0, 1]."""
    with zipfile.ZipFile(ascents_path(sought.model)) as archive:
        return stored_pixels(archive.read(_file(sought)), bundled_model(sought.model).colour)


def stored_pixels(webp: bytes, colour: Colour) -> Pixels:
    """Return the pixels of a stored picture, (H, W, 1 or 3) in [0, 1]."""
    pixels = read_image(webp).pixels
    return pixels[..., :1] if colour is Colour.GREY else pixels


def ascents_path(model: str) -> Path:
    """Return where the record of a bundled model lies."""
    return ASCENTS / f"{model}.zip"


def recorded_ascents(model: str) -> tuple[Sought, ...]:
    """Return all that is recorded of a model."""
    names = (name.rsplit("|", 2) for name in _said(model))
    return tuple(Sought(model, layer, int(channel), int(seed)) for layer, channel, seed in names)


def write_ascents(model: str, ascents: Iterable[tuple[Sought, bytes, Reached]]) -> None:
    """Write the record of a bundled model: of each channel the picture as WebP, and what it reached."""
    said = {}
    with zipfile.ZipFile(ascents_path(model), "w") as archive:
        archive.writestr(zipfile.ZipInfo("model.sha256", _DATED), model_digest(model))
        for sought, webp, what in ascents:
            said[_name(sought)] = asdict(what)
            archive.writestr(zipfile.ZipInfo(_file(sought), _DATED), webp)
        archive.writestr(zipfile.ZipInfo("said.json", _DATED), json.dumps(said, indent=1), zipfile.ZIP_DEFLATED, 9)


def _name(sought: Sought) -> str:
    return f"{sought.layer}|{sought.channel}|{sought.seed}"


def _file(sought: Sought) -> str:
    return f"pictures/{sought.layer}.{sought.channel}.{sought.seed}.webp"


@cache
def _said(model: str) -> dict[str, dict[str, Any]]:
    path = ascents_path(model)
    if not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        if archive.read("model.sha256").decode() != model_digest(model):
            return {}
        said: dict[str, dict[str, Any]] = json.loads(archive.read("said.json"))
    return said
