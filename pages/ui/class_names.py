"""Names of classes in the reader's language, with the English one that papers and files use behind it."""

from functools import lru_cache

from cnn_core.models.bundled import class_names
from cnn_core.models.photograph_answers import MODEL, PhotographAnswer
from pages.ui import state
from pages.ui.text import catalogue


def in_readers_language(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return known names as this session reads them; one that has no translation stays as it is."""
    language = state.LANGUAGE.get()
    return names if language == "en" else _translated(names, language)


def photograph_names(answer: PhotographAnswer) -> tuple[str, ...]:
    """Return what the likeliest classes of a photograph are called."""
    names = in_readers_language(class_names(MODEL))
    return tuple(names[number] for number in answer.classes)


@lru_cache(maxsize=16)
def _translated(names: tuple[str, ...], language: str) -> tuple[str, ...]:
    if names == class_names(MODEL):
        own = class_names(MODEL, language)
    else:
        own = tuple(map(catalogue(language).gettext, names))
    return tuple(name if word == name else f"{word} ({name})" for word, name in zip(own, names, strict=True))
