"""Weights and the description of their model, which lie in two files, as one file."""

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Final

from cnn_core.errors import ModelFileError
from cnn_core.model_file.sandbox import DESCRIPTION_ALONE, file_kind

_WEIGHTS: Final = "h5"
_PARTNERS: Final = {DESCRIPTION_ALONE: _WEIGHTS, _WEIGHTS: DESCRIPTION_ALONE}


def put_together(files: Sequence[bytes]) -> bytes:
    """Return the last file, or, where it is one half of a model and the other half is there, both as one .keras file.

    Halves are a description (JSON) and an HDF5 file; of several of a kind the last one counts. Nothing is parsed, and
    the same files give the same bytes.

    Args:
        files: at least one, in the order in which they came.
    """
    *before, last = files
    kind = _kind(last)
    wanted = _PARTNERS.get(kind)
    partner = next((file for file in reversed(before) if wanted and _kind(file) == wanted), None)
    if partner is None:
        return last
    return _archive(last, partner) if kind == DESCRIPTION_ALONE else _archive(partner, last)


def _kind(data: bytes) -> str:
    try:
        return file_kind(data)
    except ModelFileError:
        return ""


def _archive(description: bytes, weights: bytes) -> bytes:
    """Return a .keras file that says of itself how it was made; the names are those in `reader`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in {
            "metadata.json": json.dumps({"weights_beside": True}).encode(),
            "config.json": description,
            "model.weights.h5": weights,
        }.items():
            # A date would make another file of the same bytes.
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()
