"""What every source can do once it is open: say which classes it has, and give each picture as it is."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from cnn_core.arrays import PictureBytes
from cnn_core.training.sets.split import Part


@dataclass(frozen=True)
class Contents:
    """What a source has, class by class.

    Attributes:
        classes: what they are called, in the order of the labels.
        counts: pictures of each class.
        published: how many of these, the last ones, were published to test on.
    """

    classes: tuple[str, ...]
    counts: tuple[int, ...]
    published: tuple[int, ...]

    @classmethod
    def alike(cls, classes: tuple[str, ...], count: int) -> "Contents":
        """Return what has as many pictures of each class, none of them set apart."""
        return cls(classes, (count,) * len(classes), (0,) * len(classes))


class Opened(ABC):
    """A source whose pictures can be read."""

    @property
    @abstractmethod
    def contents(self) -> Contents:
        """Return what it has."""

    @abstractmethod
    def picture(self, label: int, index: int, part: Part, /) -> PictureBytes:
        """Return one picture of a class, (height, width, 3 or 1), not yet resized."""

    @abstractmethod
    def name(self, label: int, index: int) -> str:
        """Return what that picture is called."""

    def file(self, _label: int, _index: int, /) -> bytes | None:
        """Return the file that picture is read from; None where there is none."""
        return None
