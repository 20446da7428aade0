"""What axe-core finds wrong with the pages for people who do not see or point: nothing that is ours.

axe travels in the package axe-playwright-python; nothing is fetched. Its rules look at what is drawn, so the pages are
idle, and what begins closed is opened.
"""

import pytest
from browsing import OpenPage, violations, visit, wait_idle
from feature_maps_page import close_popover, popover
from serving import AppServer

from pages.ui.feature_maps.panels import PANELS
from pages.ui.frame import PAGES

pytestmark = pytest.mark.browser

FOLDED = ("set_model", "set_picture", "answer", "layer_more")
SIZES = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 390, "height": 844}}
ADDRESSES = [
    "/",
    "/Course",
    "/Course?sheet=operation",
    "/Convolution?open=channels&lesson=filters.bias",
    "/Feature_maps",
    "/Feature_maps?model=mobilenet_v2&layer=block_2_add",
    "/Feature_maps?model=mnist&layer=dense_1",
    "/Design_a_network",
    "/Convolution",
    "/Convolution?open=separable",
    "/Pooling_and_stride?measured=costs&study_open=True",
    "/Neuron",
    "/Neuron?neuron_view=layers",
    "/Neuron?neuron_view=plane",
    "/Tasks?open=coders.enlarging.photographs",
    "/Tasks?task=detection",
    "/Tasks?task=semantic",
    "/Train",
    "/Train?train_part=settings&flip=horizontal",
]


def test_every_page_is_looked_at() -> None:
    names = {address.partition("?")[0].strip("/") for address in ADDRESSES}
    assert names == {page.address for page in PAGES}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(size: str, scheme: str, open_page: OpenPage, app_server: AppServer) -> None:
    # With less motion: what fades in has no contrast yet.
    page = open_page(app_server, viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for address in ADDRESSES:
        visit(page, address)
        found[address] = violations(page)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("narrow", "dark")])
def test_axe_finds_nothing_in_what_is_asked_of_a_map(
    size: str, scheme: str, open_page: OpenPage, app_server: AppServer
) -> None:
    page = open_page(app_server, viewport=SIZES[size], color_scheme=scheme)
    found = {}
    for panel in PANELS:
        visit(page, f"/Feature_maps?model=mnist&picture=digit_7&ask={panel.key}")
        found[panel.key] = violations(page)
    assert {panel: wrong for panel, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("size", "scheme"), [("wide", "dark"), ("narrow", "light")])
def test_axe_finds_nothing_in_what_is_folded(
    size: str, scheme: str, open_page: OpenPage, app_server: AppServer
) -> None:
    page = open_page(app_server, viewport=SIZES[size], color_scheme=scheme)
    visit(page, "/Feature_maps?model=mobilenet_v2")
    found = {}
    for key in FOLDED:
        popover(page, key)
        page.mouse.move(0, 0)  # a tip of the button belongs to no region
        wait_idle(page)
        found[key] = violations(page)
        close_popover(page)
    assert {key: wrong for key, wrong in found.items() if wrong} == {}
