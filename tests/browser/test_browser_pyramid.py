"""The receptive field as a pyramid: what belongs to a place, against sets that grow window by window; the picture."""

from collections.abc import Callable
from typing import Any

import pytest
from browsing import visit
from playwright.sync_api import Page, expect
from stages import point

pytestmark = pytest.mark.browser


def windows(length: int, kernel: int, stride: int) -> list[set[int]]:
    """Return what each output of a layer without padding takes of its input."""
    return [set(range(start, start + kernel)) for start in range(0, length - kernel + 1, stride)]


@pytest.mark.parametrize(("kernel", "stride", "length"), [(3, 1, 9), (3, 2, 23), (2, 3, 17), (1, 1, 4)])
def test_what_belongs_to_a_place_of_a_map(kernel: int, stride: int, length: int, call: Callable[..., Any]) -> None:
    layers: list[list[set[int]]] = []
    lengths = [length]
    for _layer in range(2):
        layers.append(windows(lengths[-1], kernel, stride))
        lengths.append(len(layers[-1]))
    moving = {"kernel": kernel, "stride": stride}
    for index in range(lengths[2]):
        middle = layers[1][index]
        seen = set().union(*(layers[0][at] for at in middle))
        spans = call("pyramid", "spansOf", lengths, moving, 2, index)
        # A stride above the kernel leaves holes: a receptive field is what encloses it all.
        assert spans == [[min(places), max(places)] for places in (seen, middle, {index})]
    for index in range(lengths[0]):
        reached = {at for at, window in enumerate(layers[0]) if index in window}
        first, last = call("pyramid", "spansOf", lengths, moving, 0, index)[1]
        assert set(range(first, last + 1)) == reached


def test_pointing_says_what_a_value_sees(page: Page) -> None:
    visit(page, "/Convolution?open=stacked&stacked=2")
    said = page.locator(".pyramid .said")
    expect(said).to_have_text("Layer 2, row 2, column 2 sees Layer 1: 3×3, Input: 5×5.")
    point(page.locator('.pyramid [data-part="map1"]'), 6, 1, 7, 7)
    expect(said).to_have_text("Layer 1, row 6, column 1 sees Input: 3×3.")
    page.locator('.pyramid [data-part="map2"]').focus()
    expect(said).to_contain_text("Layer 2, row 0, column 0 sees")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("Layer 2, row 1, column 0 sees")
    expect(page.locator(".pyramid svg line")).to_have_count(4)
    page.locator('.pyramid [data-part="map0"]').focus()
    expect(said).to_contain_text("dashed lines show what it reaches")
