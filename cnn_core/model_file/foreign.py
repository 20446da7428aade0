"""Files that are no model files of Keras: what they are by their first bytes, and what to do with them."""

from collections.abc import Callable
from typing import Final, NamedTuple

from cnn_core.errors import ModelFileError
from cnn_core.sentences import N_

BLANK: Final = b" \t\r\n\xef\xbb\xbf"
"""What a text may begin with; the last three bytes are the mark of UTF-8."""
BEGINNING: Final = 512
"""Bytes that are looked at."""


class _Foreign(NamedTuple):
    is_it: Callable[[bytes], bool]
    sentence: str


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(starts)


_TO_ONNX: Final = N_(
    "This is a PyTorch file, which contains Python code and is not opened. Export the model with "
    "torch.onnx.export(); the .onnx file opens here."
)

_FOREIGN: Final = (
    _Foreign(
        _begins(b"version https://git-lfs"),
        N_(
            "This is a Git LFS pointer: a note of where the model file is, not the file itself. Fetch it with git "
            "lfs pull, or with the download button of its page on GitHub."
        ),
    ),
    _Foreign(
        lambda start: start.lstrip(BLANK).lower().startswith((b"<!doctype html", b"<html")),
        N_("This is a web page, not a model file: the page about the file was saved. Download the file itself."),
    ),
    _Foreign(
        lambda start: start[4:8] == b"TFL3",
        N_(
            "This is a TensorFlow Lite model, which is not opened. Save the Keras model it was made from with "
            'model.save("model.keras").'
        ),
    ),
    _Foreign(
        _begins(b"\x08\x01\x12"),
        N_(
            "This is a part of a model in TensorFlow's SavedModel format, which contains its program and is not "
            "opened. Load the folder with the Keras version that wrote it and save it with "
            'model.save("model.keras").'
        ),
    ),
    # What torch.save() wrote until version 1.6: the pickle of a number of its own.
    _Foreign(_begins(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"), _TO_ONNX),
    _Foreign(
        _begins(*(b"\x80" + bytes([protocol]) for protocol in range(2, 6))),
        N_(
            "This is a Python pickle, which can run any code when it is read, so it is not opened. Save a Keras "
            'model with model.save("model.keras"), or export a PyTorch model with torch.onnx.export().'
        ),
    ),
    _Foreign(
        lambda start: start[8:10] == b'{"' and start[4:8] == bytes(4),
        N_(
            "This file holds only weights (safetensors) and does not say which layers they belong to. Save a Keras "
            'model with model.save("model.keras"), or export a PyTorch model with torch.onnx.export().'
        ),
    ),
    _Foreign(
        _begins(b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ"),
        N_("This is a compressed archive. Unpack it and choose the model file in it."),
    ),
)


def foreign(data: bytes) -> ModelFileError:
    """Return the error for a file that is neither zip nor HDF5 nor JSON: what it is, or how it begins."""
    start = data[:BEGINNING]
    for known in _FOREIGN:
        if known.is_it(start):
            return ModelFileError(known.sentence)
    return ModelFileError(
        "This is neither a Keras nor an ONNX model file. Received: {size} bytes that begin with {start}. Choose a "
        ".keras or .h5 file written by model.save(), or an .onnx file.",
        size=f"{len(data):,}",
        start=repr(data[:8]),
    )
