"""The course in a browser: a step beside its tool, links that set the tool up, Back, and progress after a reload."""

import re
from collections.abc import Iterator

import pytest
from browsing import no_traceback, visit, wait_idle
from playwright.sync_api import Page, expect

from pages.ui.course.places import looking_for

pytestmark = pytest.mark.browser


def heading(page: Page) -> str:
    return page.locator(".st-key-lesson_strip h2").inner_text()


def answer(page: Page, number: str) -> None:
    field = page.get_by_role("spinbutton", name="Your answer")
    field.fill(number)
    field.press("Enter")


def test_steps_lead_on_and_back_and_stay_done(page: Page) -> None:
    visit(page, "/Course?lang=en")
    page.get_by_role("link", name=re.compile("Start here")).click()
    page.wait_for_url(re.compile(r"/Convolution\?lesson=operation\.sum$"))
    answer(page, "2")
    expect(page.get_by_text("Right: 2.")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(re.compile(r"stride_down=2&stride_across=2&lesson=operation\.stride$"))
    answer(page, "7")
    expect(page.get_by_text("Not quite.")).to_be_visible()
    page.go_back()
    page.wait_for_url(re.compile(r"/Convolution\?lesson=operation\.sum$"))
    wait_idle(page)
    assert heading(page) == "One number of the map"
    visit(page, "/Course?lang=en")
    expect(page.get_by_text("1 of ", exact=False)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Go on: The operation · A stride of 2"))).to_be_visible()


def test_what_a_step_is_about_is_scrolled_to(page: Page) -> None:
    visit(page, "/Convolution?open=transposed&lesson=filters.enlarging&lang=en")
    expect(page.locator(".st-key-open_transposed_field")).to_be_in_viewport()
    expect(page.locator(".st-key-lesson_strip")).to_be_in_viewport()


def test_from_home_a_claim_and_what_shows_it_are_three_clicks_away(page: Page) -> None:
    visit(page, "/?lang=en")
    page.get_by_test_id("stMain").get_by_role("link", name="Course").click()
    page.get_by_role("radio", name="Course 3").click()
    page.get_by_role("link", name="An eye as a template: its").click()
    board = page.locator(".st-key-open_template_field")
    expect(board).to_be_in_viewport(timeout=30_000)
    expect(page.get_by_text("A bright place fools the plain sum")).to_be_in_viewport()
    no_traceback(page)


@pytest.mark.parametrize(
    ("address", "figure"),
    [
        ("Convolution?open=stacked", "73,856"),
        ("Pooling_and_stride?measured=kept", "keeps steeper steps than average pooling"),
        ("Design_a_network?design=mobilenet_v2&part=questions&question=larger", "49,413,032,960"),
        ("Convolution?open=dense", "1,225"),
        ("Convolution?open=side_by_side", "it takes in more and shows less"),
    ],
)
def test_where_a_claim_leads_its_figure_is_in_sight(address: str, figure: str, page: Page) -> None:
    visit(page, f"/{address}&lang=en")
    expect(page.get_by_text(figure).first).to_be_in_viewport()


# Where a link leads ------------------------------------------------------------------------------------------------

LED = """<div data-testid="stApp" data-test-script-state="notRunning">
<div data-testid="stMain" style="height: 500px; overflow: auto">
<div id="above" style="height: 900px"></div><div class="st-key-sought">Sought</div><div style="height: 3000px"></div>
</div></div>"""
AT_THE_PLACE = """() => Math.abs(document.querySelector(".st-key-sought").getBoundingClientRect().top - 72) < 16"""


@pytest.fixture
def led(modules: Page) -> Iterator[Page]:
    """A page of nothing but what a link has led to."""
    address = modules.url
    modules.set_content(LED)
    modules.evaluate(f"() => {{ {looking_for('sought')} look(); }}")
    modules.wait_for_function(AT_THE_PLACE)
    yield modules
    modules.goto(address)


def test_a_place_that_moves_while_the_page_is_made_is_led_to_again(led: Page) -> None:
    """What stands above it comes after it, and the browser scrolls along with what it has in sight."""
    led.evaluate("() => { above.style.height = '1400px'; above.parentElement.scrollTop += 40; }")
    led.wait_for_function(AT_THE_PLACE)


LATER = "() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 700))"
"""The place is sought three times a second."""


@pytest.mark.parametrize("done", ["wheel", "scroll"])
def test_whoever_scrolls_is_left_alone(led: Page, done: str) -> None:
    before = led.evaluate("() => above.parentElement.scrollTop")
    if done == "wheel":
        led.mouse.move(100, 100)
        led.mouse.wheel(0, 300)
        led.wait_for_function("before => above.parentElement.scrollTop > before", arg=before)
    else:
        led.evaluate("() => { above.parentElement.scrollTop += 300; }")
    led.evaluate(LATER)
    led.wait_for_function("before => above.parentElement.scrollTop > before + 200", arg=before)
