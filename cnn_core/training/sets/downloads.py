"""Sets that are published elsewhere, downloaded once, checked and kept."""

import hashlib
import http.client
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from cnn_core.arrays import Bytes, Indices
from cnn_core.errors import CnnError
from cnn_core.pictures.published import CIFAR10
from cnn_core.sentences import N_
from cnn_core.training.data import Labelled, read_labelled
from cnn_core.training.sets.arrays import CLOTHES, DIGITS, ArraySet
from cnn_core.training.sets.contents import Opened
from cnn_core.training.sets.gathering import gather
from cnn_core.training.sets.own import own
from cnn_core.training.sets.sources import Downloaded, DownloadKey, Own
from cnn_core.training.store import Report, Store, nobody

STORE: Final = Store("downloads")
SECONDS: Final = 30
"""Without a byte, after which a download is given up."""

_CHUNK: Final = 1 << 16
_UNPACKED: Final = 200_000_000
"""What the arrays of the largest set take, CIFAR-10's, beside its file."""

_OWN: Final = "own.txt"
_KERAS: Final = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_PARTS: Final = ("train", "test")
_CLASSES: Final = {
    DownloadKey.MNIST: DIGITS,
    DownloadKey.FASHION_MNIST: CLOTHES,
    DownloadKey.CIFAR10: CIFAR10,
    DownloadKey.CATS_AND_DOGS: (N_("cats"), N_("dogs")),
}

_CLOSED: Final = N_(
    "{address} cannot be downloaded ({reason}). Perhaps this machine is not connected to the internet. Choose "
    "pictures that are included, or upload your own."
)
_CHANGED: Final = N_(
    "What {address} sent is not the file that was published: it was cut off on the way or has been changed. Try "
    "again, or choose other pictures."
)
_NOT_HERE: Final = N_("These pictures have not been downloaded yet, or are no longer kept. Download them.")


@dataclass(frozen=True)
class Remote:
    """A file that is published.

    Attributes:
        size: in bytes.
        sha256: where it is known from its publisher or from Keras.
    """

    address: str
    size: int
    sha256: str | None = None

    @property
    def name(self) -> str:
        return self.address.rpartition("/")[2]


REMOTES: Final[dict[DownloadKey, tuple[Remote, ...]]] = {
    DownloadKey.MNIST: (
        Remote(f"{_KERAS}mnist.npz", 11_490_434, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
    ),
    DownloadKey.FASHION_MNIST: (
        Remote(f"{_KERAS}train-images-idx3-ubyte.gz", 26_421_880),
        Remote(f"{_KERAS}train-labels-idx1-ubyte.gz", 29_515),
        Remote(f"{_KERAS}t10k-images-idx3-ubyte.gz", 4_422_102),
        Remote(f"{_KERAS}t10k-labels-idx1-ubyte.gz", 5_148),
    ),
    # In the binary version, which needs no pickle.
    DownloadKey.CIFAR10: (
        Remote(
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            170_052_171,
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        ),
    ),
    DownloadKey.CATS_AND_DOGS: (
        Remote("https://storage.googleapis.com/mledu-datasets/cats_and_dogs_filtered.zip", 68_606_236),
    ),
}
"""The files of each set; `keras.datasets` takes MNIST's and Fashion-MNIST's from there too."""


def is_here(source: Downloaded) -> bool:
    """Say whether a set need not be downloaded any more."""
    try:
        downloaded(source)
    except CnnError:
        return False
    return True


def download(source: Downloaded, report: Report = nobody) -> None:
    """Download a set and keep it, unless it is here.

    Args:
        source: which one.
        report: hears how many bytes are here, of how many.

    Raises:
        CnnError: the network is closed, the file has changed, or there is no room.
    """
    if is_here(source):
        return
    remotes = REMOTES[source.key]
    total = sum(remote.size for remote in remotes)
    with STORE.new(total + _UNPACKED) as folder:
        done = 0
        for remote in remotes:
            _fetch(remote, folder / remote.name, lambda size, before=done: report(before + size, total))  # type: ignore[misc]
            done += remote.size
        if source.key is DownloadKey.CATS_AND_DOGS:
            own_source = gather((folder / remotes[0].name).read_bytes()).source
            (folder / _OWN).write_text(own_source.digest, encoding="ascii")
        else:
            _keep_arrays(folder, *_read(source.key, folder))
        for remote in remotes:
            (folder / remote.name).unlink()
        STORE.adopt(folder, source.key)


def downloaded(source: Downloaded) -> Opened:
    """Return a set that was downloaded, opened; raises CnnError where it is not here."""
    folder = STORE.find(source.key)
    if folder is None:
        raise CnnError(_NOT_HERE)
    if (pictures := unpacked(source)) is not None:
        return own(pictures)
    return ArraySet(_CLASSES[source.key], *(_kept(folder, part) for part in _PARTS))


def unpacked(source: Downloaded) -> Own | None:
    """Return the set of pictures as which a download was kept; None where it is not here, or was kept as arrays."""
    folder = STORE.find(source.key)
    if folder is None or source.key is not DownloadKey.CATS_AND_DOGS:
        return None
    return Own((folder / _OWN).read_text(encoding="ascii"))


def _fetch(remote: Remote, path: Path, report: Callable[[int], None]) -> None:
    """Write a published file to `path` and hold it against what is known of it."""
    digest, size = hashlib.sha256(), 0
    try:
        with urllib.request.urlopen(remote.address, timeout=SECONDS) as answer, path.open("wb") as file:
            while size <= remote.size and (chunk := answer.read(_CHUNK)):
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                report(size)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error) or type(error).__name__
        raise CnnError(_CLOSED, address=remote.address, reason=reason) from error
    if size != remote.size or remote.sha256 not in (None, digest.hexdigest()):
        raise CnnError(_CHANGED, address=remote.address)


