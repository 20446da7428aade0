"""Published sets, downloaded from a server of the test's own: read as published, kept, and checked."""

import gzip
import hashlib
import inspect
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from file_server import FileServer, serving_files
from training_pictures import two_classes, zipped

from cnn_core.errors import CnnError
from cnn_core.training.data import Labelled
from cnn_core.training.sets import downloads
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.downloads import REMOTES, Remote, download, is_here
from cnn_core.training.sets.opened import opened
from cnn_core.training.sets.parts import read_parts
from cnn_core.training.sets.sources import Downloaded, DownloadKey
from cnn_core.training.sets.split import Part, Split

TRAIN, TEST = 40, 20
LABELS = np.arange(TRAIN + TEST) % 10


def values(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, (TRAIN + TEST, *shape), np.uint8)


def idx(array: Any) -> bytes:
    """Return an array as MNIST was published."""
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return gzip.compress(bytes([0, 0, 8, array.ndim]) + sizes + array.astype(np.uint8).tobytes())


def published(key: DownloadKey) -> list[bytes]:
    """Return small files of the form in which a set is published."""
    match key:
        case DownloadKey.MNIST:
            out, pictures = io.BytesIO(), values(28, 28)
            arrays = {"x_train": pictures[:TRAIN], "x_test": pictures[TRAIN:]}
            np.savez(out, **arrays, y_train=LABELS[:TRAIN], y_test=LABELS[TRAIN:])
            return [out.getvalue()]
        case DownloadKey.FASHION_MNIST:
            pictures = values(28, 28)
            return [idx(array[part]) for part in (slice(TRAIN), slice(TRAIN, None)) for array in (pictures, LABELS)]
        case DownloadKey.CIFAR10:
            records = np.concatenate([LABELS[:, np.newaxis].astype(np.uint8), values(3 * 32 * 32)], axis=1)
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w:gz") as archive:
                for number in range(6):
                    rows = records[8 * number :][:8] if number < 5 else records[TRAIN:]
                    name = f"data_batch_{number + 1}.bin" if number < 5 else "test_batch.bin"
                    member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
                    member.size = rows.size
                    archive.addfile(member, io.BytesIO(rows.tobytes()))
            return [out.getvalue()]
        case DownloadKey.CATS_AND_DOGS:
            files = {f"cats_and_dogs_filtered/train/{name}": data for name, data in two_classes(8).items()}
            return [zipped(files | {"cats_and_dogs_filtered/vectorize.py": b"import os"})]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """Let every set come from a server here, in small."""
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    small = {key: dict(zip(REMOTES[key], published(key), strict=True)) for key in DownloadKey}
    with serving_files(
        {f"/{remote.name}": data for files in small.values() for remote, data in files.items()}
    ) as served:
        for key, files in small.items():
            remotes = [
                Remote(served.address + remote.name, len(data), remote.sha256 and hashlib.sha256(data).hexdigest())
                for remote, data in files.items()
            ]
            monkeypatch.setitem(REMOTES, key, tuple(remotes))
        yield served


@pytest.mark.parametrize("key", DownloadKey)
def test_every_set_is_downloaded_once_and_read(key: DownloadKey, server: FileServer) -> None:
    source, heard = Downloaded(key), []
    assert not is_here(source)
    with pytest.raises(CnnError, match="not been downloaded yet"):
        opened(source)
    download(source, lambda done, of: heard.append((done, of)))
    total = sum(remote.size for remote in REMOTES[key])
    assert heard[-1] == (total, total)
    assert heard == sorted(heard)
    assert is_here(source)
    download(source)
    assert len(server.asked) == len(REMOTES[key])
    parts = read_parts(Data(source, Split(1, 1), (16, 16)))
    assert len(parts.classes) == (2 if key is DownloadKey.CATS_AND_DOGS else 10)
    assert len(parts.test) == len(parts.classes)


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        (DownloadKey.MNIST, (28, 28, 1)),
        (DownloadKey.FASHION_MNIST, (28, 28, 1)),
        (DownloadKey.CIFAR10, (32, 32, 3)),
    ],
)
def test_arrays_are_read_as_they_were_written(key: DownloadKey, shape: tuple[int, ...], server: FileServer) -> None:
    source = Downloaded(key)
    download(source)
    read = opened(source)
    planes = values(3, 32, 32).transpose(0, 2, 3, 1) if key is DownloadKey.CIFAR10 else values(28, 28)[..., np.newaxis]
    assert read.contents.counts == (6,) * 10
    assert read.contents.published == (2,) * 10
    # Of the class 3: pictures 3, 13, 23 and 33 to train on, 43 and 53 to test on.
    for index, place in enumerate((3, 13, 23, 33, 43, 53)):
        found = read.picture(3, index, Part.TRAIN)
        assert found.shape == shape
        np.testing.assert_array_equal(found, planes[place])


