"""Sources and data as JSON: what was asked comes back, and what makes no sense is refused in a sentence."""

import json
from typing import Any

import pytest

from cnn_core.errors import CnnError
from cnn_core.pictures.outlines import ShapeKind
from cnn_core.pictures.prepare import Fit
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.sources import (
    Downloaded,
    DownloadKey,
    Own,
    Shapes,
    Shipped,
    Source,
    TextureKind,
    Textures,
    read_source,
    source_to_json,
)
from cnn_core.training.sets.split import Split

SOURCES = (
    Shipped("mnist_small"),
    Shapes((ShapeKind.STAR, ShapeKind.RING, ShapeKind.CROSS), 20, 32, 7),
    Textures(30, 64, 1),
    Own("0123456789abcdef" * 4),
    Downloaded(DownloadKey.CATS_AND_DOGS),
)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: type(source).__name__)
def test_a_source_survives_json(source: Source) -> None:
    assert read_source(json.loads(json.dumps(source_to_json(source)))) == source


@pytest.mark.parametrize("split", [Split(), Split(200, 399, 3, train=800), Split(0, 0.5), Split(0.0, 0)])
def test_data_survive_json_and_keep_their_digest(split: Split) -> None:
    data = Data(Shapes(), split, (20, 30), 1, Fit.PAD)
    again = Data.from_json(data.to_json())
    assert (again, again.digest, again.shape) == (data, data.digest, (20, 30, 1))
    assert [type(share) for share in (again.split.validation, again.split.test)] == [
        type(share) for share in (split.validation, split.test)
    ]


def test_every_part_of_data_changes_its_digest() -> None:
    different = [
        Data(Shapes()),
        Data(Shapes(seed=1)),
        Data(Textures()),
        Data(Shapes(), Split(seed=1)),
        Data(Shapes(), Split(1)),
        Data(Shapes(), size=(180, 181)),
        Data(Shapes(), channels=1),
        Data(Shapes(), fit=Fit.CROP),
    ]
    assert len({data.digest for data in different}) == len(different)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Shipped("unicorns"), "key=unicorns; known are fashion_mnist_small, mnist_small"),
        (lambda: Shapes((ShapeKind.RING,)), "name at least two, each once. Received: ring"),
        (lambda: Textures(classes=(TextureKind.BRICK, TextureKind.BRICK)), "Received: brick, brick"),
        (lambda: Shapes(per_class=0), "per_class must be a whole number from 1 to 5,000"),
        (lambda: Textures(size=513), "size must be a whole number from 8 to 512"),
        (lambda: Shapes(seed=-1), "seed must be"),
        (lambda: Own("../../etc"), "64 hexadecimal digits"),
        (lambda: Split(validation=1.0), "validation must be a share below 1"),
        (lambda: Split(test=-1), "test must be a share below 1"),
        (lambda: Split(test=float("nan")), "test must be a share below 1"),
        (lambda: Split(validation=True), "validation must be a share below 1"),
        (lambda: Split(train=0), "train must be a whole number from 1"),
        (lambda: Data(Shapes(), size=(3, 180)), "height must be a whole number from 4 to 512"),
        (lambda: Data(Shapes(), channels=4), "channels=4"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Any, said: str) -> None:
    with pytest.raises(CnnError, match=said):
        make()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        Data(Shapes()).to_json().replace("Shapes", "Unicorns"),
        Data(Shapes()).to_json().replace("circle", "blob"),
        Data(Shapes()).to_json().replace("stretch", "squeeze"),
        Data(Shapes()).to_json().replace('"seed": 0', '"seed": 0, "wings": 2'),
        Data(Shapes()).to_json().replace("[180, 180]", "[180]"),
    ],
)
def test_what_describes_no_data_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(CnnError):
        Data.from_json(text)
