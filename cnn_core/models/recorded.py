"""What the bundled models make of their default sample, recorded: there at once, without TensorFlow.

A record is a zip archive in `cnn_core/data/answers`, written by `assets/make/first_answers.py`: `of.json` says of what
it is and `model.sha256` of which model's file, `layers.json` holds figures, `thumbnails`, `columns` and `maps` one file
a layer. It is read piece by piece, so that opening one layer unpacks no other.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from cnn_core.arrays import Output
from cnn_core.data import DATA
from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.statistics import LayerStatistics
from cnn_core.models.bundled import bundled_network, model_digest
from cnn_core.models.keys import is_bundled
from cnn_core.models.run import Answers, Column, LayerAnswer

ANSWERS: Final = DATA / "answers"
_MAPS: Final = "maps/"
_NPY: Final = ".npy"
_DATED: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file in a record, so that the same answers make the same bytes."""


@dataclass(frozen=True)
class Subject:
    """What answers are of.

    Attributes:
        model: the model's key.
        digest: the SHA-256 of the picture's bytes.
        fit, invert: how the picture was brought to what the model takes.
    """

    model: str
    digest: str
    fit: str
    invert: bool


@dataclass(frozen=True)
class Record:
    """A record that lies in `path`; nothing of it is kept."""

    path: Path

    @property
    def of(self) -> Subject:
        return Subject(**json.loads(self._read("of.json")))

    @property
    def is_current(self) -> bool:
        """Say whether the model's file is the one that answered: a model that was trained anew answers otherwise."""
        return self._read("model.sha256").decode() == model_digest(self.of.model)

    def answers(self) -> Answers:
        """Return what all layers make of the picture, and the model's answer."""
        with zipfile.ZipFile(self.path) as archive:
            layers = {
                name: LayerAnswer(
                    tuple(said["strongest"]),
                    archive.read(f"thumbnails/{name}.png"),
                    LayerStatistics(**said["statistics"]),
                    _column(archive, name, said["reach"]),
                )
                for name, said in json.loads(archive.read("layers.json")).items()
            }
            (output,) = bundled_network(self.of.model).output_names()
            return Answers(layers, {output: _array(archive.read("scores.npy"))})

    @property
    def layers(self) -> frozenset[str]:
        """The layers whose output is recorded."""
        with zipfile.ZipFile(self.path) as archive:
            names = [name for name in archive.namelist() if name.startswith(_MAPS)]
        return frozenset(name.removeprefix(_MAPS).removesuffix(_NPY) for name in names)

    def maps(self, layer: str) -> Output:
        """Return the output of one of `layers`, read-only."""
        return _array(self._read(f"{_MAPS}{layer}{_NPY}"))

    def _read(self, name: str) -> bytes:
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(name)


def record_of(subject: Subject) -> Record | None:
    """Return the record of exactly this, None where there is none."""
    if not is_bundled(subject.model):
        return None
    record, of = _known(subject.model)
    return record if of == subject else None


def record_path(model: str) -> Path:
    """Return where the record of a bundled model lies."""
    return ANSWERS / f"{model}.zip"


def _column(archive: zipfile.ZipFile, layer: str, reach: dict[str, Any] | None) -> Column | None:
    path = f"columns/{layer}.png"
    if path not in archive.namelist():
        return None
    return Column(archive.read(path), None if reach is None else Range(**reach))


@cache
def _known(model: str) -> tuple[Record, Subject | None]:
    record = Record(record_path(model))
    return record, record.of if record.path.exists() and record.is_current else None


def _array(data: bytes) -> Output:
    values: Output = np.load(io.BytesIO(data), allow_pickle=False)
    values.setflags(write=False)
    return values


# Writing --------------------------------------------------------------------------------------------------------------


def write_record(path: Path, of: Subject, answers: Answers, maps: Mapping[str, Output]) -> None:
    """Write a record of answers and of some layers' outputs."""
    figures = answers.statistics
    said = {
        name: {"strongest": layer.strongest, "statistics": asdict(figures[name]), "reach": _reach(layer.column)}
        for name, layer in answers.layers.items()
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _write(archive, "of.json", _json(asdict(of)))
        _write(archive, "model.sha256", model_digest(of.model).encode())
        _write(archive, "layers.json", _json(said))
        _write(archive, "scores.npy", npy_bytes(answers.scores))
        for name, layer in answers.layers.items():
            _write(archive, f"thumbnails/{name}.png", layer.thumbnail)
            if layer.column:
                _write(archive, f"columns/{name}.png", layer.column.picture)
        for name, values in maps.items():
            _write(archive, f"{_MAPS}{name}{_NPY}", npy_bytes(values))


def _reach(column: Column | None) -> dict[str, Any] | None:
    return asdict(column.reach) if column and column.reach else None


def npy_bytes(values: Output) -> bytes:
    """Return an array as the file that `numpy.load` reads."""
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(values), allow_pickle=False)
    return out.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _DATED), data, zipfile.ZIP_DEFLATED, 9)
