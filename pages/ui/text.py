"""`_()`: every visible string, English in the code, other languages from the catalogues in assets/.

`ngettext` is for a sentence that reads differently with 1, `pgettext` for a word that means two things in two places.
"""

import gettext
import io
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cnn_core.sentences import Sentence
from pages.ui import languages, state
from pages.ui.particles import Fitting, has_choice

_ASSETS = Path(__file__).parents[2] / "assets"
_CATALOGUES = languages.CATALOGUES


class _Catalogue(gettext.GNUTranslations):
    """A catalogue whose templates choose between the forms of a particle once their fields are filled."""

    def gettext(self, message: str) -> str:
        return _fitting(super().gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _fitting(super().ngettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str) -> str:
        return _fitting(super().pgettext(context, message))


def _fitting(template: str) -> str:
    return Fitting(template) if has_choice(template) else template


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the translations for a language; English has none, for it stands in the code."""
    file = _CATALOGUES / language / "LC_MESSAGES" / "convscope.po"
    if language == "en" or not file.exists():
        return gettext.NullTranslations()
    # Babel is only needed by people who read another language than English.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return _Catalogue(compiled)


def _(message: str) -> str:
    """Return the message in the language of this session."""
    return catalogue(state.LANGUAGE.get()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the message for so many in the language of this session; `count` may be a field of both."""
    return catalogue(state.LANGUAGE.get()).ngettext(one, many, count)


def pgettext(context: str, message: str) -> str:
    """Return a message that means something else elsewhere; `context` says what it means here."""
    return catalogue(state.LANGUAGE.get()).pgettext(context, message)


def sentence(said: Sentence) -> str:
    """Return an error, or any other sentence with values in it, in the language of this session."""
    return said.render(_)


def sentences(notes: Iterable[Sentence]) -> str:
    """Return several of them as one paragraph."""
    return " ".join(sentence(note) for note in notes)


def escaped(text: str) -> str:
    """Return a name from a file or a person so that Markdown shows it as it stands: no markup, no pictures."""
    return "".join("\\" + char if char in "\\`*_{}[]()#+-.!|<>~$:" else char for char in text)


def with_hand(hint: str) -> str:
    """Return a sentence on what answers to the pointer, as Markdown with a pointing hand before it."""
    return f":material/touch_app: {hint}"


def as_code(name: str) -> str:
    """Return a name as a span of code in Markdown, whatever it holds."""
    # A span ends at the first run of as many backticks as began it; a space keeps those of the name apart.
    fence = "`" * (1 + max(map(len, re.findall("`+", name)), default=0))
    space = " " if "`" in (name[:1], name[-1:]) else ""
    return f"{fence}{space}{name}{space}{fence}"


@cache
def _lesson(name: str, language: str) -> str:
    file = _ASSETS / "lessons" / language / f"{name}.md"
    if not file.exists():
        file = _ASSETS / "lessons" / "en" / f"{name}.md"
    return file.read_text(encoding="utf-8")


def lesson(name: str) -> str:
    """Return a long text in Markdown; English where it is not translated yet."""
    return _lesson(name, state.LANGUAGE.get())
