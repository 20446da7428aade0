"""Curves in the browser: loss and accuracy of fits over their epochs, and lines over whatever else."""

from collections.abc import Mapping, Sequence
from math import isfinite, log
from typing import Any, NamedTuple

from cnn_core.training.judgement import turn_of
from cnn_core.training.records import BatchEnd, EpochEnd, Stage
from pages.ui import components
from pages.ui.text import _


class Fit(NamedTuple):
    """A fit's curves.

    Attributes:
        name: where several are drawn together.
        colour: its place among the page's colours.
        now: the batch that was trained last, if it belongs to no epoch of these.
        group: what those of its colour have in common, which the legend says in place of their names.
    """

    name: str
    epochs: Sequence[EpochEnd]
    colour: int = 0
    now: BatchEnd | None = None
    group: str = ""


def draw_fits(
    fits: Sequence[Fit],
    last: int,
    key: str,
    judged: Sequence[EpochEnd] = (),
    classes: int | None = None,
    plays: bool = False,
) -> None:
    """Draw loss and accuracy of one fit or more: of the training as points, of the validation as a line.

    Args:
        last: epochs for which there is room at least.
        judged: of which it is marked where fine-tuning begins, where the validation loss was lowest, and overfitting.
        classes: with what guessing one of so many would give.
        plays: they grow before one's eyes, once.
    """
    marks, span = _marks(judged), _span(judged)
    loss, accuracy = (None, None) if classes is None else (log(classes), 1 / classes)
    charts = [
        _chart(title, [_of_epochs(fit, figure) for fit in fits], _alt(title, fits, figure))
        | {"top": top, "level": _guessing(level), "marks": marks, "span": span}
        for figure, title, top, level in (("loss", _("Loss"), None, loss), ("accuracy", _("Accuracy"), 1.0, accuracy))
    ]
    _draw(charts, Places(_("epoch"), last), key, _("training"), _("validation"), plays)


class Places(NamedTuple):
    """The level axis.

    Attributes:
        across: what it counts, from `first` on, `step` from one place to the next.
        last: places for which there is room at least; None: those that there are.
    """

    across: str
    last: int | None = None
    first: float = 1
    step: float = 1


def draw_lines(
    charts: Mapping[str, Mapping[Any, Sequence[float | None]]], places: Places, key: str, is_log: bool = False
) -> None:
    """Draw charts, by their titles, of lines by their names."""
    drawn = [
        _chart(
            title,
            [_series(str(name), number, line=values) for number, (name, values) in enumerate(lines.items())],
            f"{title}: {', '.join(map(str, lines))}",
        )
        | {"isLog": is_log}
        for title, lines in charts.items()
    ]
    _draw(drawn, places, key)


def _draw(
    charts: Sequence[Mapping[str, Any]],
    places: Places,
    key: str,
    points: str = "",
    line: str = "",
    plays: bool = False,
) -> None:
    """`points` and `line` say of which pictures they are, where that differs."""
    there = max((len(series["line"]) for chart in charts for series in chart["series"]), default=0)
    words = {
        "across": places.across,
        "points": points,
        "line": line,
        "reading": _("{across} {at}: {values}"),
        "one": _("{name} {value}"),
    }
    axis = {"last": places.last or there, "from": places.first, "step": places.step}
    components.curves({"charts": charts, **axis, "words": words, "plays": plays}, key)


def _chart(title: str, series: Sequence[Mapping[str, Any]], alt: str) -> dict[str, Any]:
    nothing: dict[str, Any] = {"top": None, "isLog": False, "level": None, "marks": [], "span": None}
    return {"title": title, "series": series, "alt": alt} | nothing


def _series(
    name: str,
    colour: int,
    points: Sequence[float | None] = (),
    line: Sequence[float | None] = (),
    now: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    return {"name": name, "group": "", "colour": colour, "points": list(points), "line": list(line), "now": now}


def _of_epochs(fit: Fit, figure: str) -> dict[str, Any]:
    """Return a figure of a fit's epochs, and of the one that it is at."""
    points, line = ([_finite(getattr(epoch, name)) for epoch in fit.epochs] for name in (figure, f"val_{figure}"))
    now = None if fit.now is None else {"at": fit.now.epoch, "value": getattr(fit.now, figure)}
    return _series(fit.name, fit.colour, points, line, now) | {"group": fit.group}


def _finite(value: float) -> float | None:
    """Return a value that a browser can read: JSON has no NaN and no infinity."""
    return value if isfinite(value) else None


def _guessing(value: float | None) -> dict[str, Any] | None:
    return None if value is None else {"value": value, "label": _("guessing")}


def _marks(epochs: Sequence[EpochEnd]) -> list[dict[str, Any]]:
    """Return which epochs stand out: where fine-tuning begins, and where the validation loss was lowest."""
    marks = []
    tuned = [epoch.epoch for epoch in epochs if epoch.stage is Stage.FINE_TUNING]
    if tuned:
        marks.append({"at": tuned[0], "label": _("fine-tuning")})
    if epochs and (lowest := turn_of(epochs).epoch) < epochs[-1].epoch:
        marks.append({"at": lowest, "label": _("lowest val_loss")})
    return marks


def _span(epochs: Sequence[EpochEnd]) -> dict[str, Any] | None:
    """Return from where on it overfits, as `judgement.py` says so."""
    turn = turn_of(epochs) if epochs else None
    return {"from": turn.epoch, "label": _("overfitting")} if turn is not None and turn.is_overfitting else None


def _alt(title: str, fits: Sequence[Fit], figure: str) -> str:
    """Say what a chart shows: of one fit its last figures, of several which they are."""
    if len(fits) > 1:
        return f"{title}: {', '.join(fit.name for fit in fits)}"
    if not fits or not fits[0].epochs:
        return _("{title}: nothing is trained yet.").format(title=title)
    last = fits[0].epochs[-1]
    return _("{title} after epoch {count}: training {training}, validation {validation}.").format(
        title=title,
        count=len(fits[0].epochs),
        training=f"{getattr(last, figure):.3f}",
        validation=f"{getattr(last, f'val_{figure}'):.3f}",
    )
