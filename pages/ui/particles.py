"""Korean particles that fit the word before them.

A particle has two forms, and the last sound of the word decides: 고양이는, but 말은. A translator cannot know what will
stand in a field, so a catalogue writes both, 은(는), and one is taken here once it is filled. The sound of a word in
Latin letters is guessed from how Korean usually writes it: Dense는, Flatten은, model로.
"""

import re
from enum import Enum, auto
from typing import Any


class _Sound(Enum):
    """What a word ends in, as far as particles care: 로 follows ㄹ as it follows a vowel."""

    VOWEL = auto()
    RIEUL = auto()
    CONSONANT = auto()


_FORMS = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "와(과)": ("과", "와"),
    "(으)로": ("으로", "로"),
}
"""As a catalogue writes it; behind a consonant; behind a vowel."""

_EITHER = re.compile("|".join(map(re.escape, _FORMS)))
# Not read aloud: what closes a word, and what stands in parentheses behind it.
_SILENT = re.compile(r"(?:\([^()]*\)|[\"'”’»\])}*`_\s])+$")
_DIGITS = {
    **dict.fromkeys("036", _Sound.CONSONANT),  # 영 삼 육, and 십, 백, 천, 만
    **dict.fromkeys("178", _Sound.RIEUL),  # 일 칠 팔
    **dict.fromkeys("2459%°", _Sound.VOWEL),  # 이 사 오 구, 퍼센트, 도
}
_LETTERS = {"L": _Sound.RIEUL, "R": _Sound.RIEUL, "M": _Sound.CONSONANT, "N": _Sound.CONSONANT}  # 엘 알 엠 엔
_ENDINGS = (
    (re.compile(r"(?:l|le)$"), _Sound.RIEUL),  # 모델, 스케일
    (re.compile(r"(?:m|n|ng|me|ne|ck|out|(?<![aeiou])[aeiou][bcpkt])$"), _Sound.CONSONANT),  # 타임, 블록, 유닛
    (re.compile(r"[a-z]$"), _Sound.VOWEL),  # 레이어, 컨캐트네이트
)


class Fitting(str):
    """A translated template whose particles fit once its fields are filled."""

    __slots__ = ()

    def format(self, *values: object, **fields: Any) -> str:
        """Return the filled template with the form of each particle that fits the word before it."""
        return fitted(super().format(*values, **fields))


def has_choice(text: str) -> bool:
    """Say whether a text holds a particle in both forms."""
    return "(" in text and _EITHER.search(text) is not None


def fitted(text: str) -> str:
    """Return a text with one form of each particle; both stay where nobody can tell how the word before it sounds."""

    def chosen(match: re.Match[str]) -> str:
        sound = _last_sound(text[: match.start()])
        if sound is None:
            return match.group()
        behind_consonant, behind_vowel = _FORMS[match.group()]
        takes_vowel = sound is _Sound.VOWEL or (sound is _Sound.RIEUL and behind_vowel == "로")
        return behind_vowel if takes_vowel else behind_consonant

    return _EITHER.sub(chosen, text)


def _last_sound(before: str) -> _Sound | None:
    word = _SILENT.sub("", before)[-20:]
    last = word[-1:]
    if "가" <= last <= "힣":
        final = (ord(last) - ord("가")) % 28
        return {0: _Sound.VOWEL, 8: _Sound.RIEUL}.get(final, _Sound.CONSONANT)
    if last in _DIGITS:
        return _DIGITS[last]
    if "A" <= last <= "Z":
        return _LETTERS.get(last, _Sound.VOWEL)
    return next((sound for ending, sound in _ENDINGS if ending.search(word)), None)
