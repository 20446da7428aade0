"""The sheet beside a network that reads digits: what is drawn becomes the picture; what may be no digit is said."""

import base64
import io
import re
from concurrent.futures import Future
from typing import Any

import pytest
from PIL import Image
from running import no_exception
from stand_ins import Here
from streamlit.testing.v1 import AppTest
from viewing import data_of, opened

from cnn_core.pictures.samples import sample_bytes
from pages.ui import components, state
from pages.ui.ask import sketch
from pages.ui.entered import Chosen
from pages.ui.feature_maps import follow

RUNS = "runs of the page that were asked for"
KNOWS = "This network knows only the digits 0 to 9"


def drawing(level: int = 255) -> str:
    out = io.BytesIO()
    Image.new("L", (280, 280), level).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def captions(at: AppTest) -> str:
    return "\n".join(caption.value for caption in at.caption)


@pytest.mark.parametrize(
    ("model", "picture", "is_said"),
    [("mnist", "checkerboard", True), ("mnist", "digit_7", False), ("mnist", None, False)],
)
def test_what_is_no_digit_gets_a_sentence(here: Here, model: str, picture: str | None, is_said: bool) -> None:
    query = {"picture": picture} if picture else {}
    at = no_exception(opened(model=model, **query))
    assert (KNOWS in captions(at)) is is_said


def test_only_a_network_for_digits_has_a_sheet(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(components, "sketch", lambda data, key, on_frame: drawn.append(key))
    no_exception(opened(model="cifar10"))
    assert drawn == []
    no_exception(opened(model="mnist"))
    assert drawn == ["sketch"]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let a plain dictionary stand for the session."""
    session: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.session_state", session)
    monkeypatch.setattr(sketch, "run_again", lambda: session.update({RUNS: session.get(RUNS, 0) + 1}))
    return session


def test_a_drawing_is_the_picture_until_the_sheet_is_cleared(kept: dict[str, Any]) -> None:
    sketch._take({"number": 1, "picture": drawing(), "isDone": True})
    assert (state.SOURCE.get(), state.DRAWN.get()) == ("drawing", 1)
    first = state.DRAWING.get()
    assert first.name == sketch.TITLE
    sketch._take({"number": 2, "picture": drawing(40), "isDone": True})
    assert state.DRAWING.get().digest != first.digest
    sketch._take({"number": 3, "picture": "", "isDone": True})
    assert (state.SOURCE.get(), state.DRAWING.get(), state.DRAWN.get()) == ("sample", None, 3)


def test_while_the_pen_is_down_a_drawing_passes_and_the_page_rests(kept: dict[str, Any]) -> None:
    sketch._take({"number": 1, "picture": drawing(), "isDone": False})
    growing = sketch.growing()
    assert growing is not None
    assert growing.passes
    assert (state.SOURCE.get(), state.DRAWING.get(), kept.get(RUNS)) == ("sample", None, None)
    sketch._take({"number": 2, "picture": drawing(), "isDone": True})
    assert sketch.growing() is None
    assert not state.DRAWING.get().passes
    assert (state.SOURCE.get(), kept[RUNS]) == ("drawing", 1)


def test_a_drawing_that_grows_is_answered_as_the_picture_that_it_becomes(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets: list[dict[str, Any]] = []
    monkeypatch.setattr(components, "sketch", lambda data, key, on_frame: sheets.append(data))
    data = sample_bytes("digit_8")
    at = no_exception(opened(model="mnist", picture="digit_7"))
    assert not any(sheet["passing"] for sheet in sheets)
    at.session_state[state.STROKE.name] = (5, Chosen.of(data, sketch.TITLE, passes=True))
    no_exception(at.run())
    told = sheets[-1]["passing"]
    assert sheets[-1]["shown"] == 5
    assert {"network", "layer", "picker"} <= set(told["components"])
    assert told["page"]["texts"]["digit_0"] == "8"

    at.session_state[state.STROKE.name] = None
    at.session_state[state.DRAWING.name] = Chosen.of(data, sketch.TITLE)
    at.session_state[state.SOURCE.name] = "drawing"
    bodies = [element.proto.body for element in no_exception(at.run()).get("html")]
    drawn = re.findall(r"<span[^>]*>([^<]*)</span>", next(body for body in bodies if 'class="cs-digits"' in body))
    names = [f"{name}_{rank}" for rank in range(3) for name in ("digit", "digit_share")]
    assert [told["page"]["texts"][name] for name in names] == drawn


@pytest.mark.usefixtures("impatient")
def test_what_is_not_answered_yet_is_said_beside_a_drawing_that_grows(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_PATIENCE", 0)
    at = no_exception(opened(model="mnist", picture="digit_7"))
    assert "The network is running." not in captions(at)
    at.session_state[state.STROKE.name] = (5, Chosen.of(sample_bytes("digit_8"), sketch.TITLE, passes=True))
    here.ends = [Future()]
    assert "The network is running." in captions(no_exception(at.run()))


@pytest.mark.parametrize("picture", ["x", "data:image/png;base64,AAAA", "data:image/png;base64,?", 7])
def test_what_no_sheet_sends_changes_nothing(kept: dict[str, Any], picture: Any) -> None:
    sketch._take({"number": 1, "picture": picture, "isDone": True})
    assert state.SOURCE.get() == "sample"
    assert state.DRAWING.get() is None


def test_the_network_is_drawn_with_its_two_parts(here: Here) -> None:
    for model, last in (("mnist", "dense_1"), ("cifar10", "output")):
        parts = data_of(no_exception(opened(model=model)), "network")["stretches"]
        assert [part["title"] for part in parts] == ["Feature extractor", "Classifier"]
        assert parts[1]["last"] == last


def test_the_block_and_the_batch_axis_are_named(here: Here) -> None:
    at = no_exception(opened(model="mnist", layer="conv2d"))
    assert "In Keras: (None, 28, 28, 32). None stands for the batch axis" in captions(at)