def test_a_picture_that_is_published_twice_is_kept_once_to_test_on(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = values(28, 28)
    twice[3] = twice[13] = twice[53]
    with monkeypatch.context() as patched:
        patched.setattr(
            downloads,
            "_read",
            lambda key, folder: tuple(
                Labelled(twice[part, ..., np.newaxis], LABELS[part].astype(np.int32))
                for part in (slice(TRAIN), slice(TRAIN, None))
            ),
        )
        download(Downloaded(DownloadKey.MNIST))
    contents = opened(Downloaded(DownloadKey.MNIST)).contents
    assert (contents.counts[3], contents.published[3]) == (4, 2)
    assert (contents.counts[4], contents.published[4]) == (6, 2)


# What goes wrong ------------------------------------------------------------------------------------------------------


def test_a_closed_network_is_one_clear_sentence(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.server.shutdown()
    server.server.server_close()
    address = REMOTES[DownloadKey.MNIST][0].address
    with pytest.raises(CnnError, match="not connected to the internet") as caught:
        download(Downloaded(DownloadKey.MNIST))
    assert address in str(caught.value)
    assert "refused" in str(caught.value)
    assert not is_here(Downloaded(DownloadKey.MNIST))


def test_a_host_that_nobody_knows_is_the_same_sentence(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(REMOTES, DownloadKey.MNIST, (Remote("http://nobody.invalid/mnist.npz", 10),))
    with pytest.raises(CnnError, match="not connected to the internet"):
        download(Downloaded(DownloadKey.MNIST))


def test_a_page_that_is_not_found_is_said(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REMOTES, DownloadKey.MNIST, (Remote(f"{server.address}nothing", 10),))
    with pytest.raises(CnnError, match="Not Found"):
        download(Downloaded(DownloadKey.MNIST))


@pytest.mark.parametrize("change", [{"size": 10}, {"size": 10**9}, {"sha256": "0" * 64}])
def test_another_file_than_was_published_is_not_kept(
    change: dict[str, Any], server: FileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (remote,) = REMOTES[DownloadKey.MNIST]
    changed = Remote(**{**vars(remote), **change})
    monkeypatch.setitem(REMOTES, DownloadKey.MNIST, (changed,))
    with pytest.raises(CnnError, match="not the file that was published"):
        download(Downloaded(DownloadKey.MNIST))
    assert [path for path in (tmp_path / "runs").rglob("*") if path.is_file()] == []


# As Keras has them ----------------------------------------------------------------------------------------------------


@pytest.mark.keras
def test_addresses_and_digests_are_those_of_keras() -> None:
    import keras

    for key, module in (
        (DownloadKey.MNIST, keras.datasets.mnist),
        (DownloadKey.FASHION_MNIST, keras.datasets.fashion_mnist),
    ):
        code = inspect.getsource(inspect.getmodule(module.load_data))  # type: ignore[arg-type]
        for remote in REMOTES[key]:
            base, _, name = remote.address.rpartition("/")
            assert f"{base}/" in code
            assert name in code
            assert remote.sha256 is None or remote.sha256 in code
    assert "https://www.cs.toronto.edu/~kriz/cifar-10-" in inspect.getsource(keras.datasets.cifar10.load_data)


def test_only_addresses_that_nobody_can_change_on_the_way() -> None:
    addresses = [remote.address for remotes in REMOTES.values() for remote in remotes]
    assert all(address.startswith("https://") for address in addresses)
    assert downloads.SECONDS <= 60
