"""What a value of the selected layer sees of a picture of the input's size, and whether the end sees enough."""

from functools import lru_cache

import streamlit as st

from cnn_core.drawing.png import dimmed_outside, with_box
from cnn_core.layers.shapes import show
from cnn_core.network.sight import last_map, sight
from cnn_core.network.summary import Row, Summary
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import Box, Preparation, prepare
from cnn_core.pictures.samples import SAMPLES, sample_bytes, sample_of
from pages.ui import cached, state
from pages.ui.design import current, editor, panels
from pages.ui.draw.pictures import draw_wide
from pages.ui.draw.tables import draw_table
from pages.ui.entered import Chosen
from pages.ui.text import _, escaped, sentence

_WIDTH = 420


def draw() -> None:
    """Draw what the selected layer sees, beside what is to be said of the whole network."""
    summary, position = current.summary(), current.selected()
    if not summary.rows or len(summary.rows[0].output_shape) != 3:
        st.info(_("The input is not a picture, so there is no part of it to see."))
        return
    if position >= len(summary.rows) or summary.rows[position].receptive_field is None:
        st.info(_("What this layer sees can be shown once the error above it is fixed."))
        return
    # The input sees one pixel: before a layer is selected, the end of the network tells more.
    row = (last_map(summary) if position == 0 else None) or summary.rows[position]
    picture, facts = st.columns([2, 3], gap="medium")
    with facts:
        place = _choose_place(row)
        _draw_facts(summary, row, place)
    with picture:
        _draw_picture(summary, row, place)


def _choose_place(row: Row) -> tuple[int, int]:
    """Return the row and column of the value that is looked from; the middle one at first."""
    height, width = row.output_shape[:2] if len(row.output_shape) == 3 else (1, 1)
    down = state.SEEN_ROW.within(0, height - 1, automatic=height // 2)
    across = state.SEEN_COLUMN.within(0, width - 1, automatic=width // 2)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            _("Sample picture"),
            format_func=lambda key: _(sample_of(key).title),
            width=200,
            **state.SEEN_SAMPLE.among([sample.key for sample in SAMPLES]).widget(),
        )
        if height > 1:
            st.number_input(_("Row of the value"), step=1, width=150, **down.widget())
        if width > 1:
            st.number_input(_("Column of the value"), step=1, width=150, **across.widget())
    return down.get() if height > 1 else 0, across.get() if width > 1 else 0


def _box(row: Row, place: tuple[int, int], picture: tuple[int, int]) -> Box | None:
    """Return what a value sees of a picture (height, width), cut at its border; None where that is nothing."""
    seen = row.receptive_field.pixels(*place) if row.receptive_field is not None else None
    if seen is None:
        return None
    (top, bottom), (left, right) = seen
    box = max(top, 0), max(left, 0), min(bottom + 1, picture[0]), min(right + 1, picture[1])
    return box if box[0] < box[2] and box[1] < box[3] else None


def _draw_picture(summary: Summary, row: Row, place: tuple[int, int]) -> None:
    height, width, channels = summary.rows[0].output_shape
    colour = Colour.GREY if channels == 1 else Colour.RGB
    png = _picture_with_box(
        state.SEEN_SAMPLE.get(), Preparation(height, width, colour), _box(row, place, (height, width))
    )
    caption = _("What a value of {layer} sees of {size} pixels").format(layer=row.name, size=f"{height}×{width}")
    draw_wide(png, _WIDTH, escaped(caption))


# Most edits leave what is seen of the picture as it is.
@lru_cache(maxsize=16)
def _picture_with_box(sample: str, preparation: Preparation, box: Box | None) -> bytes:
    """Return a sample picture as PNG, dark but for what is seen of it."""
    pixels = prepare(cached.picture(Chosen.of(sample_bytes(sample), sample)).pixels, preparation).pixels
    return with_box(dimmed_outside(pixels, box or (0, 0, 0, 0)), box or (0, 0, 1, 1), _WIDTH)


def _draw_facts(summary: Summary, row: Row, place: tuple[int, int]) -> None:
    field, picture = row.receptive_field, summary.rows[0].output_shape[:2]
    if field is None:
        return
    text = _("**{layer}** sees {field} pixels of {picture} at once.")
    st.markdown(text.format(layer=escaped(row.name), field=show(field.size), picture=show(picture)))
    box, seen = _box(row, place, (picture[0], picture[1])), field.pixels(*place)
    if box is None or seen is None:
        st.caption(_("This value sees nothing of the picture: it sees only padding, or falls between two kernels."))
    elif (box[2] - box[0], box[3] - box[1]) != tuple(last - first + 1 for first, last in seen):
        said = _("Of this value's receptive field, {size} pixels are in the picture; the rest is padding.")
        st.caption(said.format(size=f"{box[2] - box[0]}×{box[3] - box[1]}"))
    note = sight(summary)
    if note is not None:
        st.warning(escaped(sentence(note)), icon=":material/visibility:")
    elif last_map(summary) is not None:
        st.success(_("The last map sees the whole picture, and not much beyond it."), icon=":material/check:")
    _draw_growth(summary, row)


def _draw_growth(summary: Summary, shown: Row) -> None:
    """Draw where the field grows, layer by layer, once that is asked for, and lead to the last map."""
    growth = st.expander(_("How it grows, layer by layer"), on_change="rerun", key="design_growth")
    if growth.open:
        with growth:
            _draw_growth_table(summary)
    last = last_map(summary)
    if last is not None and last.name != shown.name and current.selected():
        st.button(
            _("Show the last map, {layer}").format(layer=escaped(last.name)),
            on_click=_select,
            args=(summary.rows.index(last),),
            key="design_last_map",
        )


def _draw_growth_table(summary: Summary) -> None:
    rows = [row for row in summary.rows if row.receptive_field is not None]
    grown = [
        row
        for before, row in zip([None, *rows], rows, strict=False)
        if before is None or before.receptive_field != row.receptive_field
    ]
    cells = [
        [row.name, show(row.output_shape), show(row.receptive_field.size), _jump(row)]
        for row in grown
        if row.receptive_field is not None
    ]
    draw_table([_("Layer"), _("Output"), _("Receptive field"), _("Pixels from one value to the next")], cells)


def _jump(row: Row) -> str:
    if row.receptive_field is None or row.receptive_field.is_uniform:
        return "–"
    return "×".join(f"{step:g}" for step in row.receptive_field.jump)


def _select(position: int) -> None:
    for key in (state.SEEN_ROW, state.SEEN_COLUMN):
        key.set(None)
    editor.select(position)
    panels.run_changed()
