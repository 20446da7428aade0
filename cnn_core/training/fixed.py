"""Kernels that are given and not learned, as a blur's before subsampling."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cnn_core.errors import CnnError
from cnn_core.layers import DepthwiseConv2D
from cnn_core.layers.shapes import show
from cnn_core.layers.weights import weight_shapes
from cnn_core.network.network import Network
from cnn_core.sentences import N_

Rows = tuple[tuple[float, ...], ...]

BLUR: Final[Rows] = ((0.0625, 0.125, 0.0625), (0.125, 0.25, 0.125), (0.0625, 0.125, 0.0625))
"""1 2 1 across and down, by 16: what Zhang (arXiv:1904.11486) calls Triangle-3."""


@dataclass(frozen=True)
class FixedKernel:
    """A kernel that a DepthwiseConv2D has in every channel from the beginning, and keeps.

    Args:
        layer: its name in the network; it is frozen there and has no bias.
        rows: the kernel's numbers, row by row.
    """

    layer: str
    rows: Rows

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "FixedKernel":
        """Return what `dataclasses.asdict` made of one; raises LookupError, TypeError or ValueError."""
        return cls(document["layer"], tuple(tuple(map(float, row)) for row in document["rows"]))

    def refuse_misfit(self, network: Network) -> None:
        """Raise CnnError where the network has no layer that could keep this kernel."""
        named = next((named for named in network.layers if named.name == self.layer), None)
        layer = named.layer if named else None
        if not isinstance(layer, DepthwiseConv2D) or named is None or named.trainable or layer.use_bias:
            raise CnnError(
                N_(
                    'Only a frozen DepthwiseConv2D without bias can be given a kernel. Received: "{layer}", {kind}. '
                    "Choose such a layer, or freeze it."
                ),
                layer=self.layer,
                kind="–" if layer is None else layer.kind,
            )
        size = (len(self.rows), *{len(row) for row in self.rows})
        if size != layer.kernel_size:
            raise CnnError(
                N_('The kernel given to "{layer}" has the wrong size. Received: {given}; {needed} is needed.'),
                layer=self.layer,
                given=show(size),
                needed=show(layer.kernel_size),
            )

    def weights(self, network: Network) -> npt.NDArray[np.float32]:
        """Return it as Keras keeps it in this network: (height, width, channels, depth_multiplier)."""
        step = next(step for step in network.steps() if step.named.name == self.layer)
        shape = weight_shapes(step.named.layer, *step.input_shapes)["kernel"]
        return np.broadcast_to(np.array(self.rows, np.float32)[:, :, np.newaxis, np.newaxis], shape)


def blurs(network: Network) -> tuple[FixedKernel, ...]:
    """Return a blur for each frozen DepthwiseConv2D of a network."""
    frozen = (named for named in network.layers if isinstance(named.layer, DepthwiseConv2D) and not named.trainable)
    return tuple(FixedKernel(named.name, BLUR) for named in frozen)
