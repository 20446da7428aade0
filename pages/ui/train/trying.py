"""The trained network, tried at once: on a sample, a file, a photograph, or what passes before the live camera."""

import html
from dataclasses import dataclass

import streamlit as st

from cnn_core.arrays import Output
from cnn_core.drawing.png import picture_png
from cnn_core.models.info import ModelInfo
from cnn_core.pictures.colour import Colour
from pages.ui import cached as shared
from pages.ui import state
from pages.ui.ask import live
from pages.ui.ask.picture import picture_picker
from pages.ui.entered import Entered
from pages.ui.runs import SeenRun
from pages.ui.text import _
from pages.ui.train import cached
from pages.ui.train.answers import shares_of
from pages.ui.train.names import classes_of
from pages.ui.waiting import asked, fragment, later

_TRY = "train_try"
_SIDE = 150
"""Pixels of the screen that the picture takes at most."""
_PATIENCE = 1.0
"""Seconds that a frame is waited for: looking again for it later would cost more."""
_STYLE = """<style>
.cs-shares { display: grid; grid-template-columns: auto 1fr auto; gap: 4px 10px; align-items: center; }
.cs-shares .bar { height: 0.8rem; border-radius: 3px; background: #3596b6; }
.cs-shares .number { font-variant-numeric: tabular-nums; }
</style>"""


@dataclass(frozen=True, eq=False)
class Tried:
    """A picture that passes, with the scores of the classes."""

    picture: Entered
    scores: Output


def draw(run: SeenRun) -> None:
    """Draw what the network says of the reader's picture; runs alone, as each frame of a camera lets it run."""
    st.markdown(_("**Try it**"))
    fragment(_draw, _TRY)(run)


def _draw(run: SeenRun) -> None:
    live.end_elsewhere()
    live.draw_refused()
    colour = Colour.GREY if run.plan.data.channels == 1 else Colour.RGB
    picture = picture_picker(colour, may_be_live=True)
    info = asked(shared.model_info(str(cached.trained_model(run.folder.model))), _("Opening the model."), "try_model")
    # As the pictures of the training were brought to their size.
    entered = shared.entered(picture, info, run.plan.data.fit, state.INVERT.default)
    tried = _passing(entered, info) if entered.passes else _still(entered)
    if tried is not None:
        seen, said = st.columns([1, 2], gap="small")
        with seen, st.container(width=_SIDE):  # on a phone the columns stack: the answer stays in sight
            st.image(picture_png(tried.picture.pixels), output_format="PNG", alt=_("The input of the network"))
        with said:
            _draw_shares(tried.scores, classes_of(run))
    # Whatever is still awaited: a camera that goes from the page is turned off.
    live.draw(info, None, follow=lambda: None)


def _still(entered: Entered) -> Tried:
    answers = asked(shared.answers(entered), _("Running the network on the picture."), "try")
    return Tried(entered, answers.scores)


def _passing(entered: Entered, info: ModelInfo) -> Tried | None:
    """Return what is said of a frame; until that is known what was said of the one before, None of the first."""
    last = state.PASSED.get()
    if not isinstance(last, Tried) or last.picture.model != entered.model:
        last = None
    glance = later(shared.glance(entered, (), info.output), _PATIENCE)
    tried = last if glance is None else Tried(entered, glance.answers.scores)
    state.PASSED.set(tried)
    return tried


def _draw_shares(scores: Output, classes: tuple[str, ...]) -> None:
    shares = shares_of(scores)
    order = sorted(range(len(shares)), key=lambda place: -shares[place])
    rows = "".join(
        f"<span>{html.escape(classes[place])}</span>"
        f'<span class="bar" style="width: {100 * shares[place]:.1f}%"></span>'
        f'<span class="number">{shares[place]:.1%}</span>'
        for place in order
    )
    st.html(f'{_STYLE}<div class="cs-shares">{rows}</div>')
    st.caption(_("It knows only these classes: for anything else, it names the one that looks most similar."))
