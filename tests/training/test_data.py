"""Pictures to train on: what the bundled set holds, and idx files."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from folders import ROOT

from cnn_core.errors import CnnError
from cnn_core.training.data import FOLDER, TRAINING_SETS, read_idx, read_labelled, shifted, training_set


@pytest.mark.parametrize("key", TRAINING_SETS)
def test_every_set_has_as_many_of_each_class_also_in_its_beginning(key: str) -> None:
    data = training_set(key)
    for part in (data.train, data.train.first(10 * data.classes), data.test):
        assert set(np.bincount(part.labels)) == {len(part) // data.classes}
        assert part.pictures.shape[0] == len(part)
    assert data.train.pixels().dtype == np.float32
    assert (data.train.pixels().min(), data.train.pixels().max()) == (0, 1)


def test_fashion_mnist_is_what_it_is_said_to_be() -> None:
    data = training_set("fashion_mnist_small")
    assert (data.train.pictures.shape, data.test.pictures.shape) == ((4_000, 28, 28, 1), (1_000, 28, 28, 1))
    assert data.classes == 10
    # A picture of trousers is empty at its sides, one of a shirt is not.
    sides = [data.train.pictures[data.train.labels == one][:, :, :4].mean() for one in (1, 2)]
    assert sides[0] < 1 < sides[1]


def test_no_picture_is_in_both_parts_and_none_can_be_changed() -> None:
    data = training_set("fashion_mnist_small")
    assert {one.tobytes() for one in data.train.pictures}.isdisjoint(one.tobytes() for one in data.test.pictures)
    with pytest.raises(ValueError, match="read-only"):
        data.train.pictures[0] = 0


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(CnnError, match="key=unicorns; known are fashion_mnist_small"):
        training_set("unicorns")


def test_every_file_is_credited() -> None:
    credits = (ROOT / "assets" / "CREDITS.md").read_text(encoding="utf-8")
    files = [path for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {FOLDER / f"{key}.npz" for key in TRAINING_SETS} <= set(files)
    assert [path for path in files if f"| `{path.relative_to(FOLDER.parent).as_posix()}` |" not in credits] == []


@pytest.mark.parametrize(("down", "right"), [(0, 0), (1, 0), (-2, 0), (0, 3), (0, -1), (2, -2)])
def test_shifting_lets_black_in(down: int, right: int) -> None:
    pixels = np.random.default_rng(0).random((2, 5, 6, 1), dtype=np.float32) + 1
    moved = shifted(pixels, down, right)
    rolled = np.roll(pixels, (down, right), (1, 2))
    assert ((moved == rolled) | (moved == 0)).all()
    assert (moved != 0).sum() == 2 * (5 - abs(down)) * (6 - abs(right))


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_files(tmp_path: Path, suffix: str) -> None:
    pack = gzip.compress if suffix else bytes
    pictures = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3]) + bytes(range(6))
    (tmp_path / f"train-images-idx3-ubyte{suffix}").write_bytes(pack(pictures))
    (tmp_path / f"train-labels-idx1-ubyte{suffix}").write_bytes(pack(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])))
    found = read_labelled(tmp_path, "train", suffix)
    np.testing.assert_array_equal(found.pictures[..., 0], [[[0, 1, 2]], [[3, 4, 5]]])
    assert found.labels.tolist() == [7, 9]


def test_what_is_no_idx_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG")
    with pytest.raises(CnnError, match=r"not an idx file.*picture\.png"):
        read_idx(file)
