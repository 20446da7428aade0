"""Layers' names as names of Python."""

import keyword
import re
from collections.abc import Collection


def identifier(name: str, taken: Collection[str]) -> str:
    """Return a name that Python takes, made of a layer's, and that is not taken.

    >>> identifier("block1.conv", ()), identifier("2", ()), identifier("x", ("x",))
    ('block1_conv', 'layer_2', 'x_1')
    """
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    plain = f"layer_{plain}" if not plain or plain[0].isdigit() or keyword.iskeyword(plain) else plain
    number = 0
    free = plain
    while free in taken:
        number += 1
        free = f"{plain}_{number}"
    return free
