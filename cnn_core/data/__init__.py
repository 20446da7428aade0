"""What comes along: trained models, sample pictures, training sets and recorded studies. Origins: assets/CREDITS.md."""

from importlib.resources import files
from pathlib import Path
from typing import Final

# A real folder: TensorFlow and h5py open files by their paths, so the package is never run from an archive.
DATA: Final = Path(str(files(__name__)))
