"""Building blocks of well-known networks, to be put into a design: each a line of text that depends on its settings."""

from dataclasses import dataclass
from typing import ClassVar, Final

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import Input
from cnn_core.layers.settings import Flag, Whole, WithSettings
from cnn_core.network import editing
from cnn_core.network.line import read_line
from cnn_core.network.network import Network
from cnn_core.sentences import N_

_FILTERS = N_("Filters")


@dataclass(frozen=True)
class BuildingBlock(WithSettings):
    """Layers that belong together.

    Attributes:
        title: what it is called, to translate.
        about: what it does, one sentence to translate.
        source: where it was published.
    """

    title: ClassVar[str]
    about: ClassVar[str]
    source: ClassVar[str]

    def line(self, channels: int) -> str:
        """Return the block behind maps of so many channels, as `network.line` writes it."""
        raise NotImplementedError


def insert_block(network: Network, above: str, block: BuildingBlock, times: int = 1) -> Network:
    """Put a block below a layer, several times behind one another if wanted.

    Raises:
        NetworkError: the layer gives no maps, or the network would become too long.
    """
    for _ in range(times):
        shapes = {step.named.name: step.output_shape for step in network.steps()}
        if len(shapes[above]) != 3:
            raise NetworkError(
                'This block needs maps. Received: the {count} values of "{layer}". Put it before Flatten.',
                count=shapes[above][-1],
                layer=above,
            )
        part = read_line(block.line(shapes[above][2]), Input(shapes[above]))
        before = len(network.layers)
        network = editing.splice(network, above, part)
        above = network.layers[editing.place(network, above) + len(network.layers) - before].name
    return network


def _shortcut(channels: int, filters: int, strides: int) -> str:
    """Return the way past a residual block: nothing, or a 1×1 convolution where the shape changes (option B)."""
    return "" if channels == filters and strides == 1 else f"C{filters}k1s{strides}nblin-B"


@dataclass(frozen=True)
class Residual(BuildingBlock):
    """Two convolutions, and what came in is added to what comes out."""

    title = N_("Residual block")
    about = N_("Two convolutions learn what to add to the maps that come in.")
    source = "He et al., Deep residual learning, arXiv:1512.03385, figure 2"
    filters: Whole = Whole(64, label=_FILTERS)
    strides: Whole = Whole(1, label=N_("Strides"))

    def line(self, channels: int) -> str:
        first = f"C{self.filters}s{self.strides}nblin-B-R-C{self.filters}nblin-B"
        return f"-> {first} | {_shortcut(channels, self.filters, self.strides)} -> +-R"


@dataclass(frozen=True)
class Bottleneck(BuildingBlock):
    """A residual block whose 3×3 convolution works on fewer channels."""

    title = N_("Bottleneck block")
    about = N_(
        "A 1×1 convolution reduces the channels, a 3×3 works on them, a 1×1 expands them again; the input is added."
    )
    source = "He et al., Deep residual learning, arXiv:1512.03385, figure 5"
    filters: Whole = Whole(64, label=N_("Filters inside"))
    widening: Whole = Whole(4, label=N_("Expanded by"))
    strides: Whole = Whole(1, label=N_("Strides"))

    def line(self, channels: int) -> str:
        inside, outside = self.filters, self.filters * self.widening
        main = f"C{inside}k1nblin-B-R-C{inside}s{self.strides}nblin-B-R-C{outside}k1nblin-B"
        return f"-> {main} | {_shortcut(channels, outside, self.strides)} -> +-R"


@dataclass(frozen=True)
class InvertedResidual(BuildingBlock):
    """MobileNetV2's block: wide inside, narrow outside, linear at its end."""

    title = N_("Inverted residual block")
    about = N_(
        "A 1×1 convolution expands the channels, a depthwise 3×3 works on them, a linear 1×1 reduces them again."
    )
    source = "Sandler et al., MobileNetV2, arXiv:1801.04381, figure 4"
    filters: Whole = Whole(24, label=_FILTERS)
    expansion: Whole = Whole(6, label=N_("Expansion"))
    strides: Whole = Whole(1, label=N_("Strides"))

    def line(self, channels: int) -> str:
        widened = f"C{channels * self.expansion}k1nblin-B-relu6-" if self.expansion > 1 else ""
        main = f"{widened}DW3s{self.strides}nblin-B-relu6-C{self.filters}k1nblin-B"
        return f"-> {main} | -> +" if self.strides == 1 and channels == self.filters else main


