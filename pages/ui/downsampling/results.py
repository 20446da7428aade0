"""The ways beside each other on one input and one scale: the stage, the results, differences, costs, equalities."""

import csv
import io

import numpy as np
import streamlit as st

from cnn_core.formulas import length_formula
from cnn_core.one_window import PoolingKind
from cnn_core.reductions import Reduction, cost, kernel_of, reduced, scale_of
from cnn_core.shapes import show
from cnn_core.taps import Values, axis_taps
from pages.ui import state
from pages.ui.downsampling.setup import WAYS, Setup, way_title
from pages.ui.maps import draw_maps
from pages.ui.stage import Scene, draw_stage
from pages.ui.text import _

STAGE_SIDE = 12
SMALLEST_TRUE = 100
"""Pixels of a result that can be seen as it is."""
_TOLERANCE = 1e-9


def all_results(now: Setup) -> dict[Reduction, Values]:
    """Return what every way makes of the input; raises LayerError where the windows do not fit."""
    return {way: reduced(now.x, way, now.windows, now.kernel) for way in WAYS}


def way_picker(key: "state.Key[str]", label: str) -> Reduction:
    """Let the reader choose a way."""
    if key.get() not in list(Reduction):
        key.set(key.default)
    st.selectbox(label, [str(way) for way in WAYS], format_func=way_title, **key.widget())
    return Reduction(key.get())


def draw_way(now: Setup) -> None:
    """Draw one way on the stage, on the whole grid or the middle of a picture."""
    way = way_picker(state.WAY, _("Look into"))
    x = _middle(now.x)
    taps = axis_taps(x.shape[0], now.windows[0]), axis_taps(x.shape[1], now.windows[1])
    if way is Reduction.BLUR_MAX:
        st.caption(_("Two steps: a maximum at stride 1, then the blur 1 2 1 at the stride. The stage shows the first."))
        dense = now.windows[0]._replace(stride=1), now.windows[1]._replace(stride=1)
        taps = axis_taps(x.shape[0], dense[0]), axis_taps(x.shape[1], dense[1])
        output = reduced(x, Reduction.MAX, dense)
        draw_stage(Scene(x, *taps, output, pooling=PoolingKind.MAX), "way_stage")
    elif way.pooling is not None:
        draw_stage(Scene(x, *taps, reduced(x, way, now.windows), pooling=way.pooling), "way_stage")
    else:
        kernel = kernel_of(way, now.windows, now.kernel)
        output = reduced(x, way, now.windows, now.kernel)
        draw_stage(Scene(x, *taps, output, np.asarray(kernel)[:, :, np.newaxis, np.newaxis]), "way_stage")
    if x is not now.x:
        st.caption(
            _("The middle {size} of {whole} values.").format(size=show(x.shape[:2]), whole=show(now.x.shape[:2]))
        )


