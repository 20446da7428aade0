"""The sheet beside a network that reads digits: what is drawn becomes the picture; what may be no digit is said."""

import base64
import io
from typing import Any

import pytest
from PIL import Image
from running import no_exception
from stand_ins import Here
from streamlit.testing.v1 import AppTest
from viewing import data_of, opened

from pages.ui import components, state
from pages.ui.ask import sketch

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
    return session


def test_a_drawing_is_the_picture_until_the_sheet_is_cleared(kept: dict[str, Any]) -> None:
    sketch._take({"number": 1, "picture": drawing()})
    assert (state.SOURCE.get(), state.DRAWN.get()) == ("drawing", 1)
    first = state.DRAWING.get()
    assert first.name == sketch.TITLE
    sketch._take({"number": 2, "picture": drawing(40)})
    assert state.DRAWING.get().digest != first.digest
    sketch._take({"number": 3, "picture": ""})
    assert (state.SOURCE.get(), state.DRAWING.get(), state.DRAWN.get()) == ("sample", None, 3)


@pytest.mark.parametrize("picture", ["x", "data:image/png;base64,AAAA", "data:image/png;base64,?", 7])
def test_what_no_sheet_sends_changes_nothing(kept: dict[str, Any], picture: Any) -> None:
    sketch._take({"number": 1, "picture": picture})
    assert state.SOURCE.get() == "sample"
    assert state.DRAWING.get() is None


def test_the_network_is_drawn_with_its_two_parts(here: Here) -> None:
    for model, last in (("mnist", "dense_1"), ("cifar10", "output")):
        parts = data_of(no_exception(opened(model=model)), "network")["stretches"]
        assert [part["title"] for part in parts] == ["Feature extractor", "Classifier"]
        assert parts[1]["last"] == last


def test_the_block_and_the_batch_axis_are_named(here: Here) -> None:
    at = no_exception(opened(model="mnist", layer="conv2d"))
    assert "In Keras (None, 28, 28, 32): None is the batch axis" in captions(at)
