"""The parent's side of `reader`: a process that is started for one question about a file and then thrown away."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from math import prod
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cnn_core.disposable import Child, started
from cnn_core.errors import ModelFileError
from cnn_core.layers.shapes import Shape
from cnn_core.model_file.foreign import BEGINNING, BLANK, foreign
from cnn_core.model_file.shown import shown
from cnn_core.network.files import LONGEST_NAME
from cnn_core.sentences import N_

SECONDS: Final = 60
"""Until a reader is killed, by the clock. 300 MB take 3; two processors may be busy with others."""

LARGEST_FILE: Final = 300_000_000
"""Bytes. ResNet152 has 242 million; VGG16 with its 553 million is not opened."""
LARGEST_DESCRIPTION: Final = 5_000_000
"""Bytes of JSON. NASNetLarge with its 1,041 layers, the longest in keras.applications, has 1 MB."""

_SCRIPT: Final = Path(__file__).with_name("reader.py")
_LONGEST_LINE: Final = 100_000

_MAGIC: Final = {
    "keras": b"PK\x03\x04",
    "h5": b"\x89HDF\r\n\x1a\n",
    # ONNX has none: its first field is the version of the format, from 3 on and so far below 32.
    **{f"onnx {version}": bytes((8, version)) for version in range(3, 32)},
}
DESCRIPTION_ALONE: Final = "json"
"""The kind of a file that holds the description of a model and no weights."""

_ENVIRONMENT: Final = {
    # "::" is HDF5's word for "load no plugin".
    "HDF5_PLUGIN_PRELOAD": "::",
    # Threads would reserve memory that the reader is not allowed.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}

_STOPPED: Final = N_(
    "Reading the file was stopped: it took too much memory or time. It is damaged or malicious. Save the model "
    "again with model.save()."
)
_STOPPED_ONNX: Final = N_(
    "Reading the file was stopped: it took too much memory or time. It is damaged or malicious. Export the model again."
)
_NOT_STARTED: Final = N_(
    "Model files cannot be opened on this computer: the program that reads them cannot be started. Tell whoever "
    "runs this server that h5py and NumPy must be installed."
)
_REASONS: Final = {
    "damaged": N_("The file is damaged or incomplete. Save or download it again."),
    "members": N_(
        "This zip archive is not a Keras model, which holds three files. Received: {received} files; at most "
        "{allowed} are examined. Save the model with model.save()."
    ),
    "member name": N_(
        'The archive has a member whose name is not allowed or occurs twice. Received: "{place}". Save the model '
        "again with model.save()."
    ),
    "member missing": N_(
        'This zip archive is not a Keras model: "{place}" is missing. Choose a file written by model.save().'
    ),
    "packed": N_('"{place}" is encrypted, or packed in a way that Keras does not use. Save the model again.'),
    "large": N_('"{place}" is too large. Received: {received} bytes; at most {allowed} are read.'),
    "inflated": N_(
        '"{place}" would unpack to more than {allowed} times its stored {received} bytes. Files made to exhaust a '
        "computer do this, so it is not read."
    ),
    "no model": N_(
        "This HDF5 file holds no model: it has no model_config. Save the whole model with model.save(), not only "
        "its weights."
    ),
    "weights alone": N_(
        "This file holds only weights and does not say which layers they belong to. Choose it together with the "
        "model's description, a JSON file with what model.to_json() returns, or save the whole model with "
        "model.save()."
    ),
    "whole model": N_(
        "These are two models: the HDF5 file describes its own, so it needs no JSON file. Remove one of the two."
    ),
    "left over": N_(
        'The weights do not belong to the description: none of its layers needs those at "{place}". Choose the '
        "description and the weights of the same model."
    ),
    "a folder of SavedModel": N_(
        'This archive is a model in TensorFlow\'s SavedModel format ("{place}"), which contains its program and is '
        'not opened. Load it with the Keras version that wrote it and save it with model.save("model.keras").'
    ),
    "of PyTorch": N_(
        'This is a PyTorch file ("{place}"), which contains Python code and is not opened. Export the model with '
        "torch.onnx.export(); the .onnx file opens here."
    ),
    "in an archive": N_('This is an archive with a model file in it. Unpack it and choose "{place}".'),
    "attribute": N_('The attribute "{place}" is not text, or too long. Save the model again with model.save().'),
    "elsewhere": N_(
        '"{place}" refers to something elsewhere: through a link, or in another file. Only what the file itself '
        "holds is read. Save the model again with model.save()."
    ),
    "absent": N_('The weights at "{place}" are missing. Save the whole model with model.save().'),
    "type": N_(
        'The weights at "{place}" are not floating-point numbers of 16, 32 or 64 bits. Received: {received}. Save '
        "the model in float32."
    ),
    "shape": N_(
        'The weights at "{place}" do not have their layer\'s shape. Received: {received}; {allowed} is needed.'
    ),
    "count": N_('The number of weights at "{place}" is wrong. Received: {received}; {allowed} are needed.'),
    "outside": N_(
        'The tensor "{place}" is in another file. Only what the file itself holds is read. Export the model again '
        "with its weights inside: external_data=False in torch.onnx.export."
    ),
    "stored": N_(
        'The tensor "{place}" should hold {allowed} numbers. Received: {received} are stored. Export the model again.'
    ),
    "sparse": N_('The tensor "{place}" is sparse, which is not read. Export the model with dense weights.'),
    "too many": N_("The graph has too many {place}. Received: {received}; at most {allowed} are read."),
    "long name": N_('A name in the graph is too long. Received: "{place}". Export the model again.'),
    "finite": N_(
        'Some of the weights at "{place}" are not finite (NaN or infinity). The training has failed; train again '
        "with a smaller learning rate."
    ),
}


class Weights(StrEnum):
    """Where the weights of a file lie: in groups that go by the layers' classes, or by their names, or nowhere."""

    BY_CLASS = "by class"
    BY_NAME = "by name"
    NONE = "none"