def _middle(x: Values) -> Values:
    if max(x.shape[:2]) <= 2 * STAGE_SIDE:
        return x
    top, left = (max(0, (side - STAGE_SIDE) // 2) for side in x.shape[:2])
    return x[top : top + STAGE_SIDE, left : left + STAGE_SIDE]


def draw_results(now: Setup, results: dict[Reduction, Values]) -> None:
    """Draw all results in one range; a sum and an L2 pool are brought to the scale of the others, which is said."""
    scaled = {way: maps / scale_of(way, now.windows, now.kernel) for way, maps in results.items()}
    limit = max(float(np.abs(maps).max(initial=0)) for maps in scaled.values())
    # Values without a sign have a table of their own, which shows more; the limit is the same for all.
    for signed in (False, True):
        ways = [way for way, maps in scaled.items() if bool((maps < 0).any()) is signed]
        if ways:
            draw_maps(
                np.concatenate([scaled[way] for way in ways], axis=2), [way_title(way) for way in ways], limit=limit
            )
    if any(scale_of(way, now.windows, now.kernel) != 1 for way in scaled):
        st.caption(
            _("Sum pooling is drawn divided by {area}, L2 pooling by {root}: what they make of an even area.").format(
                area=f"{scale_of(Reduction.SUM, now.windows):g}", root=f"{scale_of(Reduction.L2, now.windows):.4g}"
            )
        )
    width = results[Reduction.MAX].shape[1]
    if width >= SMALLEST_TRUE:
        st.markdown("**" + _("At their true size") + "**")
        some = [Reduction.MAX, Reduction.AVERAGE, Reduction.SUBSAMPLE, Reduction.BLUR_MAX]
        draw_maps(np.concatenate([scaled[way] for way in some], axis=2), [way_title(way) for way in some], width=width)
    _draw_difference(scaled)


def _draw_difference(scaled: dict[Reduction, Values]) -> None:
    one, two = st.columns(2)
    with one:
        first = way_picker(state.WAY_ONE, _("Difference of"))
    with two:
        second = way_picker(state.OTHER_WAY, _("and"))
    difference = scaled[first] - scaled[second]
    draw_maps(difference, [f"{way_title(first)} − {way_title(second)}"])
    st.caption(
        _("Largest difference {largest}, mean magnitude {mean}.").format(
            largest=f"{np.abs(difference).max():.4g}", mean=f"{np.abs(difference).mean():.4g}"
        )
    )


def draw_table(now: Setup, results: dict[Reduction, Values]) -> None:
    """Draw what each way costs, and the size formula."""
    texts = {length_formula(length, window) for length, window in zip(now.x.shape, now.windows, strict=False)}
    st.markdown("**" + _("Output size") + "**  \n" + "  \n".join(sorted(texts)))
    heads = [_("Way"), _("Output"), _("Learned"), _("Multiply-adds"), _("Additions"), _("Comparisons")]
    heads += [_("Inputs that count"), _("Values kept")]
    lines = [[*heads]]
    for way, maps in results.items():
        one = cost(now.x, way, now.windows, now.kernel)
        figures = [f"{number:,}" for number in (one.parameters, one.multiply_adds, one.additions, one.comparisons)]
        lines.append([way_title(way), show(maps.shape[:2]), *figures, f"{one.reaching:.1%}", f"{one.kept:.1%}"])
    st.markdown("\n".join(["| " + " | ".join(line) + " |" for line in [lines[0], ["---"] + ["---:"] * 7, *lines[1:]]]))
    st.caption(
        _(
            "For one map. Multiply-adds count the weights of a kernel, comparisons what a maximum looks at. Pooling "
            "learns nothing; what a course calls weights that fall by 75% are values: of a 2×2 window with stride 2 "
            "one in four is kept, and no weight before it is saved."
        )
    )
    st.download_button(_("This table (CSV)"), _csv(lines), "pooling.csv", "text/csv", on_click="ignore")


def _csv(lines: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[cell.replace(",", "") for cell in line] for line in lines])
    return out.getvalue()


def draw_equalities(now: Setup, results: dict[Reduction, Values]) -> None:
    """Say which ways are the same here, each measured."""
    area = now.windows[0].kernel * now.windows[1].kernel
    checks = [
        (
            _("Average pooling is a convolution with a constant kernel"),
            results[Reduction.AVERAGE],
            results[Reduction.BOX],
        ),
        (
            _("Sum pooling is average pooling times {area}").format(area=area),
            results[Reduction.SUM],
            results[Reduction.AVERAGE] * area,
        ),
        (
            _("Subsampling is max pooling with a window of 1"),
            results[Reduction.SUBSAMPLE],
            _window_of_one(now),
        ),
    ]
    lines = []
    for sentence, one, other in checks:
        if other is None or one.shape != other.shape:
            continue
        largest = float(np.abs(one - other).max())
        if largest <= _TOLERANCE * max(1.0, float(np.abs(one).max())):
            lines.append(f"- {sentence}: " + _("the same here, to rounding."))
        else:
            reason = _("not at the border, where padding is no value of the pool but a zero of the convolution")
            lines.append(
                f"- {sentence}: "
                + _("differs by up to {largest} ({reason}).").format(largest=f"{largest:.4g}", reason=reason)
            )
    st.markdown("\n".join(lines))


def _window_of_one(now: Setup) -> Values | None:
    """Return the maximum of windows of one value at the same strides, where no padding moves them."""
    if state.POOL_PADDING.get() != "valid":
        return None
    single = now.windows[0]._replace(kernel=1), now.windows[1]._replace(kernel=1)
    result = reduced(now.x, Reduction.MAX, single)
    height, width = reduced(now.x, Reduction.SUBSAMPLE, now.windows).shape[:2]
    return result[:height, :width]


def draw(now: Setup, results: dict[Reduction, Values]) -> None:
    """Draw all ways on this input, what they cost, and where they are the same."""
    st.header(_("All ways, one scale"), anchor=False)
    draw_results(now, results)
    draw_table(now, results)
    st.subheader(_("Where they are the same"), anchor=False)
    draw_equalities(now, results)
