"""Sentences on what was done to a picture: not errors, but said with the result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Note:
    """One sentence, kept apart from its values so that a page can translate it.

    Attributes:
        message: an English template with named fields, marked with `N_` where it is written.
        values: what to put into the fields.
    """

    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`."""
        return translate(self.message).format(**self.values)

    def __str__(self) -> str:
        return self.render(lambda message: message)
