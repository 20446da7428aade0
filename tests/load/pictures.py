"""Pictures as a class uploads them: each another one, of the size of a photograph that was sent on."""

import io

import numpy as np
from PIL import Image


def photograph(seed: int, width: int = 1024, height: int = 768) -> bytes:
    """Return a JPEG with large patches of colour and some noise, of 1024×768 about 200 kB."""
    numbers = np.random.default_rng(seed)
    patches = Image.fromarray(numbers.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    smooth = np.asarray(patches.resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16)
    noisy = smooth + numbers.integers(-20, 21, (height, width, 1), dtype=np.int16)
    written = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(written, "JPEG", quality=85)
    return written.getvalue()