@dataclass(frozen=True)
class Inception(BuildingBlock):
    """Four ways of different reach side by side."""

    title = N_("Inception-like block")
    about = N_("1×1, 3×3 and 5×5 convolutions and a pooling side by side; their channels are joined.")
    source = "Szegedy et al., Going deeper with convolutions, arXiv:1409.4842, figure 2(b)"
    filters: Whole = Whole(32, label=N_("Filters per branch"))

    def line(self, channels: int) -> str:
        narrow = max(self.filters // 2, 1)
        ways = (
            f"C{self.filters}k1",
            f"C{narrow}k1-C{self.filters}k3",
            f"C{narrow}k1-C{self.filters}k5",
            f"P3s1same-C{self.filters}k1",
        )
        return f"-> {' | '.join(ways)} -> &"


@dataclass(frozen=True)
class SqueezeExcite(BuildingBlock):
    """Each channel is multiplied by a share that all channels together decide."""

    title = N_("Squeeze-and-excite block")
    about = N_("The mean of every channel decides, through two small layers, by how much each channel is multiplied.")
    source = "Hu et al., Squeeze-and-excitation networks, arXiv:1709.01507, figure 1"
    ratio: Whole = Whole(16, label=N_("Reduction"), help=N_("The factor by which the channels are reduced in between."))

    def line(self, channels: int) -> str:
        return f"-> | GAkeep-C{max(channels // self.ratio, 1)}k1-C{channels}k1sigmoid -> *"


@dataclass(frozen=True)
class DepthwiseSeparable(BuildingBlock):
    """MobileNet's block: a convolution taken apart into one in space and one over the channels."""

    title = N_("Depthwise-separable block")
    about = N_("A depthwise 3×3 convolution works within each channel, then a 1×1 mixes the channels.")
    source = "Howard et al., MobileNets, arXiv:1704.04861, figure 3"
    filters: Whole = Whole(64, label=_FILTERS)
    strides: Whole = Whole(1, label=N_("Strides"))

    def line(self, channels: int) -> str:
        return f"DW3s{self.strides}nblin-B-R-C{self.filters}k1nblin-B-R"


@dataclass(frozen=True)
class UNetStage(BuildingBlock):
    """Down and up again, with a bridge at every size."""

    title = N_("U-Net stages")
    about = N_(
        "Maps become smaller and more numerous, then larger and fewer; at every size a skip connection "
        "carries the details across."
    )
    source = "Ronneberger et al., U-Net, arXiv:1505.04597, figure 1, with padding"
    filters: Whole = Whole(32, label=_FILTERS)
    depth: Whole = Whole(
        2, label=N_("Depth"), help=N_("How often height and width are halved; each time they must be divisible by 2.")
    )
    bridges: Flag = Flag(True, label=N_("Skip connections"))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.depth > _DEEPEST:
            message = "A U-Net here has at most {most} stages. Received: depth={depth}."
            raise LayerError(message, most=_DEEPEST, depth=self.depth)

    def line(self, channels: int) -> str:
        return self._stage(self.filters, self.depth)

    def _stage(self, filters: int, depth: int) -> str:
        both = f"C{filters}-C{filters}"
        if not depth:
            return both
        inner = f"P2-{self._inner(filters, depth)}-T{filters}k2s2lin"
        return f"{both} -> {inner} | -> &-{both}" if self.bridges else f"{both}-{inner}-{both}"

    def _inner(self, filters: int, depth: int) -> str:
        inner = self._stage(2 * filters, depth - 1)
        return f"({inner})" if "->" in inner else inner


_DEEPEST: Final = 6

BLOCKS: Final[dict[str, type[BuildingBlock]]] = {
    block.__name__: block
    for block in (Residual, Bottleneck, InvertedResidual, Inception, SqueezeExcite, DepthwiseSeparable, UNetStage)
}
"""Every building block by its name, in the order in which people are shown them."""
