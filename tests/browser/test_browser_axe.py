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
    "/Course?claims_of=K2",
    "/Convolution?open=channels&lesson=filters.bias",
    "/Feature_maps",
    "/Feature_maps?model=mobilenet_v2&layer=block_2_add",
    "/Feature_maps?model=mnist&layer=dense_1",
    "/Feature_maps?model=mnist",
    "/Design_a_network",
    "/Convolution",
    "/Convolution?open=separable.template.moved_digit.where_it_lies",
    "/Convolution?open=side_by_side.two_pools.stacked.transposed.dense",
    "/Pooling_and_stride?measured=costs&study_open=True",
    "/Neuron",
    "/Neuron?neuron_view=layers",
    "/Neuron?neuron_view=plane",
    "/Tasks?open=coders.enlarging.photographs",
    "/Tasks?task=detection",
    "/Tasks?task=semantic",
    "/Train",
    "/Train?train_part=settings&flip=horizontal",
    "/Train?train_part=studies",
    "/Train?train_part=dropout",
    "/Design_a_network?part=questions&question=larger",
]


# Of every element with words of its own, also within components; letters of a drawing by the scale that it is drawn in.
SMALL_LETTERS = """() => {
    const small = new Set();
    const look = root => {
        for (const element of root.querySelectorAll("*")) {
            if (element.shadowRoot) look(element.shadowRoot);
            if (element.matches("style, script, option, title")) continue;
            if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
            const { width, height } = element.getBoundingClientRect();
            const style = getComputedStyle(element);
            if (width < 2 || height < 2 || style.visibility === "hidden") continue;
            const drawn = element instanceof SVGElement ? element.getScreenCTM() : null;
            const scale = drawn ? Math.sqrt(Math.abs(drawn.a * drawn.d - drawn.b * drawn.c))
                : style.display !== "inline" && element.offsetWidth > 4 ? width / element.offsetWidth : 1;
            // The width is rounded to whole pixels: a few per cent say nothing of the scale.
            const size = parseFloat(style.fontSize) * (Math.abs(scale - 1) < 0.04 ? 1 : scale);
            if (size < 11.9) small.add(`${size.toFixed(1)} px: ${element.textContent.trim().slice(0, 40)}`);
        }
    };
    look(document.body);
    return [...small];
}"""


# Of every picture, drawing and canvas that can be seen, also within components: it has a text, lies in something that
# has one, or is said to be no news to who hears. axe asks that of `img` only.
WITHOUT_TEXT = """() => {
    const silent = [];
    const named = element => ["aria-label", "alt", "title", "aria-labelledby"].some(name => element.getAttribute(name));
    const parentOf = element => element.parentElement ?? element.getRootNode().host;
    const isTold = element => {
        if (element.matches('[aria-hidden="true"], [role="presentation"], img[alt=""]')) return true;
        if (element.tagName === "svg" && element.querySelector(":scope > title")) return true;
        for (let at = element; at && at !== document.body; at = parentOf(at)) {
            if (at.matches('[aria-hidden="true"]')) return true;
            if (named(at) && at.matches("img, svg, canvas, button, [role]")) return true;
        }
        return false;
    };
    const look = root => {
        for (const element of root.querySelectorAll("*")) {
            if (element.shadowRoot) look(element.shadowRoot);
            if (!element.matches("img, canvas, svg")) continue;
            const { width, height } = element.getBoundingClientRect();
            if (width < 40 || height < 30 || isTold(element)) continue;
            silent.push(`no text: ${element.outerHTML.slice(0, 80)} in ${parentOf(element).outerHTML.slice(0, 120)}`);
        }
    };
    look(document.querySelector('[data-testid="stApp"]'));
    return silent;
}"""


def test_every_page_is_looked_at() -> None:
    names = {address.partition("?")[0].strip("/") for address in ADDRESSES}
    assert names == {page.address for page in PAGES}


# Every address in both sizes, both schemes and both languages, and some in each scheme and language.
@pytest.mark.parametrize(
    ("size", "scheme", "language", "addresses"),
    [
        ("wide", "light", "en", ADDRESSES[::2]),
        ("narrow", "dark", "ko", ADDRESSES[::2]),
        ("wide", "dark", "en", ADDRESSES[1::2]),
        ("narrow", "light", "ko", ADDRESSES[1::2]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_axe_finds_nothing(
    size: str, scheme: str, language: str, addresses: list[str], open_page: OpenPage, app_server: AppServer
) -> None:
    """On a wide screen no letter is smaller than 12 pixels either; on a narrow one no picture is without a text."""
    # With less motion: what fades in has no contrast yet.
    page = open_page(app_server, viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for address in addresses:
        visit(page, f"{address}{'&' if '?' in address else '?'}lang={language}")
        own = SMALL_LETTERS if size == "wide" else WITHOUT_TEXT
        found[address] = violations(page) + page.evaluate(own)
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