class Description(NamedTuple):
    """What a file says of its model: `text` is JSON that nobody has parsed yet.

    `version` is that of the Keras that wrote the file; where there is none, as in a description alone or one with
    weights `beside` it, the text may say it. `unlimited` names what this system could not limit while the file was
    parsed: nothing on Linux, everything on Windows.
    """

    text: bytes
    version: str
    unlimited: tuple[str, ...]
    weights: Weights = Weights.BY_CLASS
    beside: bool = False


class Group(NamedTuple):
    """A place in the file and the shapes of all arrays that must lie there, in order."""

    path: tuple[str, ...]
    shapes: tuple[Shape, ...]


def stopped(kind: str) -> ModelFileError:
    """Return the error for a reader that broke off, or said what it never says, with what to do for this kind."""
    return ModelFileError(_STOPPED_ONNX if kind == "onnx" else _STOPPED)


def file_kind(data: bytes) -> str:
    """Return "keras", "h5", "onnx" or "json" by the first bytes; raises ModelFileError for others, or one too large."""
    if len(data) > LARGEST_FILE:
        raise ModelFileError(
            "The file is too large. Received: {size} bytes; at most {most} are opened.",
            size=f"{len(data):,}",
            most=f"{LARGEST_FILE:,}",
        )
    for kind, magic in _MAGIC.items():
        if data.startswith(magic):
            return kind.split()[0]
    # Some people save the text that `to_json()` returns as JSON once more.
    if data[:BEGINNING].lstrip(BLANK).startswith((b"{", b'"{')):
        return DESCRIPTION_ALONE
    raise foreign(data)


def read_description(data: bytes) -> Description:
    """Return what the file says of its model; raises ModelFileError."""
    kind = file_kind(data)
    if kind == DESCRIPTION_ALONE:
        _refuse_long(data)
        return Description(data, "", (), Weights.NONE)
    with _answer({"kind": kind, "most": LARGEST_DESCRIPTION}, data) as answer:
        return _description(answer)


