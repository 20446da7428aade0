"""The script that parses a stranger's model file, in a process of its own that is thrown away afterwards.

It is started by `cnn_core.disposable` and imports the standard library, NumPy and h5py only, and for ONNX what reads
that. Before it reads a byte of the file it gives up memory, processor time and the right to open any other.

On stdin come one line of JSON, the request (the arguments of `describe` or of `weights`), and then the file. On stdout
go parts, each a line of JSON and the bytes that it announces: the description after its "size", or the float32 values
of each array after its "name". A line with "refused" ends the answer and says why.
"""

import codecs
import io
import json
import re
import runpy
import sys
import zipfile
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from cnn_core.disposable import limit_itself

MEMORY: Final = 2 * 2**30
"""Bytes. The file, what is unpacked of it and one array at a time lie in memory: at most 1.5 GB."""
SECONDS: Final = 30
"""Of processor time. 300 MB take 2 seconds."""

MOST_MEMBERS: Final = 8
MOST_NAMES: Final = 20_000
MOST_ROWS: Final = 20
LONGEST_NAMES: Final = 5_000_000
"""Bytes of all names of one layer's weights; a layer may be a nested model of a thousand layers."""
SHORT: Final = 10_000
MOST_WEIGHTS: Final = 300_000_000
"""Bytes of weights that lay beside a description."""
MOST_INFLATION: Final = 50
"""How many times larger than what is stored something may become."""

DESCRIPTION: Final = "config.json"
METADATA: Final = "metadata.json"
WEIGHTS: Final = "model.weights.h5"
BESIDE: Final = "weights_beside"
"""In the metadata of an archive that was made of a description and weights which lay beside each other."""
HOMES: Final = ("layers", "_layer_checkpoint_dependencies")
"""What the groups of weights lie in, if they go by the layers' classes."""
DEEPEST: Final = 20
"""Models within models."""

ONNX: Final = Path(__file__).with_name("onnx") / "reader.py"

_MEMBER: Final = re.compile(r"(?!.*\.\.)[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*/?")
_PLAIN_FILTERS: Final = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}

# zipfile and h5py ask for these when no file can be opened any more, not even a module of Python's.
for _name in ("ascii", "cp437"):
    codecs.lookup(_name)


class Refused(Exception):  # noqa: N818
    """The file is not opened; `reason` is one of those that the parent has a sentence for."""

    def __init__(self, reason: str, place: str = "", received: object = "", allowed: object = "") -> None:
        super().__init__(reason)
        self.values = {"refused": reason, "place": place, "received": str(received)[:200], "allowed": str(allowed)}


# Zip ----------------------------------------------------------------------------------------------------------------


_FOREIGN: Final = {
    "a folder of SavedModel": re.compile(r"(.*/)?saved_model\.pb"),
    "of PyTorch": re.compile(r"(.*/)?data\.pkl"),
    "in an archive": re.compile(r".*\.(keras|h5|hdf5|onnx)", re.IGNORECASE),
}
"""What else is a zip archive, by a member that it has."""


def _refuse_foreign(names: list[str]) -> None:
    """Raise Refused for archives that other programs write, or that hold a model file beside others."""
    if DESCRIPTION in names:
        return
    for reason, rule in _FOREIGN.items():
        found = next((name for name in names if rule.fullmatch(name)), None)
        if found is not None:
            raise Refused(reason, found)


def _archive(data: bytes) -> zipfile.ZipFile:
    """Return the archive after checking what it says of its members."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = archive.namelist()
    _refuse_foreign(names)
    if len(names) > MOST_MEMBERS:
        raise Refused("members", received=len(names), allowed=MOST_MEMBERS)
    for name in names:
        if not _MEMBER.fullmatch(name) or names.count(name) > 1:
            raise Refused("member name", name)
    for name in (DESCRIPTION, WEIGHTS):
        if name not in names:
            raise Refused("member missing", name)
    return archive


def _metadata(archive: zipfile.ZipFile) -> dict[str, Any]:
    found = json.loads(_member(archive, METADATA, SHORT)) if METADATA in archive.namelist() else {}
    return found if isinstance(found, dict) else {}


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member, of which at most `most` + 1 bytes are ever unpacked."""
    info = archive.getinfo(name)
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("packed", name)
    if info.file_size > MOST_INFLATION * info.compress_size:
        raise Refused("inflated", name, info.file_size, MOST_INFLATION)
    with archive.open(info) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise Refused("large", name, f"{info.file_size:,}", f"{most:,}")
    return content


# HDF5 ---------------------------------------------------------------------------------------------------------------


def _hdf5(data: bytes) -> Any:
    return h5py.File(io.BytesIO(data), "r")


