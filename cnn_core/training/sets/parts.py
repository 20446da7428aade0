"""The pictures of a training, read: three parts of labelled bytes, kept on disk and mapped into memory."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from cnn_core.training.data import Labelled
from cnn_core.training.sets.contents import Opened
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.opened import opened
from cnn_core.training.sets.resizing import fitted
from cnn_core.training.sets.split import Counts, Part
from cnn_core.training.store import Report, Store, nobody

MOST_BYTES: Final = 2**30
"""Of the pictures of one training: 11,000 of 180×180 in colours."""

STORE: Final = Store("parts")


@dataclass(frozen=True, eq=False)
class Parts:
    """All pictures of a training, (N, height, width, channels) in bytes; in each part the classes take turns.

    Attributes:
        classes: what they are called, in the order of the labels.
        names: of the pictures of each part, in their order.
    """

    train: Labelled
    validation: Labelled
    test: Labelled
    classes: tuple[str, ...]
    names: dict[Part, tuple[str, ...]]

    def part(self, part: Part) -> Labelled:
        return {Part.TRAIN: self.train, Part.VALIDATION: self.validation, Part.TEST: self.test}[part]


def counts(data: Data) -> dict[str, Counts]:
    """Return how many pictures of each class each part has; raises CnnError where they are too few."""
    contents = opened(data.source).contents
    triples = zip(contents.classes, contents.counts, contents.published, strict=True)
    return {label: data.split.counts(label, count, published) for label, count, published in triples}


def read_parts(data: Data, report: Report = nobody) -> Parts:
    """Return the pictures of a training, as `keras.utils.image_dataset_from_directory` reads them, rounded to bytes.

    JPEG is decoded accurately, as `tf.io.decode_jpeg(…, dct_method="INTEGER_ACCURATE")` does; Keras takes libjpeg's
    fast way, which is off by one of 256 levels in the mean. What was read once is kept on disk and read from there, for
    as long as there is room.

    Args:
        data: which ones, and how they are divided and resized.
        report: hears how many pictures are read so far, and of how many.

    Raises:
        CnnError: there are no such pictures any more, too few, or too many for the memory.
    """
    folder = STORE.find(data.digest) or _read(data, report)
    described = json.loads((folder / "described.json").read_text(encoding="utf-8"))
    train, validation, test = (_labelled(folder, part) for part in Part)
    names = {part: tuple(described["names"][part]) for part in Part}
    return Parts(train, validation, test, tuple(described["classes"]), names)


def _labelled(folder: Path, part: Part) -> Labelled:
    return Labelled(np.load(_file(folder, part, "pictures"), mmap_mode="r"), np.load(_file(folder, part, "labels")))


def _file(folder: Path, part: Part, what: str) -> Path:
    return folder / f"{part}_{what}.npy"


def _read(data: Data, report: Report) -> Path:
    """Read all pictures into a folder of the store, and return it."""
    source = opened(data.source)
    chosen = places(data, source)
    total = sum(len(each) for each in chosen.values())
    bytes_ = total * data.shape[0] * data.shape[1] * data.shape[2]
    if bytes_ > MOST_BYTES:
        raise CnnError(
            N_(
                "The pictures of a training may take up {most} MB. Received: {count} of "
                "{height}×{width}×{channels}, {size} MB. Use fewer or smaller ones."
            ),
            most=f"{MOST_BYTES / 2**20:,.0f}",
            count=f"{total:,}",
            height=data.shape[0],
            width=data.shape[1],
            channels=data.shape[2],
            size=f"{bytes_ / 2**20:,.0f}",
        )
    with STORE.new(bytes_) as folder:
        done = 0
        for part, pairs in chosen.items():
            shape = (len(pairs), *data.shape)
            pictures = np.lib.format.open_memmap(_file(folder, part, "pictures"), "w+", np.uint8, shape)
            for place, (label, index) in enumerate(pairs):
                pictures[place] = fitted(source.picture(label, index, part), data.size, data.channels, data.fit)
                done += 1
                report(done, total)
            np.save(_file(folder, part, "labels"), np.array([label for label, _ in pairs], np.int32))
        described = {
            "classes": source.contents.classes,
            "names": {part: [source.name(*pair) for pair in pairs] for part, pairs in chosen.items()},
        }
        (folder / "described.json").write_text(json.dumps(described), encoding="utf-8")
        return STORE.adopt(folder, data.digest)


def places(data: Data, source: Opened) -> dict[Part, list[tuple[int, int]]]:
    """Return the (label, index within the class) of each part's pictures, the classes in turns; raises CnnError."""
    contents = source.contents
    triples = zip(contents.classes, contents.counts, contents.published, strict=True)
    divided = [data.split.places(label, number, *both) for number, (label, *both) in enumerate(triples)]
    return {part: _in_turns([each[part].tolist() for each in divided]) for part in Part}


def _in_turns(indices: list[list[int]]) -> list[tuple[int, int]]:
    """Return (label, index) of all these, the first of each class, the second of each class, and so on."""
    longest = max(map(len, indices))
    return [(label, each[turn]) for turn in range(longest) for label, each in enumerate(indices) if turn < len(each)]