def _description(answer: "_Answer") -> Description:
    part = answer.line()
    size, unlimited = part.get("size"), part.get("unlimited")
    if not isinstance(size, int) or not 0 <= size <= LARGEST_DESCRIPTION or not isinstance(unlimited, list):
        raise answer.stopped()
    text = bytearray(size)
    answer.fill(memoryview(text))
    return Description(
        bytes(text),
        shown(part.get("version")),
        tuple(map(shown, unlimited)),
        Weights.BY_NAME if part.get("by_name") is True else Weights.BY_CLASS,
        part.get("beside") is True,
    )


def _refuse_long(text: bytes) -> None:
    if len(text) > LARGEST_DESCRIPTION:
        raise ModelFileError(
            _REASONS["large"], place="JSON", received=f"{len(text):,}", allowed=f"{LARGEST_DESCRIPTION:,}"
        )


def read_weights(
    data: bytes, groups: Sequence[Group], *, complete: bool = False
) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Yield the name and the values of each array of the groups, in order; raises ModelFileError.

    Args:
        complete: whether to refuse a file that has weights at other places too.
    """
    if not groups and not complete:
        return
    kind = file_kind(data)
    request = {"kind": kind, "most": LARGEST_FILE, "groups": [each._asdict() for each in groups], "complete": complete}
    with _answer(request, data) as answer:
        for shape in (shape for group in groups for shape in group.shapes):
            name = shown(answer.line().get("name"), LONGEST_NAME)
            yield name, answer.values(shape)
        answer.line()  # whatever is refused after the last array


@contextmanager
def opened_onnx(data: bytes) -> Iterator[tuple[Description, Callable[[Shape], npt.NDArray[np.float32]]]]:
    """Give what an ONNX file says of its graph, and what reads its arrays, one after another, by their shapes.

    Raises:
        ModelFileError: also where the arrays are read.
    """
    with _answer({"kind": "onnx", "most": LARGEST_DESCRIPTION}, data) as answer:
        description = _description(answer)

        def next_array(shape: Shape) -> npt.NDArray[np.float32]:
            answer.line()
            return answer.values(shape)

        yield description, next_array


class _Answer:
    """What comes from the reader, which is not trusted: it has seen the file."""

    def __init__(self, child: Child, kind: str) -> None:
        self._child, self._kind = child, kind

    def stopped(self) -> ModelFileError:
        """Return the error for an answer that is none."""
        return stopped(self._kind)

    def line(self) -> dict[str, Any]:
        """Return the line that begins the next part; raises ModelFileError where it is a refusal."""
        line = self._child.said.readline(_LONGEST_LINE)
        if not line and self._child.has_failed_to_start():
            raise ModelFileError(_NOT_STARTED)
        try:
            part = json.loads(line)
        # An answer that breaks off is that of a reader that was killed, or killed itself.
        except (ValueError, RecursionError) as error:
            raise self.stopped() from error
        if not isinstance(part, dict):
            raise self.stopped()
        if "refused" in part:
            raise self._refusal(part)
        return part

    def _refusal(self, part: dict[str, Any]) -> ModelFileError:
        reason = _REASONS.get(str(part["refused"]))
        if reason is None:
            return self.stopped()
        return ModelFileError(reason, **{key: shown(part.get(key, "")) for key in ("place", "received", "allowed")})

    def values(self, shape: Shape) -> npt.NDArray[np.float32]:
        """Return the bytes of the part as numbers."""
        values = np.empty(prod(shape), "<f4")
        self.fill(values.view(np.uint8).data)
        return values.reshape(shape)

    def fill(self, buffer: memoryview) -> None:
        """Fill `buffer` with the bytes of the part."""
        if not self._child.fill(buffer):
            raise self.stopped()


@contextmanager
def _answer(request: dict[str, Any], data: bytes) -> Iterator[_Answer]:
    """Start a reader, give it the request and the file, and end it afterwards, whatever happens."""
    asked = json.dumps(request).encode() + b"\n"
    with started(_SCRIPT, asked, data, seconds=SECONDS, environment=_ENVIRONMENT) as child:
        yield _Answer(child, request["kind"])
