"""The names of a model's outputs, as people keep them: a text file with a name on each line."""

from typing import Final, NamedTuple

from cnn_core.errors import ModelFileError
from cnn_core.sentences import N_, Note

LARGEST_BYTES: Final = 2_000_000
_MARKED: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""The byte order marks that Windows writes first, and the encodings that they stand for."""
_UNMARKED: Final = {"utf-8": "UTF-8", "cp949": "CP949"}
"""What else is tried, in this order: a text of one hardly ever makes sense in the one before it."""


class ClassList(NamedTuple):
    """Names in order, and how the file was read where that is a guess."""

    names: tuple[str, ...]
    note: Note | None


def read_class_list(data: bytes) -> ClassList:
    """Return the names in a text file, one a line, without empty lines.

    UTF-8 and UTF-16 with a byte order mark are read as marked; without one UTF-8 is tried, then CP949, the encoding of
    Korean Windows, which is said.

    Raises:
        ModelFileError: the file is too large or no text in one of these encodings.
    """
    if len(data) > LARGEST_BYTES:
        raise ModelFileError(
            N_("The list of class names is too long. At most {limit} MB are read. Received: {size:.1f} MB."),
            limit=LARGEST_BYTES // 10**6,
            size=len(data) / 1e6,
        )
    text, encoding = _decoded(data)
    note = Note(N_("The class names were read as {encoding}."), {"encoding": encoding}) if encoding == "CP949" else None
    return ClassList(names_in(text), note)


def names_in(text: str) -> tuple[str, ...]:
    """Return the names in a text, one a line, without empty lines.

    >>> names_in("cat\\n\\n  dog \\n")
    ('cat', 'dog')
    """
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text and what its encoding is called."""
    marked = [encoding for mark, encoding in _MARKED if data.startswith(mark)]
    for encoding in marked or _UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, _UNMARKED.get(encoding, encoding)
    raise ModelFileError(
        N_(
            "The class names are not text in UTF-8, UTF-16 or CP949. "
            "Save the list as a UTF-8 text file, one name per line."
        )
    )
