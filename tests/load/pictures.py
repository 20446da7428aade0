"""Pictures as a class uploads them: each another one, of the size of a photograph that was sent on."""

import io

import numpy as np
from PIL import Image

_WIDTH, _HEIGHT = 1024, 768


def photograph(seed: int) -> bytes:
    """Return a JPEG of 1024×768 with large patches of colour and some noise, about 200 kB."""
    numbers = np.random.default_rng(seed)
    patches = Image.fromarray(numbers.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    smooth = np.asarray(patches.resize((_WIDTH, _HEIGHT), Image.Resampling.BICUBIC), dtype=np.int16)
    noisy = smooth + numbers.integers(-20, 21, (_HEIGHT, _WIDTH, 1), dtype=np.int16)
    written = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(written, "JPEG", quality=85)
    return written.getvalue()
