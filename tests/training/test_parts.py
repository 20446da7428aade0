"""The pictures of a training, read in three parts: from every source, kept, bounded, and as Keras reads them."""

from pathlib import Path

import numpy as np
import pytest
from training_pictures import picture, two_classes, zipped

from cnn_core.errors import CnnError
from cnn_core.pictures.outlines import ShapeKind
from cnn_core.pictures.prepare import Fit
from cnn_core.training.data import training_set
from cnn_core.training.sets import parts as module
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.gathering import gather
from cnn_core.training.sets.opened import opened
from cnn_core.training.sets.own import own
from cnn_core.training.sets.parts import counts, read_parts
from cnn_core.training.sets.sources import Shapes, Shipped, Source, Textures
from cnn_core.training.sets.split import Part, Split
from cnn_core.training.sets.textures import strip

SOURCES = (Shapes(tuple(ShapeKind), 10, 24), Textures(10, 24), Shipped("mnist_small"), Shipped("fashion_mnist_small"))


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "runs"))


@pytest.mark.parametrize("source", SOURCES, ids=str)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_source_gives_its_parts_without_a_picture_in_two(source: Source, channels: int) -> None:
    data = Data(source, Split(2, 3, 1, train=5), (24, 20), channels)
    parts = read_parts(data)
    expected = counts(data)
    assert tuple(expected) == parts.classes
    seen: set[bytes] = set()
    for place, part in enumerate(Part):
        labelled = parts.part(part)
        assert labelled.pictures.shape == (len(labelled), 24, 20, channels)
        assert labelled.pictures.dtype == np.uint8
        assert np.bincount(labelled.labels).tolist() == [each[place] for each in expected.values()]
        assert len(parts.names[part]) == len(labelled)
        # The classes take turns.
        assert labelled.labels[: len(parts.classes)].tolist() == list(range(len(parts.classes)))
        digests = {one.tobytes() for one in labelled.pictures}
        assert len(digests) == len(labelled)
        assert seen.isdisjoint(digests)
        seen |= digests


def test_what_was_read_is_kept_and_mapped() -> None:
    data, heard = Data(Shapes(per_class=5, size=16), Split(1, 1), (16, 16)), []
    first = read_parts(data, lambda done, of: heard.append((done, of)))
    assert heard == [(number, 10) for number in range(1, 11)]
    again = read_parts(data, lambda done, of: heard.append((done, of)))
    assert len(heard) == 10
    assert isinstance(again.train.pictures, np.memmap)
    np.testing.assert_array_equal(first.train.pictures, again.train.pictures)
    assert first.names == again.names
    with pytest.raises(ValueError, match="read-only"):
        again.train.pictures[0] = 0


def test_a_part_may_be_empty() -> None:
    parts = read_parts(Data(Shapes(per_class=3, size=16), Split(0, 0), (16, 16)))
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (6, 0, 0)
    assert parts.test.pictures.shape == (0, 16, 16, 3)


def test_published_test_pictures_are_tested_on_and_no_others() -> None:
    shipped = training_set("fashion_mnist_small")
    parts = read_parts(Data(Shipped("fashion_mnist_small"), Split(10, 20), (28, 28), 1))
    published = {one.tobytes() for one in shipped.test.pictures}
    assert {one.tobytes() for one in parts.test.pictures} <= published
    assert {one.tobytes() for one in parts.train.pictures}.isdisjoint(published)
    assert parts.classes[9] == "Ankle boot"


def test_another_seed_divides_otherwise_and_another_split_draws_the_same_pictures() -> None:
    source = Shapes(per_class=8, size=16)
    every = [read_parts(Data(source, Split(0, 0, seed), (16, 16))) for seed in (0, 1)]
    assert every[0].names[Part.TRAIN] != every[1].names[Part.TRAIN]
    by_name = [dict(zip(parts.names[Part.TRAIN], parts.train.pictures, strict=True)) for parts in every]
    for name, picture_ in by_name[0].items():
        np.testing.assert_array_equal(picture_, by_name[1][name])


def test_one_more_class_leaves_the_pictures_of_the_others_as_they_are() -> None:
    two = opened(Shapes((ShapeKind.RING, ShapeKind.STAR), 3, 16))
    three = opened(Shapes((ShapeKind.CROSS, ShapeKind.RING, ShapeKind.STAR), 3, 16))
    np.testing.assert_array_equal(two.picture(0, 2, Part.TRAIN), three.picture(1, 2, Part.TRAIN))


@pytest.mark.parametrize("source", SOURCES[:2], ids=str)
def test_drawn_pictures_have_the_size_that_is_asked_for(source: Source) -> None:
    assert opened(source).picture(0, 0, Part.TRAIN).shape == (24, 24, 3)


def test_strips_of_a_photograph_do_not_overlap() -> None:
    for kind in Textures().classes:
        strips = [strip(kind, part) for part in Part]
        assert [one[3] for one in strips[:-1]] == [one[1] for one in strips[1:]]
        assert all(one[3] - one[1] >= 128 for one in strips)


# Bounds ---------------------------------------------------------------------------------------------------------------


def test_more_than_fits_is_refused_with_figure_and_bound() -> None:
    with pytest.raises(CnnError, match=r"may take up 1,024 MB. Received: 10,000 of 512×512×3, 7,500 MB"):
        read_parts(Data(Shapes(per_class=5_000), size=(512, 512)))


def test_a_class_that_is_too_small_is_named_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = gather(zipped(two_classes(5) | {"fish/1.png": picture(77)}))
    monkeypatch.setattr(module, "fitted", None)
    for ask in (counts, read_parts):
        with pytest.raises(CnnError, match=r'The class "fish" has too few pictures.*Received: 1; 3 are needed'):
            ask(Data(checked.source))


# As Keras reads them --------------------------------------------------------------------------------------------------


@pytest.mark.keras
@pytest.mark.parametrize(
    ("fit", "arguments"), [(Fit.STRETCH, {}), (Fit.CROP, {"crop_to_aspect_ratio": True})], ids=["stretch", "crop"]
)
def test_own_pictures_are_read_as_keras_reads_their_folder(fit: Fit, arguments: dict[str, bool]) -> None:
    import keras

    files = two_classes(4) | {"cats/wide.png": picture(50, (9, 31)), "dogs/tall.png": picture(51, (40, 8))}
    source = gather(zipped(files)).source
    parts = read_parts(Data(source, Split(0, 0), (14, 12), fit=fit))
    folder = own(source).folder
    read = keras.utils.image_dataset_from_directory(
        folder, shuffle=False, batch_size=None, image_size=(14, 12), verbose=False, **arguments
    )
    theirs = sorted((int(label), np.rint(pixels).astype(int).tolist()) for pixels, label in read)
    ours = sorted(
        (int(label), pixels.astype(int).tolist())
        for pixels, label in zip(parts.train.pictures, parts.train.labels, strict=True)
    )
    assert [label for label, _ in ours] == [label for label, _ in theirs]
    for (_, our), (_, their) in zip(ours, theirs, strict=True):
        # A value in the middle between two bytes may be rounded to either.
        np.testing.assert_allclose(our, their, atol=1)
