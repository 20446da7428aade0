"""A picture that is pasted into a page or dropped on it, told as a browser tells it; and what removing one leaves."""

import base64
import gc
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from running import no_exception, run_page, set_to
from streamlit.testing.v1 import AppTest
from viewing import choose, opened, press, said

from cnn_core.pictures.limits import MAX_BYTES
from cnn_core.pictures.read import InputImage
from pages.ui import components, state
from pages.ui.entered import Chosen, Entered
from pages.ui.questions import WORKS, digests

pytestmark = pytest.mark.usefixtures("here")

PAGES = ("1_Feature_maps.py", "3_Convolution.py", "4_Pooling_and_stride.py")
Give = Callable[..., AppTest]


def a_picture(width: int = 48, height: int = 40, seed: int = 0) -> bytes:
    stream = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Give:
    """Return a function that gives a page a file as its component does: between two runs."""
    told: list[Callable[[Any], None]] = []
    waiting: list[Any] = []

    def component(data: dict[str, Any], key: str, on_file: Callable[[Any], None]) -> None:
        told.append(on_file)
        while waiting:
            on_file(waiting.pop())

    monkeypatch.setattr(components, "given", component)

    def given(at: AppTest, content: bytes, /, **other: Any) -> AppTest:
        encoded = base64.b64encode(content).decode()
        waiting.append({"number": 7, "name": "mine.png", "size": len(content), "data": encoded, **other})
        no_exception(at.run())
        return no_exception(at.run())

    return given


def toasts(at: AppTest) -> str:
    return " ".join(toast.value for toast in at.toast)


def upload_of(at: AppTest) -> Chosen | None:
    if state.UPLOAD.name not in at.session_state:
        return None
    kept: Chosen | None = at.session_state[state.UPLOAD.name]
    return kept


@pytest.mark.parametrize("page", PAGES)
def test_every_page_with_a_picture_takes_one(page: str, give: Give) -> None:
    at = give(no_exception(run_page(f"pages/{page}")), a_picture())
    kept = upload_of(at)
    assert kept is not None
    assert (kept.data, kept.name) == (a_picture(), "mine.png")
    assert at.session_state[state.SOURCE.name] == "upload"
    assert at.session_state[state.GIVEN.name] == 7
    assert not at.toast
    assert not at.error


def test_it_goes_through_the_network_and_can_be_removed(give: Give) -> None:
    at = give(opened(), a_picture(), name="a*b*.png")
    assert "Resized from 40×40 to 224×224" in said(at)
    assert "a\\*b\\*\\.png is shown." in said(at)
    press(at, "remove_picture_file_1")
    assert upload_of(at) is None
    assert "Resized from 40×40" not in said(at)
    assert "Until you choose one, the sample is shown." in said(at)


def test_a_picture_that_was_dropped_needs_nothing_of_a_closed_menu(give: Give) -> None:
    at = opened()
    set_to(at, state.MENUS, ())
    give(at, a_picture())
    assert upload_of(at) is not None
    assert not at.get("file_uploader")
    set_to(at, state.MENUS, ("set_picture",))
    assert at.get("file_uploader")


def test_what_was_copied_without_a_file_is_called_so(give: Give) -> None:
    at = give(opened(), a_picture(), name="image.png")
    assert "Pasted picture is shown." in said(at)


def test_the_uploader_is_empty_behind_a_picture_that_was_given(give: Give) -> None:
    at = choose(opened(), "segmented_control", "source", "upload")
    no_exception(at.file_uploader(key="picture_file").upload("first.png", a_picture(30, 30), "image/png").run())
    assert "Resized from 30×30" in said(at)
    give(at, a_picture())
    assert "Resized from 40×40" in said(at)
    no_exception(at.file_uploader(key="picture_file_1").upload("last.png", a_picture(20, 20), "image/png").run())
    assert "Resized from 20×20" in said(at)
    no_exception(at.file_uploader(key="picture_file_1").clear().run())
    assert upload_of(at) is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty \\(0 bytes\\)"),
        (b"%PDF-1.4", "PDF document"),
        (b"<svg onload='alert(1)'/>", "SVG drawing"),
        (b"\0\0\0\x18ftypisom", "video, not a picture"),
        (a_picture()[:60], "damaged"),
    ],
)
def test_what_is_no_picture_is_said_and_the_one_before_stays(data: bytes, sentence: str, give: Give) -> None:
    at = give(opened(), a_picture())
    before = upload_of(at)
    waited = give_once(give, at, data)
    assert sentence in waited
    assert upload_of(at) == before
    assert not at.error


def give_once(give: Give, at: AppTest, data: bytes, **other: Any) -> str:
    """Return what is said of a file in the run that takes it."""
    said_then: list[str] = []
    original = at.run

    def run(*arguments: Any, **named: Any) -> AppTest:
        result = original(*arguments, **named)
        said_then.append(toasts(result))
        return result

    at.run = run  # type: ignore[method-assign]
    give(at, data, **other)
    at.run = original  # type: ignore[method-assign]
    return " ".join(said_then)


def test_a_file_that_is_too_large_is_refused_by_its_size_alone(give: Give) -> None:
    at = opened()
    said_then = give_once(give, at, b"", size=MAX_BYTES + 3_000_000)
    assert "At most 20 MB are read\\. Received\\: 23\\.0 MB" in said_then
    assert upload_of(at) is None


@pytest.mark.parametrize(
    "given", [{"data": "no base64!"}, {"data": None}, {"name": 3}, {"size": "7"}, {"number": None}], ids=str
)
def test_what_no_component_of_ours_would_say_changes_nothing(given: dict[str, Any], give: Give) -> None:
    at = give(opened(), b"", **given)
    assert upload_of(at) is None
    assert not at.error


# What removing leaves -------------------------------------------------------------------------------------------------


def test_nothing_of_a_removed_picture_stays_in_the_server(give: Give) -> None:
    at = give(opened(), a_picture())
    digest = Chosen.of(a_picture(), "").digest
    assert digest in asked_about()
    assert alive(digest)
    press(at, "remove_picture_file_1")
    no_exception(at.run())  # an AppTest keeps the state before its last run
    assert digest not in asked_about()
    assert not alive(digest)


def asked_about() -> set[str]:
    return {digest for asked in WORKS._kept for digest in digests(asked.arguments)}


def alive(digest: str) -> list[object]:
    """Return what in this process still is of a picture: chosen, decoded, or prepared for a model."""
    gc.collect()
    found = [one for one in gc.get_objects() if type(one) in (Chosen, Entered, InputImage)]
    return [one for one in found if one.digest == digest]


def test_streamlit_s_own_copy_goes_too() -> None:
    at = choose(opened(), "segmented_control", "source", "upload")
    no_exception(at.file_uploader(key="picture_file").upload("first.png", a_picture(30, 30), "image/png").run())
    assert list(at.session_state[state.UPLOADED_FILES.name]) == [state.UPLOAD.name]
    no_exception(at.file_uploader(key="picture_file").clear().run())
    assert at.session_state[state.UPLOADED_FILES.name] == {}
