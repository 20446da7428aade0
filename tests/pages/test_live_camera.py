"""The live camera, without one: frames are told to the page as a browser sends them."""

import base64
import gc
import re
from typing import Any

import numpy as np
import pytest
from running import no_exception
from stand_ins import Here
from streamlit.testing.v1 import AppTest
from viewing import choose, data_of, frame, opened, said

from cnn_core.errors import CnnError
from cnn_core.models import run
from pages.ui import cached
from pages.ui.ask import live as live_page
from pages.ui.cameras import FRAMES_A_SECOND, LARGEST_FRAME, MOST, SILENCE, Cameras, Live
from pages.ui.entered import Chosen
from pages.ui.questions import WORKS


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cameras(clock: Clock) -> Cameras:
    return Cameras(clock)


# How many, and how often --------------------------------------------------------------------------------------------


def test_the_more_cameras_the_fewer_frames_each(cameras: Cameras) -> None:
    first = cameras.begin()
    assert cameras.interval() == pytest.approx(1 / FRAMES_A_SECOND)
    others = [cameras.begin() for _ in range(3)]
    assert cameras.interval() == pytest.approx(4 / FRAMES_A_SECOND)
    for one in (first, *others[:2]):
        cameras.end(one)
    assert cameras.interval() == pytest.approx(1 / FRAMES_A_SECOND)


def test_too_many_are_refused_until_one_ends_is_silent_or_is_gone(cameras: Cameras, clock: Clock) -> None:
    alive = [cameras.begin() for _ in range(MOST)]
    with pytest.raises(CnnError, match="At most 8 cameras"):
        cameras.begin()
    cameras.end(alive[0])
    alive[0] = cameras.begin()
    alive.pop()  # its session has ended
    gc.collect()
    alive.append(cameras.begin())
    clock.now += SILENCE
    alive.append(cameras.begin())
    assert cameras.interval() == pytest.approx(1 / FRAMES_A_SECOND)


def test_a_frame_takes_the_place_of_the_one_before(cameras: Cameras, clock: Clock) -> None:
    live = cameras.begin()
    cameras.take(live, frame(10, 1))
    first = live.frame
    assert first is not None
    assert first.passes
    clock.now += cameras.interval()
    cameras.take(live, frame(200, 2))
    assert live.number == 2
    assert live.frame != first
    cameras.end(live)
    assert live.frame is None


def test_who_sends_too_fast_is_not_shown_more(cameras: Cameras, clock: Clock) -> None:
    live = cameras.begin()
    shown = []
    for number in range(100):
        cameras.take(live, frame(number, number))
        assert live.number == number
        shown.append(live.frame)
        clock.now += 0.01
    assert len(set(shown)) <= 2 * FRAMES_A_SECOND + 1


@pytest.mark.parametrize(
    "picture",
    [
        None,
        7,
        "data:text/html;base64,AAAA",
        "data:image/jpeg;base64,§",
        "data:image/jpeg;base64," + "A" * LARGEST_FRAME,
    ],
)
def test_what_is_no_frame_is_passed_over(cameras: Cameras, picture: Any) -> None:
    live = cameras.begin()
    cameras.take(live, {"number": 3, "picture": picture})
    assert live.frame is None
    assert live.number == 3
    cameras.take(live, picture)
    assert live.frame is None


# On the page --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def of_the_server(monkeypatch: pytest.MonkeyPatch) -> Cameras:
    """The cameras of a server that has none yet: sessions of other tests may last."""
    cameras = Cameras()
    monkeypatch.setattr(live_page, "CAMERAS", cameras)
    return cameras


def turned_on(**query: str) -> tuple[AppTest, Live]:
    """Open the page with a live camera that has not sent anything."""
    at = choose(opened(**query), "segmented_control", "source", "camera")
    no_exception(at.toggle(key="live_toggle_field").set_value(True).run())
    live = at.session_state["live"]
    assert isinstance(live, Live)
    return at, live


def said_in_html(at: AppTest) -> str:
    return " ".join(re.sub("<[^>]*>", "", element.proto.body) for element in at.get("html"))


def passed(at: AppTest, live: Live, level: int, number: int) -> AppTest:
    live.taken -= 1
    Cameras().take(live, frame(level, number))
    return no_exception(at.run())