def _inside(group: Any, path: list[str]) -> Any:
    """Return what lies at `path`, over hard links only: others lead out of the file."""
    place = ""
    for name in path:
        place += f"/{name}"
        if not isinstance(group, h5py.Group) or name in ("", ".", ".."):
            raise Refused("absent", place)
        # `in` and `get` would follow a link to see what is there.
        links = group.id.links
        if not links.exists(name.encode()):
            raise Refused("absent", place)
        if links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
            raise Refused("elsewhere", place)
        group = group[name]
    return group


def _texts(owner: Any, name: str, most: int, longest: int) -> list[bytes] | None:
    """Return an attribute of at most `most` texts of `longest` bytes together; None where there is none."""
    if name not in owner.attrs:
        return None
    attribute = owner.attrs.get_id(name)
    length = prod(attribute.shape)
    if len(attribute.shape) > 1 or length > most:
        raise Refused("attribute", name)
    if length == 0:
        return []
    kind = h5py.check_string_dtype(attribute.dtype)
    if kind is None or (kind.length or 0) * length > longest:
        raise Refused("attribute", name)
    values = np.atleast_1d(owner.attrs[name])
    texts = [value.encode() if isinstance(value, str) else bytes(value) for value in values]
    if sum(map(len, texts)) > longest:
        raise Refused("attribute", name)
    return texts


def _names(group: Any, attribute: str = "weight_names") -> list[str]:
    """Return a row of names, which Keras spreads over several attributes where they are long."""
    names = _texts(group, attribute, MOST_NAMES, LONGEST_NAMES)
    if names is None:
        rows = (_texts(group, f"{attribute}{number}", MOST_NAMES, LONGEST_NAMES) for number in range(MOST_ROWS))
        names = [name for row in rows for name in row or []]
    return [name.decode() for name in names]


def _is_by_name(file: Any) -> bool:
    """Say whether weights alone lie under the layers' names, as Keras 2 writes them, and not under their classes."""
    return "layer_names" in file.attrs or "layer_names0" in file.attrs


def _has(group: Any, name: str) -> bool:
    """Say whether something has this name, without following a link to see what."""
    return isinstance(group, h5py.Group) and bool(group.id.links.exists(name.encode()))


def _stored(file: Any, path: list[str]) -> list[str]:
    """Return a path as the file has it: on Windows Keras 2 joins all names but the last by backslashes."""
    joined = "\\".join(path[:-1])
    return [joined, path[-1]] if _has(file, joined) else path


def _places(file: Any) -> Iterator[str]:
    """Yield all places of weights alone at which floating-point numbers lie."""
    if _is_by_name(file):
        for name in _names(file, "layer_names"):
            group = _inside(file, name.split("/"))
            if any(_has_numbers(_inside(group, inner.split("/"))) for inner in _names(group)):
                yield name
        return
    for place, group in _by_class(file):
        if _has(group, "vars"):
            numbers = _inside(group, ["vars"])
            if any(_has_numbers(_inside(numbers, [name])) for name in numbers):
                yield f"{place}/vars"


def _by_class(file: Any) -> Iterator[tuple[str, Any]]:
    """Yield the groups that go by the layers' classes, models within models too; groups may hold each other."""
    waiting: list[tuple[list[str], Any]] = [([], file)]
    looked_at = 0
    while waiting:
        inside, group = waiting.pop()
        paths = [[home, name] for home in HOMES if _has(group, home) for name in _inside(group, [home])]
        if not inside:
            paths += [[name] for name in group if name.startswith(tuple(f"{home}\\" for home in HOMES))]
        looked_at += len(paths)
        if looked_at > MOST_NAMES or len(inside) > 2 * DEEPEST:
            raise Refused("damaged")
        for path in paths:
            layer = _inside(group, path)
            if isinstance(layer, h5py.Group):
                waiting.append(([*inside, *path], layer))
                yield "/".join((*inside, *path)).replace("\\", "/"), layer


def _has_numbers(dataset: Any) -> bool:
    # States of random generators are whole numbers.
    return isinstance(dataset, h5py.Dataset) and dataset.dtype.kind == "f"


