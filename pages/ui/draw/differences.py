"""What runs can say about ways: which differences are significant, by which test, and what else differs."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from cnn_core.training.differences import LEVEL, Difference
from pages.ui.draw.tables import draw_table
from pages.ui.text import _

Title = Callable[[Any], str]
"""Says what a way is called."""


def said(differences: Sequence[Difference[Any]], title: Title) -> str:
    """Say which of the differences from the best way are significant, and by how much its network is another one."""
    return f"{_significance(differences, title)} {_sizes(differences)}".strip()


def _significance(differences: Sequence[Difference[Any]], title: Title) -> str:
    if not differences:
        return ""
    nearest, seeds = differences[0], min(difference.test.n for difference in differences)
    if seeds < 2:
        return _(
            "The next, {other}, is {points} percentage points behind. A paired t-test needs at least two seeds; "
            "this one alone does not show that either method is better."
        ).format(other=_quoted([nearest], title), points=points(nearest.test.mean))
    shown = [difference for difference in differences if difference.is_significant]
    others = [difference for difference in differences if not difference.is_significant]
    if not shown:
        text = _(
            "None of its leads over the others is statistically significant (paired t-test over {seeds} seeds, "
            "Holm's correction, level {level}): this does not show which method is the most accurate."
        )
    elif others:
        text = _(
            "Its lead over {shown} is statistically significant (paired t-test over {seeds} seeds, Holm's correction, "
            "level {level}); its lead over {others} is not."
        )
    else:
        text = _(
            "Its lead over each of the others is statistically significant (paired t-test over {seeds} seeds, Holm's "
            "correction, level {level})."
        )
    return text.format(seeds=seeds, level=f"{LEVEL:.0%}", shown=_quoted(shown, title), others=_quoted(others, title))


def _sizes(differences: Sequence[Difference[Any]]) -> str:
    if not any(difference.parameters or difference.multiply_adds for difference in differences):
        return ""
    return _(
        "Its network also differs in size (parameters {parameters}, multiply-adds {multiply_adds}), so a difference "
        "need not come from the method alone."
    ).format(
        parameters=_span(differences, lambda difference: difference.parameters),
        multiply_adds=_span(differences, lambda difference: difference.multiply_adds),
    )


def _span(differences: Sequence[Difference[Any]], part: Callable[[Difference[Any]], float]) -> str:
    low, high = (_share(end(map(part, differences))) for end in (min, max))
    return low if low == high else _("{low} to {high}").format(low=low, high=high)


def _share(change: float) -> str:
    return f"{change:+.0%}".replace("-", "−").replace("+0%", "±0%").replace("−0%", "±0%")


def _quoted(differences: Sequence[Difference[Any]], title: Title) -> str:
    *names, last = [f"“{title(difference.other)}”" for difference in differences] or [""]
    return _("{names} and {last}").format(names=", ".join(names), last=last) if names else last


def points(share: float) -> str:
    """Return a difference of shares in percentage points."""
    return f"{100 * share:.1f}"


def draw_tests(differences: Sequence[Difference[Any]], title: Title) -> None:
    """Draw the test of each difference from the best way, and what else differs."""
    heads = [_("Compared with"), _("Difference (points)"), "t", "n", _("p, corrected")]
    rows = [
        [
            title(difference.other),
            points(difference.test.mean),
            _number(difference.test.statistic, "{:.2f}"),
            str(difference.test.n),
            _number(difference.p, "{:.3f}"),
            _share(difference.parameters),
            _share(difference.multiply_adds),
        ]
        for difference in differences
    ]
    draw_table([*heads, _("Parameters"), _("Multiply-adds")], rows)


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)


def draw_method() -> None:
    """Say what the test is and how much it can find."""
    st.caption(
        _(
            "The most accurate method compared with each of the others. Paired t-test, two-sided: t is the mean "
            "difference between runs with the same seed, divided by its standard error; n is the number of seeds. "
            "The p-values are corrected for all pairs of methods (Holm), since these results also picked the most "
            "accurate one. So few seeds can only show large and steady differences: one that is not significant may "
            "still be real."
        )
    )
