"""Colours that mean different things are told apart, also by eyes that lack a kind of cones.

A difference of 2.3 in CIE 1976 can just be seen side by side (Mahy, Van Eycken and Oosterlinck, 1994); thin lines that
lie apart are asked for several times that.
"""

import re
import tomllib
from typing import Any

import pytest
from eyes import EYES, contrast, least_difference
from folders import ROOT

from pages.ui.design.parts import costs

MODES = "light", "dark"
THEME: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
COMPONENTS = ROOT / "assets" / "components"
COLOUR = re.compile(r"#[0-9a-f]{6}")
TOLD_APART = 20
NAMED_BESIDE = 8
"""Where the colour comes with a name or a sign."""


def style(name: str) -> str:
    return (COMPONENTS / f"{name}.css").read_text(encoding="utf-8")


def variables(name: str, wanted: tuple[str, ...]) -> list[list[str]]:
    """Return these colours of a component, in the light and in the dark."""
    found = {variable: re.findall(rf"--{variable}: (#[0-9a-f]{{6}});", style(name)) for variable in wanted}
    assert all(len(colours) == len(MODES) for colours in found.values()), found
    return [list(colours) for colours in zip(*found.values(), strict=True)]


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("mode", MODES)
def test_lines_of_a_chart(mode: str, eyes: str) -> None:
    difference, which = least_difference(THEME[mode]["chartCategoricalColors"], eyes)
    assert difference > TOLD_APART, which


@pytest.mark.parametrize("mode", MODES)
def test_lines_of_a_chart_stand_out_from_the_page(mode: str) -> None:
    """Web Content Accessibility Guidelines 2.2, 1.4.11: 3 to 1."""
    grounds = THEME[mode]["backgroundColor"], THEME[mode]["secondaryBackgroundColor"]
    colours = THEME[mode]["chartCategoricalColors"]
    assert min(contrast(colour, ground) for colour in colours for ground in grounds) >= 3


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize(
    ("component", "names", "least"),
    [
        ("neuron", ("more", "less"), TOLD_APART),
        ("neuron", ("more", "less", "slope"), 15),  # the slope is dashed
        ("ten_layers", ("filled", "less"), TOLD_APART),
        ("plane", ("more", "less"), TOLD_APART),
        ("moved_picture", ("right", "wrong"), TOLD_APART),
    ],
)
def test_what_components_tell_by_colour(component: str, names: tuple[str, ...], least: int, eyes: str) -> None:
    for colours in variables(component, names):
        difference, which = least_difference(colours, eyes)
        assert difference > least, which


@pytest.mark.parametrize("eyes", EYES)
def test_boxes_on_a_picture(eyes: str) -> None:
    looks = re.findall(r"^\.(?:box\.found|box\.wrong|own) \{[^}]*?(#[0-9a-f]{6})", style("boxes"), re.MULTILINE)
    assert len(looks) == 3
    difference, which = least_difference(looks, eyes)
    assert difference > TOLD_APART, which


@pytest.mark.parametrize("eyes", EYES)
def test_families_of_layers_have_their_names_beside_them(eyes: str) -> None:
    colours = sorted(set(COLOUR.findall(style("groups"))) - {"#999999"})  # grey like what has no family
    difference, which = least_difference(colours, eyes)
    assert difference > NAMED_BESIDE, which


@pytest.mark.parametrize("eyes", EYES)
def test_parts_of_the_memory(eyes: str) -> None:
    difference, which = least_difference([colour for _title, colour in costs._PARTS], eyes)
    assert difference > 15, which