def _numbers(dataset: Any, place: str, shape: tuple[int, ...]) -> Any:
    """Return a data set of this very shape as finite float32 values; everything is checked before it is read."""
    if not isinstance(dataset, h5py.Dataset):
        raise Refused("absent", place)
    if dataset.is_virtual or dataset.external:
        raise Refused("elsewhere", place)
    counter = shape == () and dataset.dtype.kind in "iu"
    if not counter and (dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8):
        raise Refused("type", place, dataset.dtype)
    if dataset.shape != shape:
        raise Refused("shape", place, dataset.shape, shape)
    plan = dataset.id.get_create_plist()
    if any(plan.get_filter(i)[0] not in _PLAIN_FILTERS for i in range(plan.get_nfilters())):
        raise Refused("packed", place)
    if dataset.nbytes > MOST_INFLATION * dataset.id.get_storage_size():
        raise Refused("inflated", place, dataset.nbytes, MOST_INFLATION)
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(dataset[()], dtype="<f4")
    if not np.isfinite(values).all():
        raise Refused("finite", place)
    return values


# Answers ------------------------------------------------------------------------------------------------------------


def describe(kind: str, data: bytes, most: int) -> tuple[bytes, dict[str, Any]]:
    """Return the model's description, JSON that nobody has parsed yet, and what is known of how the file is written.

    That is the "version" of Keras that wrote it, whether the weights lie "by_name" of their layers, and whether they
    lay "beside" the description.
    """
    if kind == "keras":
        archive = _archive(data)
        metadata, description = _metadata(archive), _member(archive, DESCRIPTION, most)
        beside = metadata.get(BESIDE) is True
        by_name = beside and _is_by_name(_alone(_hdf5(_member(archive, WEIGHTS, MOST_WEIGHTS))))
        return description, {
            "version": str(metadata.get("keras_version", ""))[:20],
            "by_name": by_name,
            "beside": beside,
        }
    file = _hdf5(data)
    texts = _texts(file, "model_config", 1, most)
    if not texts:
        raise Refused("weights alone" if _is_by_name(file) or any(_has(file, home) for home in HOMES) else "no model")
    version = _texts(file, "keras_version", 1, SHORT)
    return texts[0], {"version": version[0].decode()[:20] if version else "", "by_name": True, "beside": False}


def _alone(file: Any) -> Any:
    """Return the file after checking that it holds weights without a description."""
    if "model_config" in file.attrs:
        raise Refused("whole model")
    return file


def weights(
    kind: str, data: bytes, most: int, groups: list[dict[str, Any]], complete: bool
) -> Iterator[tuple[str, Any]]:
    """Yield the name and the values of each array of the groups, in order.

    Args:
        groups: each a "path", a list of names, and the "shapes" of all that lies there.
        complete: whether to refuse a file that has weights at other places too.
    """
    file = _hdf5(_member(_archive(data), WEIGHTS, most) if kind == "keras" else data)
    if complete:
        asked = {"/".join(wanted["path"]) for wanted in groups}
        for place in _places(file):
            if place not in asked:
                raise Refused("left over", place)
    numbered = kind == "keras" and not _is_by_name(file)
    for wanted in groups:
        place, shapes = "/".join(wanted["path"]), [tuple(shape) for shape in wanted["shapes"]]
        group = _inside(file, _stored(file, wanted["path"]) if numbered else wanted["path"])
        if not isinstance(group, h5py.Group):
            raise Refused("absent", place)
        names = range(len(group)) if numbered else _names(group)
        if len(names) != len(shapes):
            raise Refused("count", place, len(names), len(shapes))
        for name, shape in zip(map(str, names), shapes, strict=True):
            yield name, _numbers(_inside(group, name.split("/")), f"{place}/{name}", shape)


def _answer(request: dict[str, Any], data: bytes, unlimited: list[str], onnx: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the parts: a line and its bytes."""
    try:
        if onnx:
            for line, payload in onnx["parts"](data, request["most"]):
                yield {**line, "version": "", "unlimited": unlimited}, payload
        elif "groups" in request:
            for name, values in weights(**request, data=data):
                yield {"name": name[-200:]}, values.data
            yield {"end": True}, b""
        else:
            description, known = describe(**request, data=data)
            yield {"size": len(description), "unlimited": unlimited, **known}, description
    except Refused as refused:
        yield refused.values, b""
    except MemoryError:
        yield {"refused": "stopped"}, b""
    # HDF5, zip and JSON have dozens of ways to say that bytes are not what they should be.
    except Exception:  # noqa: BLE001
        yield {"refused": "damaged"}, b""


def main() -> None:
    """Answer the request on stdin."""
    request = json.loads(sys.stdin.buffer.readline())
    # What reads ONNX is loaded while files can still be opened, and only where it is needed.
    onnx = runpy.run_path(str(ONNX), {"Refused": Refused}) if request["kind"] == "onnx" else None
    unlimited = limit_itself(MEMORY, SECONDS)
    for line, payload in _answer(request, sys.stdin.buffer.read(), unlimited, onnx):
        sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")
        sys.stdout.buffer.write(payload)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
