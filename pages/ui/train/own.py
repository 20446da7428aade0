"""Classes of the reader's own: a name, pictures by upload or from the camera; or class folders, zipped or not."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cnn_core.errors import CnnError
from cnn_core.sentences import N_
from cnn_core.training.sets.gathering import Checked
from pages.ui import components, state
from pages.ui.ask import live
from pages.ui.ask.picture import LARGEST_UPLOAD_MEGABYTES
from pages.ui.cameras import CAMERAS, TITLE, Live
from pages.ui.entered import Chosen
from pages.ui.messages import show_error
from pages.ui.text import _, escaped, sentence
from pages.ui.train import cached
from pages.ui.train.cached import GivenPictures
from pages.ui.waiting import asked, fragment, run_again

MOST_CLASSES = 10
MOST_BYTES = 64 * 2**20
"""Of all pictures that one session holds while it makes classes; more come as a zip."""
BURST = 50
"""Pictures that the camera adds at most at once."""
_CAMERA_SIDE = 224
_CAMERA_SECONDS = 0.2
"""Between two pictures of the camera at least: those that follow faster show the same."""
_TYPES = ["png", "jpg", "jpeg", "webp", "gif", "bmp"]
_SHOWN_SKIPPED = 8


@dataclass(frozen=True)
class OwnClass:
    """A class that is being made.

    Attributes:
        number: tells its widgets from those of the others, also once one was removed.
        uploads: how often files were taken: the widget begins anew each time.
    """

    number: int
    name: str
    pictures: tuple[Chosen, ...] = ()
    uploads: int = 0


def draw() -> None:
    """Draw the classes with what each has, and what is wrong with them."""
    if not state.OWN_CLASSES.get():
        state.OWN_CLASSES.set(tuple(OwnClass(number, _default_name(number)) for number in (1, 2)))
    for made in state.OWN_CLASSES.get():
        _draw_class(made)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            _("One more class"),
            icon=":material/add:",
            on_click=_add,
            disabled=len(state.OWN_CLASSES.get()) >= MOST_CLASSES,
            key="own_add",
        )
    packed, folder = st.columns(2, gap="small")
    packed.file_uploader(_("or a zip with one folder per class"), type=["zip"], key="own_zip", on_change=_take_zip)
    folder.file_uploader(
        _("or a folder with one folder per class"),
        type=_TYPES,
        accept_multiple_files="directory",
        max_upload_size=LARGEST_UPLOAD_MEGABYTES,
        key="own_folder",
        on_change=_take_folder,
    )
    if state.OWN_REFUSED.get() is not None:
        show_error(state.OWN_REFUSED.get())
    _check()


def _default_name(number: int) -> str:
    return _("class {number}").format(number=number)


def _draw_class(made: OwnClass) -> None:
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                _("Name of the class"),
                max_chars=40,
                width=180,
                **state.field(f"own_name_{made.number}", made.name, lambda name: _rename(made.number, name)),
            )
            st.markdown(_("{count} pictures").format(count=len(made.pictures)), width="content")
            camera = state.OWN_CAMERA.get()
            st.button(
                _("Camera"),
                icon=":material/videocam:",
                on_click=_open_camera,
                args=(made.number,),
                disabled=camera is not None,
                key=f"own_camera_{made.number}",
            )
            st.button(
                _("Remove"),
                icon=":material/delete:",
                on_click=_remove,
                args=(made.number,),
                key=f"own_remove_{made.number}",
            )
        uploader = f"own_files_{made.number}_{made.uploads}"
        st.file_uploader(
            _("Pictures of the class {name}").format(name=escaped(made.name)),
            type=_TYPES,
            accept_multiple_files=True,
            max_upload_size=LARGEST_UPLOAD_MEGABYTES,
            label_visibility="collapsed",
            key=uploader,
            on_change=_take_files,
            args=(made.number, uploader),
        )
        if camera is not None and camera[0] == made.number:
            fragment(_draw_camera, "own_camera_drawn")(made.number)


# What the reader does -------------------------------------------------------------------------------------------------


def _change(number: int, change: Callable[[OwnClass], OwnClass]) -> None:
    state.OWN_CLASSES.set(tuple(change(made) if made.number == number else made for made in state.OWN_CLASSES.get()))


def _rename(number: int, name: str) -> None:
    _change(number, lambda made: replace(made, name=name.strip() or _default_name(number)))
    _give()


def _add() -> None:
    number = 1 + max((made.number for made in state.OWN_CLASSES.get()), default=0)
    state.OWN_CLASSES.set((*state.OWN_CLASSES.get(), OwnClass(number, _default_name(number))))


def _remove(number: int) -> None:
    if state.OWN_CAMERA.get() is not None and state.OWN_CAMERA.get()[0] == number:
        _end_camera()
    state.OWN_CLASSES.set(tuple(made for made in state.OWN_CLASSES.get() if made.number != number))
    _give()


def _take_files(number: int, uploader: str) -> None:
    files = state.widget_value(uploader) or []
    _add_pictures(number, tuple(Chosen.of(file.getvalue(), file.name) for file in files), uploads=1)
    _give()


def _add_pictures(number: int, pictures: tuple[Chosen, ...], uploads: int = 0) -> None:
    """Add pictures to a class, unless there would be more than a session may hold."""
    held = sum(len(picture.data) for made in state.OWN_CLASSES.get() for picture in made.pictures)
    if not _has_room(held + sum(len(picture.data) for picture in pictures)):
        pictures = ()
    _change(number, lambda made: replace(made, pictures=made.pictures + pictures, uploads=made.uploads + uploads))


def _has_room(size: int) -> bool:
    """Return whether a session may hold so many bytes of pictures; if not, say so on the page."""
    message = N_("The pictures of all classes together may take up {most} MB here. Make them smaller, or upload a zip.")
    is_too_large = size > MOST_BYTES
    state.OWN_REFUSED.set(CnnError(message, most=MOST_BYTES // 2**20) if is_too_large else None)
    return not is_too_large


def _take_folder() -> None:
    """Take a folder as the zip of it: a browser names each file by its path."""
    files = state.widget_value("own_folder") or []
    if files and _has_room(sum(file.size for file in files)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for file in files:
                archive.writestr(zipfile.ZipInfo(file.name), file.getvalue())
        state.OWN_GIVEN.set(GivenPictures.of_zip(out.getvalue()))


def _take_zip() -> None:
    file = state.widget_value("own_zip")
    if file is not None:
        state.OWN_GIVEN.set(GivenPictures.of_zip(file.getvalue()))


def _give() -> None:
    """Let the classes be checked as soon as two have pictures."""
    filled = [(made.name, made.pictures) for made in state.OWN_CLASSES.get() if made.pictures]
    state.OWN_GIVEN.set(GivenPictures.of_classes(filled) if len(filled) >= 2 else None)


def _check() -> None:
    """Let a worker check what was given and keep it on disk; then all of the page is about it."""
    given: GivenPictures | None = state.OWN_GIVEN.get()
    if given is None:
        st.caption(
            _(
                "Two classes with ten pictures each are a start. They stay on this server until others take their "
                "place; whoever has this page's address can see them."
            )
        )
        return
    checked = asked(cached.gathered(given), _("Checking the pictures."), "own")
    _say_skipped(checked)
    if state.OWN_PICTURES.get() != checked.source.digest:
        state.OWN_PICTURES.set(checked.source.digest)
        run_again()


def _say_skipped(checked: Checked) -> None:
    if not checked.skipped:
        return
    lines = [f"{escaped(name)}: {escaped(sentence(why))}" for name, why in checked.skipped[:_SHOWN_SKIPPED]]
    said = _("Files left out: {count}.").format(count=f"{len(checked.skipped):,}")
    st.warning("  \n".join([said, *lines]))


# The camera -----------------------------------------------------------------------------------------------------------


def _open_camera(number: int) -> None:
    held = next(made for made in state.OWN_CLASSES.get() if made.number == number)
    state.OWN_BURST_FROM.set(len(held.pictures))
    try:
        state.OWN_CAMERA.set((number, CAMERAS.begin()))
    except CnnError as error:
        state.OWN_REFUSED.set(error)


def _draw_camera(number: int) -> None:
    """Draw the camera; each picture that it sends becomes one of the class, up to `BURST`."""
    camera: Live = state.OWN_CAMERA.get()[1]
    held = next(len(made.pictures) for made in state.OWN_CLASSES.get() if made.number == number)
    taken = _("Pictures taken: {count} of at most {most}.")
    data = {
        "mode": "live",
        "leads": True,
        "shown": camera.number,
        "interval": 1000 * max(_CAMERA_SECONDS, CAMERAS.interval()),
        "side": _CAMERA_SIDE,
        "passing": None,
        "words": live.words()
        | {
            "hold": _("Enough"),
            "rate": _("{rate} pictures per second are added to this class: turn and move what you show."),
        },
    }
    components.camera(
        data,
        key="own_camera",
        on_frame=lambda said: _take_frame(number, camera, said),
        on_verb=lambda _said: _close_camera(),
    )
    st.caption(taken.format(count=held - state.OWN_BURST_FROM.get(), most=BURST))


def _take_frame(number: int, camera: Live, said: Any) -> None:
    before = camera.frame
    CAMERAS.take(camera, said)
    if camera.frame is None or camera.frame is before:
        return
    taken = sum(1 for made in state.OWN_CLASSES.get() if made.number == number for picture in made.pictures)
    _add_pictures(number, (Chosen.of(camera.frame.data, f"{_(TITLE)} {taken + 1}.jpg"),))
    if taken + 1 - state.OWN_BURST_FROM.get() >= BURST or state.OWN_REFUSED.get() is not None:
        _close_camera()


def _close_camera() -> None:
    """Turn the camera off, and let the pictures be checked."""
    _end_camera()
    _give()
    run_again()


def _end_camera() -> None:
    if state.OWN_CAMERA.get() is not None:
        CAMERAS.end(state.OWN_CAMERA.get()[1])
    state.OWN_CAMERA.set(None)


def end_camera_elsewhere(is_shown: bool) -> None:
    """Turn the camera off where its class is not shown, or the reader has left the page: none begins by itself."""
    if state.OWN_CAMERA.get() is not None and (state.has_arrived() or not is_shown):
        _end_camera()
        _give()