@pytest.mark.usefixtures("here")
def test_the_network_the_maps_and_the_answer_follow() -> None:
    at, live = turned_on()
    assert data_of(at, "camera") | {"words": {}} == {
        "mode": "live",
        "shown": None,
        "interval": pytest.approx(125),
        "side": 224,
        "passing": None,
        "words": {},
    }
    passed(at, live, 50, 1)
    dark = {name: data_of(at, name) for name in ("network", "layer", "picker")}
    assert data_of(at, "camera")["shown"] == 1
    assert "hold one" in said(at)
    passed(at, live, 250, 2)
    assert data_of(at, "camera")["shown"] == 2
    assert data_of(at, "network")["version"] != dark["network"]["version"]
    told = data_of(at, "camera")["passing"]
    for name in ("layer", "picker"):
        drawn = data_of(at, name)
        assert told["components"][name] == {of: drawn[of] for of in told["components"][name]}
    for node in data_of(at, "network")["nodes"]:
        assert told["components"]["network"]["nodes"][node["layer"]] == {
            "picture": node["picture"],
            "strongest": node["strongest"],
        }
    assert told["page"]["texts"]["best_score"] in said_in_html(at)
    assert told["page"]["texts"]["mean"] in said_in_html(at)
    values = [
        np.frombuffer(base64.b64decode(data["values"]), "<f4") for data in (dark["picker"], data_of(at, "picker"))
    ]
    np.testing.assert_allclose(values[1] / values[0], 5, rtol=0.02)
    assert data_of(at, "layer")["selected"] == dark["layer"]["selected"]


def test_a_frame_is_one_question_and_is_kept_nowhere(here: Here) -> None:
    at, live = turned_on()
    asked = len(here.asked)
    passed(at, live, 50, 1)
    assert [work[0] for work in here.asked[asked:]] == [run.glance]
    gc.collect()
    assert not [question for question in (*WORKS._kept, *WORKS._held) if not question.is_kept]


def test_what_passes_pushes_nothing_out_of_a_cache() -> None:
    made = []

    @cached.kept()
    def name(chosen: Chosen) -> str:
        made.append(chosen.name)
        return chosen.name

    photograph, passing = Chosen.of(b"1", "kept"), Chosen.of(b"2", "passing", passes=True)
    for one in (photograph, passing, passing, photograph):
        assert name(one) == one.name
    assert made == ["kept", "passing", "passing"]


def test_a_held_frame_is_a_photograph(here: Here) -> None:
    at, live = turned_on()
    passed(at, live, 50, 1)
    assert live.frame is not None
    held = Chosen.of(live.frame.data, live.frame.name)
    at.session_state["photograph"] = held
    live.is_held = True
    asked = len(here.asked)
    no_exception(at.run())
    assert data_of(at, "camera")["mode"] == "held"
    assert run.run in [work[0] for work in here.asked[asked:]]
    assert "hold one" not in said(at)
    live.is_held = False
    no_exception(at.run())
    assert data_of(at, "camera")["mode"] == "live"
    assert "hold one" in said(at)


@pytest.mark.usefixtures("here")
def test_another_picture_or_page_turns_it_off() -> None:
    at, live = turned_on()
    passed(at, live, 50, 1)
    choose(at, "segmented_control", "source", "sample")
    assert at.session_state["live"] is None
    assert live.frame is None

    at, _live = turned_on()
    at.session_state["has_arrived"] = True  # as app.py notes where the reader comes from another page
    no_exception(at.run())
    assert at.session_state["live"] is None
    assert "when you left the page" in at.toast[0].value
    no_exception(at.run())
    assert not at.toast


@pytest.mark.usefixtures("here")
def test_one_too_many_is_told_so(of_the_server: Cameras) -> None:
    alive = [of_the_server.begin() for _ in range(MOST)]
    at = choose(opened(), "segmented_control", "source", "camera")
    no_exception(at.toggle(key="live_toggle_field").set_value(True).run())
    assert "At most 8 cameras" in at.error[0].value
    assert at.session_state["live"] is None
    of_the_server.end(alive.pop())
    no_exception(at.toggle(key="live_toggle_field").set_value(True).run())
    assert not at.error
    assert at.session_state["live"] is not None
