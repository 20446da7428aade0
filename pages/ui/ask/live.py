"""The live camera of this session: a picture that passes, and what the reader does with it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.models.info import ModelInfo
from pages.ui import components, state
from pages.ui.cameras import CAMERAS, TITLE, Live
from pages.ui.entered import Chosen
from pages.ui.messages import show_error
from pages.ui.state import field
from pages.ui.text import _
from pages.ui.waiting import run_again

_SIDES = 128, 256
"""Pixels of a frame's shorter side: at least, so that a held one can be recognized, and at most."""


def toggle() -> bool:
    """Let the reader turn the live camera on and off; return whether it is on."""
    # The widget forgets on another page, and the camera with it.
    st.toggle(_("Live"), **field("live_toggle", camera() is not None, _turn))
    return camera() is not None


def camera() -> Live | None:
    """Return the session's live camera, None where it has none."""
    live: Live | None = state.LIVE.get()
    return live


def frame() -> Chosen | None:
    """Return the picture that passes, None where it is held or there is none yet."""
    live = camera()
    return None if live is None or live.is_held else live.frame


def end() -> None:
    """Turn the camera off; what passed is forgotten, what was held stays."""
    live = camera()
    if live is not None:
        CAMERAS.end(live)
        state.LIVE.set(None)
        state.PASSED.set(None)


def end_elsewhere() -> None:
    """Turn the camera off where the reader has left the page since, or has chosen another picture than its."""
    if camera() is None:
        return
    if state.has_arrived():
        end()
        st.toast(_("The live camera was turned off when you left the page."), icon=":material/videocam_off:")
    elif state.SOURCE.get() != "camera":
        end()


def draw(info: ModelInfo, passing: dict[str, Any] | None, follow: Callable[[], None]) -> None:
    """Draw the camera, the last of all that shows its frame.

    Args:
        passing: what the frame changes on the page, which the browser shows; None where none passes.
        follow: lets more of the page run than the camera, where more has to be drawn for a frame.
    """
    live = camera()
    if live is None:
        return
    data = {
        "mode": "held" if live.is_held else "live",
        "shown": live.number if _is_shown() else None,
        "interval": 1000 * CAMERAS.interval(),
        "side": min(max(min(info.input_size), _SIDES[0]), _SIDES[1]),
        "passing": passing,
        "words": words(),
    }
    components.camera(
        data, key="camera", on_frame=lambda said: _take(said, follow), on_verb=lambda said: _do(live, said)
    )


def _is_shown() -> bool:
    """Say whether the page shows the last frame already."""
    passed, newest = state.PASSED.get(), frame()
    return newest is None or (passed is not None and passed.picture.digest == newest.digest)


def _turn(is_on: bool) -> None:
    if not is_on:
        end()
        return
    try:
        state.LIVE.set(CAMERAS.begin())
    except CnnError as error:
        state.LIVE.set(None)
        state.LIVE_REFUSED.set(error)


def draw_refused() -> None:
    """Say why there is no camera, where one was asked for and refused."""
    error = state.LIVE_REFUSED.get()
    if error is not None:
        state.LIVE_REFUSED.set(None)
        show_error(error)


def _take(said: Any, follow: Callable[[], None]) -> None:
    live = camera()
    if live is not None and not live.is_held:
        CAMERAS.take(live, said)
        follow()


def _hold(live: Live) -> None:
    """Make the frame that is shown a photograph like any other."""
    if live.frame is not None:
        live.is_held = True
        state.PHOTOGRAPH.set(Chosen.of(live.frame.data, TITLE))


def _do(live: Live, said: Any) -> None:
    """Do what the reader pressed; all of the page shows it."""
    match said:
        case {"what": "hold"}:
            _hold(live)
        case {"what": "go on"}:
            live.is_held = False
        case {"what": "stop"}:
            end()
    run_again()


def words() -> dict[str, str]:
    """Return what the camera says in the session's language."""
    return {
        "camera": _("Live camera"),
        "hold": _("Hold"),
        "goOn": _("Go on"),
        "stop": _("Stop"),
        "again": _("Try again"),
        "starting": _("Your browser may ask whether this page may use the camera."),
        "waiting": _("The first picture is on its way."),
        "rate": _("{rate} per second. Nothing is stored."),
        "held": _("Held: ask anything about it, as about a photograph."),
        "insecure": _(
            "A browser gives its camera only to a page whose address begins with https, or to one on this computer. "
            "Open ConvScope that way, or upload a photograph."
        ),
        "denied": _("The camera is blocked. Allow it for this page in the browser's settings, then try again."),
        "none": _("There is no camera here. Connect one and try again, or upload a photograph."),
        "busy": _("Another program is using the camera. Close it, then try again."),
        "lost": _("The camera has stopped: it was unplugged, or may no longer be used. The last picture stays."),
        "failed": _("The camera could not be started. Try again, or upload a photograph."),
    }
