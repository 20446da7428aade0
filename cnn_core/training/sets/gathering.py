"""A reader's own pictures by class, checked and kept: what is broken, doubled or unsafe is left out and listed."""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from cnn_core.errors import CnnError, ImageError
from cnn_core.pictures.limits import MAX_BYTES
from cnn_core.pictures.plain import plain
from cnn_core.sentences import N_, Note
from cnn_core.training.sets.archives import (
    Skipped,
    UnreadableError,
    files_of_folder,
    files_of_zip,
    refuse_too_many,
    too_large,
)
from cnn_core.training.sets.own import MANIFEST, PICTURES, STORE
from cnn_core.training.sets.sources import Own
from cnn_core.training.store import Report, nobody

SIDE_KEPT: Final = 512
"""A picture whose longer side has more pixels is reduced to that: no network here takes a larger one."""

MOST_CLASSES: Final = 100
MOST_KEPT: Final = 2**30
"""Bytes of a set."""

_LONGEST_LABEL: Final = 60
_PART_NAMES: Final = frozenset(["train", "training", "validation", "valid", "val", "test", "testing", "eval"])
_DEVICES: Final = frozenset(["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))])
"""No name of a file on Windows, whatever its ending."""

_UNSAFE_LABEL: Final = N_(
    'A class name has 1 to {most} characters, without / \\ : * ? " < > | and without a dot at either end. Received: '
    '"{label}".'
)
_NO_CLASS: Final = Note(N_("It is not in a folder that would give its class."))
_FEW_CLASSES: Final = N_(
    "At least two classes are needed, each a folder with its pictures. Received: {count} ({labels}). Put the "
    "pictures of each class into a separate folder."
)
_FEW_LEFT: Final = N_(
    "At least two classes are needed, each a folder with its pictures. Received: {count} ({labels}). Files left out: "
    "{left_out}. The first one: {name}. {why}"
)
_MANY_CLASSES: Final = N_("At most {most} classes are allowed here. Received: {count}.")
_EMPTY_CLASS: Final = N_(
    'No picture of the class "{label}" can be used. Left out: {count}. The first one: {name}. {why}'
)
_TOO_MUCH: Final = N_("The pictures of a set may take up {most} MB of disk space. Use fewer pictures.")


@dataclass(frozen=True)
class Checked:
    """A set that is kept.

    Attributes:
        source: under which it is found.
        counts: usable pictures of each class, in the order of the labels, which is that of the names.
        skipped: what was left out, each with its reason.
    """

    source: Own
    counts: Mapping[str, int]
    skipped: tuple[Skipped, ...]


Given = Mapping[str, Iterable[tuple[str, bytes]]]
"""By class: names of files and their bytes."""


class _Candidate(NamedTuple):
    label: str
    name: str
    read: Callable[[], bytes]


def gather(given: Given | bytes | Path, report: Report = nobody) -> Checked:
    """Check pictures in classes and keep them where trainings find them.

    They are kept as class folders that `keras.utils.image_dataset_from_directory` reads: upright and opaque, as JPEG or
    PNG, with at most `SIDE_KEPT` pixels on a side. What a file shows decides whether it is there twice.

    Args:
        given: pictures by class, or a zip archive or a folder with a folder for each class. A level of folders called
            train, validation and test is passed over: the split is made here.
        report: hears how many files are done, of how many.

    Raises:
        CnnError: there are too few classes, too many files, or there is no room for them.
    """
    candidates, skipped = _candidates(given)
    _check_labels([candidate.label for candidate in candidates], skipped)
    with STORE.new(MOST_KEPT) as folder:
        keeper = _Keeper(folder, skipped)
        for done, candidate in enumerate(candidates, 1):
            keeper.take(candidate)
            report(done, len(candidates))
        return keeper.finished(sorted({candidate.label for candidate in candidates}))


def check_label(label: str) -> str:
    """Return the name of a class as it is kept; raises CnnError where it could be no folder's on some system."""
    label = unicodedata.normalize("NFC", label)
    is_bad = (
        not 1 <= len(label) <= _LONGEST_LABEL
        or not label.isprintable()
        or set(label) & set('/\\:*?"<>|')
        or label != label.strip().strip(".")
        or label.split(".")[0].lower() in _DEVICES
    )
    if is_bad:
        raise CnnError(_UNSAFE_LABEL, most=_LONGEST_LABEL, label=label[:_LONGEST_LABEL])
    return label


# What there is --------------------------------------------------------------------------------------------------------


def _candidates(given: Given | bytes | Path) -> tuple[list[_Candidate], list[Skipped]]:
    if isinstance(given, Mapping):
        return _of_classes(given), []
    files, skipped = files_of_zip(given) if isinstance(given, bytes) else files_of_folder(given)
    candidates = []
    for file, place in zip(files, class_places([file.path for file in files]), strict=True):
        try:
            if place is None:
                raise UnreadableError(_NO_CLASS)
            candidates.append(_Candidate(check_label(place), str(file.path), file.read))
        except UnreadableError as error:
            skipped.append(Skipped(str(file.path), error.why))
        except CnnError as error:
            skipped.append(Skipped(str(file.path), error))
    return candidates, skipped


def _of_classes(given: Given) -> list[_Candidate]:
    """Return the files of classes that were made one by one: whoever names a class wrongly is told so."""
    listed = {label: list(files) for label, files in given.items()}
    refuse_too_many(sum(map(len, listed.values())))
    safe = {label: check_label(label) for label in listed}
    return [_Candidate(safe[label], name, _given(data)) for label, files in listed.items() for name, data in files]


def _given(data: bytes) -> Callable[[], bytes]:
    def read() -> bytes:
        if len(data) > MAX_BYTES:
            raise UnreadableError(too_large(len(data)))
        return data

    return read


def class_places(paths: list[PurePosixPath]) -> list[str | None]:
    """Return for each path the folder that names its class; None for a file that lies beside the classes.

    Folders around all classes are passed over, and then a level that only divides into parts, as in the courses' cats
    and dogs: `cats_and_dogs_filtered/train/cats/cat.0.jpg`. What lies deeper within a class belongs to it, as in Keras.
    """
    parts = [path.parts for path in paths]
    around = 0
    while parts and all(len(each) > around + 2 for each in parts) and len({each[around] for each in parts}) == 1:
        around += 1
    deep = [each[around] for each in parts if len(each) > around + 2]
    shallow = any(len(each) == around + 2 for each in parts)
    if deep and not shallow and {each.lower() for each in deep} <= _PART_NAMES:
        around += 1
    return [each[around] if len(each) > around + 1 else None for each in parts]


def _check_labels(labels: list[str], skipped: list[Skipped]) -> None:
    """Refuse too many classes or too few, and say why files were left out that would have been one."""
    different = sorted(set(labels))
    if len(different) > MOST_CLASSES:
        raise CnnError(_MANY_CLASSES, most=MOST_CLASSES, count=f"{len(different):,}")
    if len(different) < 2:
        received = {"count": len(different), "labels": ", ".join(different) or "–"}
        if skipped:
            raise CnnError(_FEW_LEFT, left_out=f"{len(skipped):,}", **received, **skipped[0]._asdict())
        raise CnnError(_FEW_CLASSES, **received)


# What is kept ---------------------------------------------------------------------------------------------------------


@dataclass
class _Keeper:
    """Writes the pictures of a set into a folder, one after another."""

    folder: Path
    skipped: list[Skipped]
    entries: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, _Candidate] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    size: int = 0

    def take(self, candidate: _Candidate) -> None:
        """Keep a file, or note why not."""
        try:
            picture = plain(candidate.read(), SIDE_KEPT)
        except UnreadableError as error:
            self._skip(candidate, error.why)
            return
        except ImageError as error:
            self._skip(candidate, error)
            return
        earlier = self.seen.setdefault(picture.content, candidate)
        if earlier is not candidate:
            message = N_('It is the same picture as {name} in the class "{label}".')
            self._skip(candidate, Note(message, {"name": earlier.name, "label": earlier.label}))
            return
        self._keep(candidate, picture.data, picture.suffix)

    def _skip(self, candidate: _Candidate, why: Any) -> None:
        self.skipped.append(Skipped(f"{candidate.label}: {candidate.name}", why))

    def _keep(self, candidate: _Candidate, data: bytes, suffix: str) -> None:
        self.size += len(data)
        if self.size > MOST_KEPT:
            raise CnnError(_TOO_MUCH, most=f"{MOST_KEPT / 2**20:,.0f}")
        file = f"{self.counts[candidate.label]:05}{suffix}"
        self.counts[candidate.label] += 1
        path = self.folder / PICTURES / candidate.label / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        self.entries.append({"label": candidate.label, "file": file, "name": candidate.name, "sha256": digest})

    def finished(self, labels: list[str]) -> Checked:
        """Return the set, kept under the digest of all that it holds; raises CnnError for a class without pictures."""
        for label in labels:
            if not self.counts[label]:
                of_class = [one for one in self.skipped if one.name.startswith(f"{label}: ")]
                raise CnnError(_EMPTY_CLASS, label=label, count=len(of_class), **of_class[0]._asdict())
        manifest = json.dumps({"classes": labels, "entries": self.entries}, ensure_ascii=False)
        (self.folder / MANIFEST).write_text(manifest, encoding="utf-8")
        digest = hashlib.sha256(manifest.encode()).hexdigest()
        STORE.adopt(self.folder, digest)
        return Checked(Own(digest), {label: self.counts[label] for label in labels}, tuple(self.skipped))
