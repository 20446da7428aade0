"""A picture as a person chose it, and as it enters a model."""

import hashlib
from dataclasses import dataclass, field

from cnn_core.arrays import Pixels
from cnn_core.pictures.prepare import Prepared


@dataclass(frozen=True)
class Chosen:
    """The picture that a person chose: two are equal where their bytes are.

    Attributes:
        digest: the SHA-256 of the bytes.
        name: what it is called; of a sample the English title, to be translated.
        look_for: what is worth seeing in it, in English.
        passes: it is a frame of a live camera, or a drawing that grows; the next one takes its place, and nothing of it
            is kept.
    """

    digest: str
    data: bytes = field(compare=False, repr=False)
    name: str = field(compare=False)
    look_for: str = field(default="", compare=False)
    passes: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, data: bytes, name: str, look_for: str = "", passes: bool = False) -> "Chosen":
        return cls(hashlib.sha256(data).hexdigest(), data, name, look_for, passes)

    @property
    def key(self) -> str:
        return self.digest


@dataclass(frozen=True)
class Entered:
    """A picture as it enters a model: two are equal where the model, the bytes and the way in are.

    Attributes:
        model: the model's key.
        digest: the SHA-256 of the bytes.
        fit, invert: how it is brought to what the model takes.
        title: what it is called, in English, to be translated.
        prepared: what the network sees.
        passes: as of the Chosen that it was.
    """

    model: str
    digest: str
    fit: str
    invert: bool
    title: str = field(compare=False)
    prepared: Prepared = field(compare=False, repr=False)
    passes: bool = field(default=False, compare=False)

    @property
    def key(self) -> tuple[str, str, str, bool]:
        """What tells it from every other, for caches."""
        return self.model, self.digest, self.fit, self.invert

    @property
    def pixels(self) -> Pixels:
        """Return (height, width, 3 or 1) in [0, 1]."""
        return self.prepared.pixels
