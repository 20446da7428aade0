"""A stranger's words as a sentence of ours may hold them."""

from typing import Final

LONGEST: Final = 80


def shown(value: object, longest: int = LONGEST) -> str:
    """Return `value` as at most `longest` printable letters; others, half a surrogate pair too, become "�".

    >>> shown("two\\nlines"), shown("x" * 200, 3)
    ('two�lines', 'xxx…')
    """
    try:
        text = str(value)
    # Python writes no whole number of more than 4,300 digits and no list nested a thousand deep.
    except (ValueError, RecursionError):
        text = type(value).__name__
    letters = "".join(letter if letter.isprintable() else "�" for letter in text[:longest])
    return letters + "…" if len(text) > longest else letters
