"""The panel that shows what a map looks for: recorded, made in pieces, stopped, refused; the workers made up."""

from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from running import address_of, no_exception
from stand_ins import Here
from streamlit.testing.v1 import AppTest
from viewing import choose, opened, press, said

from cnn_core.arrays import Pixels
from cnn_core.errors import CnnError
from cnn_core.models import looks_for
from cnn_core.models.bundled import bundled_network
from cnn_core.models.looks_for import PIECE, Ascent, Sought
from cnn_core.numerics.ascent import STEPS, Slope, begun, stepped
from pages.ui import questions, waiting

pytestmark = pytest.mark.usefixtures("surveyed")

UNRECORDED = {"model": "mnist", "layer": "dense", "channel": "7", "picture": "digit_7", "ask": "looks_for"}


def brighter(pixels: Pixels) -> Slope:
    """Return the slope of what every channel looks for here: white."""
    return Slope(float(pixels.mean()), np.ones_like(pixels))


def climb(sought: Sought, before: Ascent | None = None) -> Ascent:
    """Go on for a piece of a way that is known."""
    shape = next(bundled_network(sought.model).steps()).output_shape
    climb = before.climb if before else begun((shape[0], shape[1], shape[2]), sought.seed, brighter)
    for _ in range(PIECE):
        climb = stepped(climb, brighter)
    value = float(climb.pixels.mean())
    return Ascent(sought, climb.steps, climb, value, value)


@pytest.fixture(autouse=True)
def climbing(monkeypatch: pytest.MonkeyPatch, here: Here) -> None:
    """Let the way up be known, and nobody have gone it before."""
    monkeypatch.setattr(looks_for, "ascend", climb)
    questions.WORKS.clear()


def pieces(here: Here) -> list[Sought]:
    """Return what the workers were asked to go on with."""
    return [asked[1] for asked in here.asked if asked[0] is climb]


def captions(at: AppTest) -> str:
    return "\n".join(image.caption for element in at.image for image in element.proto.imgs)


def buttons(at: AppTest) -> set[str]:
    return {button.key for button in at.button if button.key and button.key.startswith("sought_")}


# Recorded -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "layer"), [("mnist", "conv2d_1"), ("mobilenet_v2", "out_relu")])
def test_what_is_recorded_is_there_without_a_worker(here: Here, model: str, layer: str) -> None:
    from cnn_core.models.recorded_ascents import reached, recorded_ascents

    sought = next(one for one in recorded_ascents(model) if one.layer == layer)
    at = opened(model=model, layer=layer, channel=str(sought.channel), ask="looks_for", picture="digit_7")
    known = reached(sought)
    assert known is not None
    assert f"Made for map {sought.channel}: {known.value:.4g}" in captions(at)
    assert f"the strongest of the samples: {known.sample_value:.4g}" in captions(at)
    assert "not what it means" in said(at)
    assert buttons(at) == {"sought_another"}
    assert not pieces(here)


@pytest.mark.parametrize(
    ("model", "layer", "channel", "why"),
    [
        ("mobilenet_v2", "Conv1", 7, "its mean depends only on the sums of its weights"),  # no activation before it
        ("mnist", "conv2d", 24, "colour or brightness counts for more"),  # relu in it
    ],
)
def test_why_a_picture_is_even_is_said(model: str, layer: str, channel: int, why: str) -> None:
    assert why in said(opened(model=model, layer=layer, channel=str(channel), ask="looks_for"))


# Made -----------------------------------------------------------------------------------------------------------------


def test_nothing_is_made_unasked(here: Here) -> None:
    at = opened(**UNRECORDED)
    assert buttons(at) == {"sought_make"}
    assert "A picture that raises unit 7 can be made from noise" in said(at)
    assert not pieces(here)


def test_a_picture_is_made_in_pieces_and_stands_beside_the_best_sample(here: Here) -> None:
    at = press(opened(**UNRECORDED), "sought_make")
    sought = Sought("mnist", "dense", 7, 0)
    assert pieces(here) == [sought] * (STEPS // PIECE)
    assert buttons(at) == {"sought_another"}
    made = climb(sought)
    while not made.is_done:
        made = climb(sought, made)
    assert f"Made for unit 7: {made.value:.4g}" in captions(at)
    assert "the strongest of the samples" in captions(at)
    assert "The value maximized is the unit's own." in said(at)


def test_another_begins_with_the_next_seed_which_stands_in_the_address(here: Here) -> None:
    at = press(press(opened(**UNRECORDED), "sought_make"), "sought_another")
    assert address_of(at)["sought_seed"] == "1"
    assert [sought.seed for sought in pieces(here)] == [0] * 6 + [1] * 6
    # What was made is still there.
    at.session_state["sought_seed"] = 0
    no_exception(at.run())
    assert buttons(at) == {"sought_another"}
    assert len(pieces(here)) == 12


def test_another_map_is_offered_anew(here: Here) -> None:
    at = no_exception(press(opened(**UNRECORDED), "sought_make").run())
    choose(at, "number_input", "channel", 8)
    assert buttons(at) == {"sought_make"}
    assert len(pieces(here)) == 6


# On its way -----------------------------------------------------------------------------------------------------------


def on_its_way(here: Here, monkeypatch: pytest.MonkeyPatch) -> tuple[AppTest, "Future[Any]"]:
    """Return a page on which one piece is there and the second one is being made."""
    monkeypatch.setattr(waiting, "_PATIENCE", 0)
    at = opened(**UNRECORDED)
    sought, second = Sought("mnist", "dense", 7, 0), Future[Any]()
    first = Future[Any]()
    first.set_result(climb(sought))
    here.ends = [first, second]
    return press(at, "sought_make"), second


def test_it_grows_while_the_page_is_complete(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    at, second = on_its_way(here, monkeypatch)
    assert buttons(at) == {"sought_stop"}
    assert "The picture so far" in captions(at)
    assert any(f"Step 16 of {STEPS}" in element.proto.text for element in at.get("progress"))
    # The work is held between two looks: it was asked for once.
    no_exception(at.run())
    assert not second.cancelled()
    assert len(pieces(here)) == 2
    second.set_result(climb(Sought("mnist", "dense", 7, 0), climb(Sought("mnist", "dense", 7, 0))))
    no_exception(at.run())
    assert buttons(at) == {"sought_another"}
    assert len(pieces(here)) == 6


def test_it_can_be_stopped_and_goes_on_where_it_was(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    at, second = on_its_way(here, monkeypatch)
    press(at, "sought_stop")
    assert buttons(at) == {"sought_make"}
    assert "The picture so far" in captions(at)
    no_exception(at.run())
    assert second.cancelled()
    press(at, "sought_make")
    assert buttons(at) == {"sought_another"}
    assert len(pieces(here)) == 2 + 5


def test_what_no_picture_changes_is_said_and_another_can_be_tried(here: Here) -> None:
    at = opened(**UNRECORDED)
    here.ends = [CnnError("No small change of a picture changes this value.")]
    press(at, "sought_make")
    (error,) = at.error
    assert "No small change" in error.value
    assert len(pieces(here)) == 1
    no_exception(at.run())
    assert len(pieces(here)) == 1
    assert buttons(at) == {"sought_another"}


def test_a_worker_that_died_is_asked_again(here: Here) -> None:
    from concurrent.futures import BrokenExecutor

    at = opened(**UNRECORDED)
    here.ends = [BrokenExecutor("a worker died")]
    press(at, "sought_make")
    assert len(at.error) == 1
    press(at, "retry_looks_for")
    assert buttons(at) == {"sought_another"}
