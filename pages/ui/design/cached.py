"""What the design page asks of the workers."""

from concurrent.futures import Future
from typing import TYPE_CHECKING

from pages.ui.compute import WORK
from pages.ui.questions import question

if TYPE_CHECKING:
    from cnn_core.network.timing import Machine


@question
def untrained_file(text: str) -> "Future[bytes]":
    """A .keras file of the network that a text describes, with fresh weights."""
    return WORK.submit(_untrained_file, text)


def _untrained_file(text: str) -> bytes:
    from cnn_core.keras_model.saving import untrained_file as make  # only a worker may import Keras
    from cnn_core.network.network import Network

    return make(Network.from_json(text))


@question
def untrained_onnx(text: str) -> "Future[bytes]":
    """A file of ONNX of the network that a text describes, with fresh weights."""
    return WORK.submit(_untrained_onnx, text)


def _untrained_onnx(text: str) -> bytes:
    from cnn_core.keras_model.saving import untrained_onnx as make  # only a worker may import Keras
    from cnn_core.network.network import Network

    return make(Network.from_json(text))


@question
def machine_speed() -> "Future[Machine]":
    """How fast this machine is; measured once, as long as the answer is kept."""
    return WORK.submit(_machine_speed)


def _machine_speed() -> "Machine":
    from cnn_core.keras_model.speed import measure_machine  # only a worker may import Keras

    return measure_machine()
