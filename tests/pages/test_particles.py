"""Particles fit what stands before them, in Hangul, digits and Latin letters."""

import pytest

from pages.ui.particles import Fitting, fitted, has_choice


@pytest.mark.parametrize(
    ("word", "topic", "to"),
    [
        ("고양이", "는", "로"),
        ("말", "은", "로"),
        ("합성곱", "은", "으로"),
        ("10", "은", "으로"),
        ("1", "은", "로"),
        ("4", "는", "로"),
        ("12.5%", "는", "로"),
        ("Conv2D", "는", "로"),
        ("CNN", "은", "으로"),
        ("Dense", "는", "로"),
        ("Flatten", "은", "으로"),
        ("model", "은", "로"),
        ("Rescaling", "은", "으로"),
        ("Dropout", "은", "으로"),
        ("Add", "는", "로"),
        ("layer", "는", "로"),
        ("block", "은", "으로"),
        ('"conv_1"', "은", "로"),
        ("**이집트고양이 (Egyptian cat)**", "는", "로"),
    ],
)
def test_particles_fit(word: str, topic: str, to: str) -> None:
    assert Fitting("{word}은(는) {word}(으)로").format(word=word) == f"{word}{topic} {word}{to}"


def test_all_particles() -> None:
    assert fitted("집이(가) 나무을(를) 새과(와) 물와(과)") == "집이 나무를 새와 물과"


@pytest.mark.parametrize("text", ["Ω은(는)", "은(는)", "→을(를)"])
def test_what_cannot_be_told_stays(text: str) -> None:
    assert fitted(text) == text


def test_only_templates_with_a_choice_are_fitted() -> None:
    assert has_choice("{a}을(를)")
    assert not has_choice("(을) {a}은")
