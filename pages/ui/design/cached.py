"""What the design page asks of the workers."""

from concurrent.futures import Future

from pages.ui.compute import WORK
from pages.ui.questions import question


@question
def untrained_file(text: str) -> "Future[bytes]":
    """A .keras file of the network that a text describes, with fresh weights."""
    return WORK.submit(_untrained_file, text)


def _untrained_file(text: str) -> bytes:
    from cnn_core.keras_model.saving import untrained_file as make  # only a worker may import Keras
    from cnn_core.network.network import Network

    return make(Network.from_json(text))
