"""Any source, opened."""

from cnn_core.training.sets.arrays import shipped
from cnn_core.training.sets.contents import Opened
from cnn_core.training.sets.downloads import downloaded
from cnn_core.training.sets.own import own
from cnn_core.training.sets.shapes import DrawnShapes
from cnn_core.training.sets.sources import Downloaded, Own, Shapes, Shipped, Source, Textures
from cnn_core.training.sets.textures import CutTextures


def opened(source: Source) -> Opened:
    """Return a source, ready to be read; raises CnnError where its pictures are not here."""
    match source:
        case Shipped():
            return shipped(source)
        case Shapes():
            return DrawnShapes(source)
        case Textures():
            return CutTextures(source)
        case Own():
            return own(source)
        case Downloaded():
            return downloaded(source)
