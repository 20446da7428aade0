"""What each way costs and keeps, and where ways are the same, measured."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import streamlit as st

from cnn_core.layers.formulas import length_formula
from cnn_core.layers.shapes import Window, padding_amounts, show
from cnn_core.numerics.maps import Values
from cnn_core.numerics.reductions import Cost, Reduction, cost, reduced
from pages.ui.draw.tables import draw_table, offer_csv
from pages.ui.pooling.choices import WAYS, Setup, way_title
from pages.ui.text import _

_UNIT = Window(1), Window(1)


def draw_costs(now: Setup) -> None:
    """Draw what each way costs, and the size formula."""
    texts = [length_formula(length, window) for length, window in zip(now.x.shape, now.windows, strict=False)]
    names = [_("height and width")] if texts[0] == texts[1] else [_("height"), _("width")]
    lines = [f"{name}: (n + p − k) / s + 1 → {text}" for name, text in zip(names, texts, strict=False)]
    st.markdown("**" + _("Output size") + "**  \n" + "  \n".join(lines))
    costs: dict[Reduction, Cost] = now.kept(
        "costs", lambda: {way: cost(now.x, way, now.windows, now.kernel) for way in WAYS}
    )
    output = show(now.results()[Reduction.MAX].shape[:2])
    heads = [_("Way"), _("Output"), _("Parameters"), _("Multiply-adds"), _("Additions"), _("Comparisons")]
    heads += [_("Inputs that count"), _("Values kept")]
    counts = {way: (one.parameters, one.multiply_adds, one.additions, one.comparisons) for way, one in costs.items()}
    draw_table(
        heads,
        [
            [way_title(way), output, *(f"{n:,}" for n in counts[way]), f"{one.reaching:.1%}", f"{one.kept:.1%}"]
            for way, one in costs.items()
        ],
        "costs",
    )
    st.caption(
        _(
            "For one map. Parameters are what a network would learn: the weights of the chosen kernel; all other ways "
            "have none. Multiply-adds count the weights of a kernel and the squares of an L2 pool, comparisons those "
            "that a maximum makes. An input counts where it has a part in some output: of a maximum where it won, the "
            "first of equals. A course says that pooling cuts the weights by 75%: it cuts the values, here to {kept}, "
            "and no weight before it."
        ).format(kept=f"{costs[Reduction.MAX].kept:.1%}")
    )
    rows = [[str(way), output, *counts[way], f"{one.reaching:.6g}", f"{one.kept:.6g}"] for way, one in costs.items()]
    offer_csv(
        ["way", "output", "parameters", "multiply_adds", "additions", "comparisons", "inputs_that_count", "kept"],
        rows,
        "pooling_costs",
    )


# Where they are the same ----------------------------------------------------------------------------------------------


class _Check(NamedTuple):
    """Two results that should be equal; `alone` says that padding cannot set them apart."""

    sentence: str
    one: Values
    other: Values
    alone: bool = False


def draw_equal(now: Setup) -> None:
    """Say which ways are the same here, each measured."""
    lines = now.kept("equal", lambda: [f"- {_judged(now, check)}" for check in _checks(now)])
    st.markdown("\n".join(lines))
    st.caption(
        _(
            "Both sides of each were calculated here and compared value by value; the subsampled values were taken out "
            "by their places alone. The same to rounding: no difference above {share} of the largest value."
        ).format(share=f"{_tolerance(now.x):.0e}")
    )


def _checks(now: Setup) -> Iterator[_Check]:
    results, windows = now.results(), now.windows
    area = windows[0].kernel * windows[1].kernel
    size = show((windows[0].kernel, windows[1].kernel))
    yield _Check(
        _("Average pooling is a convolution with a constant kernel, 1/{area}").format(area=area),
        results[Reduction.AVERAGE],
        results[Reduction.BOX],
    )
    yield _Check(
        _("Sum pooling is average pooling times {area}").format(area=area),
        results[Reduction.SUM],
        results[Reduction.AVERAGE] * area,
    )
    yield _Check(
        _("Subsampling is a convolution with a single 1 in a kernel of {size}").format(size=size),
        _sliced(now),
        results[Reduction.SUBSAMPLE],
        alone=True,
    )
    if max(windows[0].kernel, windows[1].kernel) <= 2:
        yield _Check(
            _("In a window of {size} the Gaussian kernel is constant").format(size=size),
            results[Reduction.GAUSSIAN],
            results[Reduction.BOX],
            alone=True,
        )
    for way in (Reduction.MAX, Reduction.AVERAGE, Reduction.SUM):
        yield _Check(
            _("{way} with a window of 1 and stride 1 changes nothing").format(way=way_title(way)),
            reduced(now.x, way, _UNIT),
            now.x,
            alone=True,
        )
    yield _Check(
        _("{way} with a window of 1 and stride 1 gives the magnitudes").format(way=way_title(Reduction.L2)),
        reduced(now.x, Reduction.L2, _UNIT),
        np.abs(now.x),
        alone=True,
    )


def _sliced(now: Setup) -> Values:
    """Return every so many values of the input by indexing alone, from the middle of the first window on."""
    first = [
        (window.kernel - 1) // 2 - padding_amounts(length, window)[0]
        for length, window in zip(now.x.shape, now.windows, strict=False)
    ]
    part = now.x[first[0] :: now.windows[0].stride, first[1] :: now.windows[1].stride]
    height, width = now.results()[Reduction.SUBSAMPLE].shape[:2]
    return part[:height, :width]


def _tolerance(x: Values) -> float:
    return float(64 * np.finfo(x.dtype).eps)


def _judged(now: Setup, check: _Check) -> str:
    apart = np.abs(check.one - check.other)
    allowed = _tolerance(now.x) * max(1.0, float(np.abs(check.one).max()))
    if float(apart.max()) <= allowed:
        return check.sentence + ": " + _("the same here, to rounding.")
    differing = np.argwhere(apart[:, :, 0] > allowed)
    said = _("differs by up to {largest}, in {count} of {all} values.").format(
        largest=f"{apart.max():.4g}", count=f"{len(differing):,}", all=f"{apart.size:,}"
    )
    return f"{check.sentence}: {said} {_reason(now, check, differing)}"


def _reason(now: Setup, check: _Check, differing: npt.NDArray[np.intp]) -> str:
    """Say whether all that differs sees padding."""
    if check.alone:
        return ""
    places = []
    for axis, (length, window) in enumerate(zip(now.x.shape, now.windows, strict=False)):
        starts = differing[:, axis] * window.stride - padding_amounts(length, window)[0]
        places.append((starts < 0) | (starts + window.kernel > length))
    if not bool(np.logical_or(*places).all()):
        return ""
    return _(
        "All values that differ see padding: a pool leaves it out and divides by fewer, a convolution counts it as 0."
    )
