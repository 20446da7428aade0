"""Errors that a person reads: one sentence that says what is wrong, what was received and what to change.

CnnError                 everything that ConvScope refuses
├── ImageError           a picture
├── LayerError           a layer's settings, or what comes in
├── NetworkError         layers that do not fit together
├── NetworkFileError     JSON that is no network
│   └── NetworkLinkError an address that holds none
├── NetworkLineError     a line of text that is none
└── ModelFileError       a model file
"""

from cnn_core.sentences import Sentence


class CnnError(Sentence, ValueError):
    """Root of everything that ConvScope refuses.

    Args:
        message: an English template with named fields, `"… Received: strides={strides}."`.
        values: what to put into the fields.
    """

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword arguments do not survive the default pickling, and errors cross process borders.
        return _restore, (type(self), self.message, self.values)


def _restore(kind: type[CnnError], message: str, values: dict[str, object]) -> CnnError:
    return kind(message, **values)


class ImageError(CnnError):
    """Bytes that are no usable picture."""


class LayerError(CnnError):
    """A layer's settings are wrong, or do not fit what comes in."""


class NetworkError(CnnError):
    """Layers that do not fit together. `layer` names the first one at fault, None where it is the whole."""

    @property
    def layer(self) -> str | None:
        name = self.values.get("layer")
        return None if name is None else str(name)


class NetworkFileError(CnnError):
    """JSON that is no network; the sentence names the place."""


class NetworkLinkError(NetworkFileError):
    """An address that holds no network which can be opened."""


class NetworkLineError(CnnError):
    """A line of text that is no network. `position` counts its characters from 1."""

    @property
    def position(self) -> int:
        position = self.values["position"]
        return position if isinstance(position, int) else 1


class ModelFileError(CnnError):
    """A model file that cannot be opened safely, or at all."""
