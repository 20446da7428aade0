"""All ways of making a map smaller on one input with the same windows, and what is measured of them."""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np

from cnn_core.arrays import Values
from cnn_core.numerics.maps import Windows
from cnn_core.numerics.reductions.ways import Reducer, Reduction
from pages.ui import cached, state

Result = TypeVar("Result")


@dataclass(frozen=True)
class GridSource:
    """Numbers, by their shape and bytes."""

    shape: tuple[int, ...]
    numbers: bytes


@dataclass(frozen=True)
class PictureSource:
    """The brightness of a picture, by the SHA-256 of its bytes."""

    digest: str


@dataclass(frozen=True)
class MapSource:
    """A feature map of a model that looks at a picture, named by the key of its Entered."""

    picture: tuple[str, str, str, bool]
    layer: str
    channel: int


Source = GridSource | PictureSource | MapSource


@dataclass(frozen=True, eq=False)
class Comparison:
    """The input (H, W, 1), how the windows lie on it, and the kernel (height, width) of the way that is given one.

    `source` says where the input comes from; no other input has the same.
    """

    x: Values
    windows: Windows
    kernel: Values
    source: Source

    @cached_property
    def key(self) -> str:
        """Return a digest of all that a result depends on."""
        parts = self.source, self.windows, self.kernel.shape, self.kernel.astype(np.float64).tobytes()
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @cached_property
    def reducers(self) -> dict[Reduction, Reducer]:
        """Return every way with these windows and this kernel, in the order in which they are shown."""
        return {way: Reducer(way, self.windows, self.kernel) for way in Reduction}

    def results(self) -> dict[Reduction, Values]:
        """Return what every way makes of the input; raises LayerError where the windows do not fit."""
        results: dict[Reduction, Values] = cached.reductions(
            self.key, lambda: {way: reducer.reduce(self.x) for way, reducer in self.reducers.items()}
        )
        return results

    def scaled(self, way: Reduction) -> Values:
        """Return a result (H', W', 1) in the input's range."""
        result: Values = self.results()[way] / self.reducers[way].scale
        return result

    def measured(self, measure: "Measure[Result]") -> Result:
        """Return what is measured or drawn, done once for this input, these windows and this kernel, in a language."""
        result: Result = cached.measured(measure, self.key, state.LANGUAGE.get(), lambda: measure.of(self))
        return result


class Measure(ABC, Generic[Result]):
    """What can be measured or drawn of a comparison: a frozen dataclass whose fields say what it depends on besides.

    It is its own key in the cache, so two share an entry only where they are the same.
    """

    @abstractmethod
    def of(self, comparison: Comparison) -> Result:
        """Return it for a comparison."""
