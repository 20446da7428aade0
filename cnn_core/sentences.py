"""Sentences that a person reads, kept apart from the values in them, so that a page can translate the sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from unicodedata import east_asian_width


def N_(message: str) -> str:
    """Mark a sentence for the catalogues; whoever shows it translates it."""
    return message


def letters_across(text: str) -> int:
    """Return the places of Latin letters that a text takes: a wide letter, as of Korean, takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


class Sentence:
    """A sentence with named fields, and what stands in them.

    Attributes:
        message: an English template, `"… Received: strides={strides}."`.
        values: what to put into the fields. A Sentence among them is rendered in the same language.
    """

    message: str
    values: Mapping[str, object]

    def render(self, translate: Callable[[str], str]) -> str:
        """Return the sentence in the language of `translate`."""
        values = {
            name: value.render(translate) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return translate(self.message).format(**values)

    def __str__(self) -> str:
        return self.render(lambda message: message)


@dataclass(frozen=True)
class Note(Sentence):
    """A sentence on what was done: no error, but said with the result. Its message is marked with `N_`."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)
