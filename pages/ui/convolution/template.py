"""A kernel that is cut from the picture itself, an eye for example, and how well it fits at every place."""

import html

import numpy as np
import streamlit as st

from cnn_core.arrays import Scores
from cnn_core.drawing.colour_scale import Range
from cnn_core.drawing.mosaic import map_png
from cnn_core.drawing.png import grey_png, picture_png
from cnn_core.numerics.matching import Score, best_place, is_best
from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.ask.template import Search, current_search, found_by, small_picture
from pages.ui.components import data_url
from pages.ui.convolution.choices import Convolution
from pages.ui.draw.boxes import OwnBox, draw_boxes
from pages.ui.draw.tables import draw_table
from pages.ui.entered import Chosen
from pages.ui.messages import part
from pages.ui.text import _, with_hand

_SIDES = "top", "left", "height", "width"
_TITLES = {
    Score.SUM: N_("Sum of the products"),
    Score.CENTRED: N_("Sum, with the template's mean subtracted"),
    Score.COEFFICIENT: N_("Correlation coefficient"),
}
_SEARCHED = {"same": N_("As it is"), "dark": N_("Darker"), "mirrored": N_("Mirrored")}
_STYLE = """<style>
.cs-fits {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; align-items: start;
}
.cs-fits figure { margin: 0; }
.cs-fits figure > div { position: relative; background: repeating-linear-gradient(45deg, #8884 0 4px, #8881 4px 8px); }
.cs-fits img { position: absolute; image-rendering: pixelated; }
.cs-fits i { position: absolute; box-sizing: border-box; border: 2px dashed #56b4e9; outline: 1px solid #000; }
.cs-fits i.best { border: 3px solid #ffb454; }
.cs-fits figcaption { font-size: 0.8125rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
</style>"""


def draw(chosen: Chosen, convolution: Convolution | None) -> None:
    """Draw the picture with the template on it, and how well it fits at every place by three scores."""
    search = current_search(chosen)
    cut, found = st.columns([2, 3], gap="medium")
    with cut:
        draw_boxes(
            "template_board",
            picture_png(small_picture(chosen)),
            search.plane.shape,
            _("The picture; the part in the blue box is the template"),
            own=OwnBox(search.box, lambda box: state.TEMPLATE.set((box,)), says_place=True),
        )
        st.caption(with_hand(_("Drag the box or its corners, or click where it should be.")))
        st.segmented_control(
            _("Searched picture"),
            format_func=lambda way: _(_SEARCHED[way]),
            required=True,
            **state.SEARCHED.widget(),
        )
    with found, part():
        maps = found_by(search)
        figures = "".join(_figure(search, *one) for one in maps.items())
        st.html(f'{_STYLE}<div class="cs-fits">{_searched_figure(search)}{figures}</div>')
        _draw_best(search, maps)


def _searched_figure(search: Search) -> str:
    """Return the picture that is searched, where it is another than the one that the template comes from."""
    if search.way == "same":
        return ""
    title, png = html.escape(_("Searched picture")), grey_png(search.searched, 0, 1)
    rows, columns = search.plane.shape
    inside = _placed((0, 0), search.plane.shape, search.plane.shape)
    return (
        f'<figure><div style="aspect-ratio: {columns} / {rows}"><img src="{data_url(png)}" alt="{title}" '
        f'style="{inside}"></div><figcaption><b>{title}</b><br>{html.escape(_(_SEARCHED[search.way]))}</figcaption></figure>'
    )


def _figure(search: Search, score: Score, found: Scores) -> str:
    """Return one score's map, framed where it is highest and, dashed, where the template comes from."""
    (rows, columns), size = search.plane.shape, search.template.shape
    row, column = best_place(found)
    if score is Score.SUM:
        low, high = float(found.min()), float(found.max())
        png = grey_png(found, low, high)
        colours = _("Black is {low}, white {high}.").format(low=f"{low:.4g}", high=f"{high:.4g}")
    else:
        limit = 1.0 if score is Score.COEFFICIENT else float(np.abs(found).max())
        png = map_png(found, Range(limit, True))
        colours = _("Blue is {low}, red {high}.").format(low=f"−{limit:.4g}", high=f"{limit:.4g}")
    title = _(_TITLES[score])
    alt = _("{score} at every place; highest with its upper left corner at row {row}, column {column}").format(
        score=title, row=row, column=column
    )
    inside = _placed(((size[0] - 1) / 2, (size[1] - 1) / 2), found.shape, search.plane.shape)
    frames = [
        f'<i class="{name}" style="{_placed(place, size, search.plane.shape)}"></i>'
        for name, place in (("best", (row, column)), ("origin", search.origin))
    ]
    return (
        f'<figure><div style="aspect-ratio: {columns} / {rows}">'
        f'<img src="{data_url(png)}" alt="{html.escape(alt)}" style="{inside}">{"".join(frames)}</div>'
        f"<figcaption><b>{html.escape(title)}</b><br>{html.escape(colours)}</figcaption></figure>"
    )


def _placed(corner: tuple[float, float], size: tuple[int, ...], whole: tuple[int, ...]) -> str:
    """Return declarations that put something of a size at a corner, in shares of the whole."""
    shares = (*np.divide(corner, whole), *np.divide(size, whole))
    return "; ".join(f"{side}: {share:.3%}" for side, share in zip(_SIDES, shares, strict=True))


def _draw_best(search: Search, maps: dict[Score, Scores]) -> None:
    origin = search.origin
    best = {score: best_place(found) for score, found in maps.items()}
    draw_table(
        [_("Scored by"), _("Where it was cut out"), _("Highest"), _("Row"), _("Column")],
        [
            [_(_TITLES[score]), f"{found[origin]:.2f}", f"{found[best[score]]:.2f}", *map(str, best[score])]
            for score, found in maps.items()
        ],
    )
    st.markdown(_judged(maps, origin))
    st.caption(
        _(
            "Orange: where the score is highest; blue and dashed: where the template comes from. A convolution "
            "computes the first sum, or the second if its weights add up to 0, as a network may learn them. The "
            "coefficient, Σ (x − x̄)(t − t̄) / √(Σ (x − x̄)² · Σ (t − t̄)²), also divides by each window's own "
            "contrast, which no convolution does. The hatched edge is where the template would reach beyond the "
            "picture."
        )
    )


def _judged(maps: dict[Score, Scores], origin: tuple[int, int]) -> str:
    found = maps[Score.COEFFICIENT]
    here, highest = f"{found[origin]:.2f}", f"{found.max():.2f}"
    if not is_best(found, origin):
        return _(
            "Even the correlation coefficient is not highest where the template comes from: it is {here} there and "
            "{highest} elsewhere. A mirrored pattern is a different pattern."
        ).format(here=here, highest=highest)
    if is_best(maps[Score.SUM], origin):
        return _("Here even the plain sum is highest where the template comes from. Cut out something darker.")
    return _(
        "**A bright place fools the plain sum:** it is highest where the picture is bright, not where the template "
        "comes from. The correlation coefficient is highest there, at {highest}."
    ).format(highest=highest)
