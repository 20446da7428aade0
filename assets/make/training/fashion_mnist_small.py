"""Write `fashion_mnist_small.npz` beside this folder: 4,000 pictures of Fashion-MNIST to train on, 1,000 to test on.

    apt-get download dataset-fashion-mnist && dpkg-deb -x dataset-fashion-mnist_*.deb fashion
    python assets/make/training/fashion_mnist_small.py fashion/usr/share/datasets/fashion-mnist

The folder holds the four idx.gz files of Zalando's Fashion-MNIST (MIT). As many pictures are taken of each class as of
the others, chosen by chance from its training and its test pictures, and the classes take turns.
"""

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from cnn_core.arrays import Labels
from cnn_core.training.data import FOLDER, read_labelled

SEED = 0
COUNTS = {"train": 4_000, "test": 1_000}
PARTS = {"train": "train", "test": "t10k"}


def in_turns(labels: Labels, count: int) -> NDArray[np.int64]:
    """Return the places of `count` labels chosen by chance, as many of each class as of the others, classes in turns.

    `count` is a multiple of the number of classes, and there are labels enough of each.
    """
    chance = np.random.default_rng(SEED)
    classes = np.unique(labels)
    chosen = [chance.choice(np.flatnonzero(labels == one), count // len(classes), replace=False) for one in classes]
    return np.stack(chosen, axis=1).ravel()


def main(folder: Path) -> None:
    arrays = {}
    for name, part in PARTS.items():
        every = read_labelled(folder, part, ".gz")
        chosen = in_turns(every.labels, COUNTS[name])
        arrays |= {f"{name}_pictures": every.pictures[chosen], f"{name}_labels": every.labels[chosen]}
    np.savez_compressed(FOLDER / "fashion_mnist_small.npz", **arrays)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
