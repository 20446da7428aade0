"""Errors that a person reads: one sentence that says what is wrong, what was received and what to change.

A message is kept apart from its values, so that a page can translate the sentence and put the same values in.
"""

from collections.abc import Callable


def N_(message: str) -> str:
    """Mark a sentence for the catalogues; whoever shows it translates it."""
    return message


class CnnError(ValueError):
    """Root of everything that ConvScope refuses.

    Args:
        message: an English template with named fields, `"… Received: strides={strides}."`.
        values: what to put into the fields. A `CnnError` among them is rendered in the same language.
    """

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message, values)
        self.message = message
        self.values = values

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`."""
        values = {
            name: value.render(translate) if isinstance(value, CnnError) else value
            for name, value in self.values.items()
        }
        return translate(self.message).format(**values)

    def __str__(self) -> str:
        return self.render(lambda message: message)

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


class ModelFileError(CnnError):
    """A model file that cannot be opened safely, or at all."""
