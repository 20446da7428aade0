"""The names of a model's classes, as people keep them: one a line, numbered as in a CSV or `labels.txt`, or as JSON."""

import json
import re
from typing import Any, Final, NamedTuple

from cnn_core.errors import ModelFileError
from cnn_core.sentences import N_, Note

LARGEST_BYTES: Final = 2_000_000
_MARKED: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
"""The byte order marks that Windows writes first, and the encodings that they stand for."""
_UNMARKED: Final = {"utf-8": "UTF-8", "cp949": "CP949"}
"""What else is tried, in this order: a text of one hardly ever makes sense in the one before it."""


_NUMBERED: Final = re.compile(r"(\d{1,7})\s*[\s,;:]\s*(\S.*)")
"""A number and a name: "0 Cat" as Teachable Machine writes it, "0,cat", "0: cat"."""


class ClassList(NamedTuple):
    """Names in order, and how the file was read where that is a guess."""

    names: tuple[str, ...]
    note: Note | None


def read_class_list(data: bytes) -> ClassList:
    """Return the names in a text file, as `names_in` reads them.

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
    """Return the names in a text, one a line, without empty lines; where all are numbered from 0 on, in that order.

    A JSON list of names is read as well, and an object of names by their numbers or of numbers by their names, as
    `class_indices` of Keras is. Of [identifier, name], as ImageNet's `class_index` has it, the name is taken.

    >>> names_in("cat\\n\\n  dog \\n"), names_in("0 Cat\\n1 Dog\\n"), names_in('{"cat": 1, "dog": 0}')
    (('cat', 'dog'), ('Cat', 'Dog'), ('dog', 'cat'))
    """
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    has_head = bool(lines) and any(mark in lines[0] for mark in ",;\t")
    return _in_json(text) or _numbered(lines) or (_numbered(lines[1:]) if has_head else ()) or lines


def _numbered(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of two lines or more that are numbered from 0 on, by number; nothing where they are not."""
    matches = [_NUMBERED.fullmatch(line) for line in lines]
    if len(lines) < 2 or not all(matches):
        return ()
    return _in_order({int(match[1]): match[2].strip("\"' ") for match in matches if match}, len(lines))


def _in_order(names: dict[int, str], count: int) -> tuple[str, ...]:
    return tuple(names[number] for number in range(count)) if sorted(names) == list(range(count)) else ()


def _in_json(text: str) -> tuple[str, ...]:
    """Return the names in a JSON list or object; nothing where the text is none."""
    if not text.lstrip().startswith(("[", "{")):
        return ()
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    entries = dict(enumerate(read)) if isinstance(read, list) else read
    if entries and all(isinstance(value, int) for value in entries.values()):
        entries = {number: name for name, number in entries.items()}
    names = {int(number): _said(entry) for number, entry in entries.items() if str(number).isdecimal()}
    return _in_order({number: name for number, name in names.items() if name}, len(read))


def _said(entry: Any) -> str:
    """Return the name that an entry of a JSON file says, "" where it says none."""
    said = entry[-1] if isinstance(entry, list) and entry else entry
    return " ".join(said.split()) if isinstance(said, str) else ""


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text and what its encoding is called."""
    marked = [encoding for mark, encoding in _MARKED if data.startswith(mark)]
    for encoding in marked or _UNMARKED:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            # Of joined files a mark stands within, where it is no character of a name.
            return text.replace("\ufeff", ""), _UNMARKED.get(encoding, encoding)
    raise ModelFileError(
        N_(
            "The class names are not text in UTF-8, UTF-16 or CP949. "
            "Save the list as a UTF-8 text file, one name per line."
        )
    )
