"""Small pictures to train on, made for tests, and what packs them."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np
from PIL import Image


def picture(seed: int, size: tuple[int, int] = (12, 10), kind: str = "PNG", mode: str = "RGB") -> bytes:
    """Return a file of noise, (height, width), another one for each seed."""
    shape = size if mode == "L" else (*size, len(mode))
    values = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    out = io.BytesIO()
    Image.fromarray(values, mode).save(out, kind)
    return out.getvalue()


def smooth_picture(seed: int, size: tuple[int, int], kind: str) -> bytes:
    """Return a file of soft colours, as photographs have them: noise would not survive JPEG."""
    values = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(values, "RGB").resize(size[::-1], Image.Resampling.BICUBIC).save(out, kind)
    return out.getvalue()


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return an archive of files by their paths."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def two_classes(count: int = 5) -> dict[str, bytes]:
    """Return the paths and files of `count` cats and as many dogs."""
    cats, dogs = ({f"{kind}/{number}.png": number for number in range(count)} for kind in ("cats", "dogs"))
    return {name: picture(seed) for name, seed in (cats | {name: 1_000 + n for name, n in dogs.items()}).items()}
