"""Our layer names in the letters that TensorFlow allows.

A NamedLayer may be called "층 1"; TensorFlow refuses every name outside `[A-Za-z0-9.][A-Za-z0-9_.-]*` as soon as it
traces the model (`predict`, `fit`). Such letters are written `.x<code point>-`; all other names stay as they are.
"""

import re
from typing import Final

from cnn_core.network.files import LONGEST_NAME

_WRITTEN: Final = re.compile(r"\.x([0-9A-F]{1,6})-")
_FOREIGN: Final = re.compile(rf"[^A-Za-z0-9_.-]|^[_-]|\.(?={_WRITTEN.pattern[2:]})")


def keras_name(name: str) -> str:
    """Return the name of the Keras layer that stands for our layer `name`; different names stay different.

    >>> keras_name("conv2d_1"), keras_name("층 1")
    ('conv2d_1', '.xCE35-.x20-1')
    """
    return _FOREIGN.sub(lambda match: f".x{ord(match[0]):X}-", name)


def own_name(name: str) -> str:
    """Return what `keras_name` was given; a name that it did not write comes back as it is.

    >>> own_name(".xCE35-.x20-1"), own_name("my.x41-layer")
    ('층 1', 'my.x41-layer')
    """
    read = _WRITTEN.sub(_letter, name)
    return read if keras_name(read) == name else name


def _letter(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code <= 0x10FFFF else match[0]


def allowed_name(name: str) -> str:
    """Return a stranger's name as a NamedLayer may have it: printable, not empty, at most 200 characters."""
    letters = "".join(letter if letter.isprintable() and letter != "/" else "_" for letter in name)
    return letters[-LONGEST_NAME:] if letters.strip() else "layer"


def free_among(name: str, taken: set[str]) -> str:
    """Return `name`, or the first of `name_1`, `name_2`, … that is not taken."""
    free, number = name, 0
    while free in taken:
        number += 1
        suffix = f"_{number}"
        free = name[: LONGEST_NAME - len(suffix)] + suffix
    return free