# Arrays ---------------------------------------------------------------------------------------------------------------


def keep(source: Downloaded, train: Labelled, test: Labelled) -> None:
    """Keep a set of arrays that was brought here in another way; raises CnnError where there is no room."""
    with STORE.new(_UNPACKED) as folder:
        _keep_arrays(folder, train, test)
        STORE.adopt(folder, source.key)


def _keep_arrays(folder: Path, train: Labelled, test: Labelled) -> None:
    """Write the arrays of a set, each picture once, so that they can be mapped into memory."""
    seen: set[bytes] = set()
    # What is in both parts stays in the one to test on.
    for part, labelled in (("test", test), ("train", train)):
        new = np.array([_is_new(picture.tobytes(), seen) for picture in labelled.pictures])
        np.save(folder / f"{part}_pictures.npy", labelled.pictures[new])
        np.save(folder / f"{part}_labels.npy", labelled.labels[new])


def _is_new(picture: bytes, seen: set[bytes]) -> bool:
    """Say whether a picture is not among those seen, and add it to them."""
    digest = hashlib.sha256(picture).digest()
    if digest in seen:
        return False
    seen.add(digest)
    return True


def _kept(folder: Path, part: str) -> Labelled:
    return Labelled(np.load(folder / f"{part}_pictures.npy", mmap_mode="r"), np.load(folder / f"{part}_labels.npy"))


def _read(key: DownloadKey, folder: Path) -> tuple[Labelled, Labelled]:
    """Return the pictures to train on and to test on of published files."""
    match key:
        case DownloadKey.MNIST:
            with np.load(folder / "mnist.npz", allow_pickle=False) as stored:
                train, test = (_grey(stored[f"x_{part}"], stored[f"y_{part}"]) for part in _PARTS)
            return train, test
        case DownloadKey.FASHION_MNIST:
            return read_labelled(folder, "train", ".gz"), read_labelled(folder, "t10k", ".gz")
        case _:
            with tarfile.open(folder / REMOTES[key][0].name) as archive:
                members = {Path(member.name).name: archive.extractfile(member) for member in archive if member.isfile()}
                files = {name: file.read() for name, file in members.items() if file and name.endswith(".bin")}
            batches = b"".join(files[f"data_batch_{number}.bin"] for number in range(1, 6))
            return _cifar(batches), _cifar(files["test_batch.bin"])


def _grey(pictures: Bytes, labels: Indices | Bytes) -> Labelled:
    return Labelled(pictures[..., np.newaxis], labels.astype(np.int32))


def _cifar(data: bytes) -> Labelled:
    """Return the pictures of CIFAR-10's binary files: each is a label and then 32×32 values of red, green and blue."""
    records = np.frombuffer(data, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    return Labelled(planes.transpose(0, 2, 3, 1), records[:, 0].astype(np.int32))
