"""The pieces of a line of text, each with its place."""

import re
from typing import Final, NamedTuple

from cnn_core.errors import CnnError, NetworkLineError
from cnn_core.sentences import N_

LONGEST_LINE: Final = 200_000
"""Characters. Two thousand layers with names of their own take as many."""
_DEEPEST_SETTINGS: Final = 10

_PIECES: Final = re.compile(
    r"""(?P<space>\s+)
    | (?P<sign>->|>|[-|:=+*&(),!\[\]])
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<word>[\w.]+)""",
    re.VERBOSE,
)
_SETTINGS: Final = re.compile(r"""[()] | "[^"]*" | '[^']*'""", re.VERBOSE)
_NAME: Final = re.compile(r"""("(?:[^"]|"")*")""")
# What word processors and phones make of the signs; a name in straight quotes is as it is.
_SAME_SIGNS: Final = str.maketrans("→–—−×“”", '>---x""')


class Token(NamedTuple):
    """A piece of a line.

    Attributes:
        kind: "sign", "word", "quoted" (a name), "settings" (what follows a word in parentheses), or "end".
        text: what it says, without quotes or parentheses.
        start, end: where it stands, in characters from 0.
    """

    kind: str
    text: str
    start: int
    end: int

    def is_sign(self, *signs: str) -> bool:
        """Say whether it is one of these signs."""
        return self.kind == "sign" and self.text in signs

    @property
    def is_name(self) -> bool:
        return self.kind in ("word", "quoted")


def tokens(line: str) -> list[Token]:
    """Return the pieces of a line and its end; raises NetworkLineError at a character that belongs to none."""
    if len(line) > LONGEST_LINE:
        raise refuse(LONGEST_LINE, N_("at most {most} characters"), f"{len(line):,}", most=f"{LONGEST_LINE:,}")
    parts = _NAME.split(line)
    plain = "".join(part if number % 2 else part.translate(_SAME_SIGNS) for number, part in enumerate(parts))
    found: list[Token] = []
    at = 0
    while at < len(plain):
        if plain[at] == "(" and found and found[-1].kind == "word" and found[-1].end == at:
            found.append(_settings(plain, at))
        else:
            match = _PIECES.match(plain, at)
            if match is None:
                raise refuse(at, N_("a layer, a name or one of the signs {signs}"), line[at], signs='-> - | : + "')
            if match.lastgroup != "space":
                found.append(_token(match))
            at = match.end()
            continue
        at = found[-1].end
    return [*found, Token("end", "", len(plain), len(plain))]


def _token(match: re.Match[str]) -> Token:
    kind, text = match.lastgroup or "", match[0]
    if kind == "quoted":
        text = text[1:-1].replace('""', '"')
    return Token(kind, "->" if text == ">" else text, match.start(), match.end())


def _settings(line: str, start: int) -> Token:
    """Return what stands between the parenthesis at `start` and the one that closes it."""
    depth = 0
    for match in _SETTINGS.finditer(line, start):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if not depth:
            return Token("settings", line[start + 1 : match.start()], start, match.end())
        if depth > _DEEPEST_SETTINGS:
            raise refuse(match.start(), N_("settings that are nested less deeply"), match[0])
    raise refuse(len(line), N_("a parenthesis that closes the settings"), CnnError(N_("the end of the line")))


def refuse(at: int, expected: str, received: object, **values: object) -> NetworkLineError:
    """Return the error at a character, counted from 0; `expected` is a template with these values."""
    return NetworkLineError(
        "At character {position}: expected {expected}. Received: {received}.",
        position=at + 1,
        expected=CnnError(expected, **values),
        received=received,
    )
