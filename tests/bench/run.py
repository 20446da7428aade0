"""Print how fast ConvScope is as ratios, each measured side by side: `python tests/bench/run.py [ROW ...]`.

Every row runs in a process of its own, so that none inherits what another has loaded; nothing is written. The exit code
says whether every row could be measured, not whether its goal is met: a busy machine must not break a build.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

_TESTS = Path(__file__).resolve().parents[1]
if __name__ in ("__main__", "__mp_main__"):  # as a script: Python knows this folder then, instead of those above it
    sys.path[:1] = [str(_TESTS), str(_TESTS.parent)]

if TYPE_CHECKING:
    from bench.measure import Goal, Result

ROWS = (
    "summarize",
    "imports",
    "all_layers",
    "tutorial",
    "mosaic",
    "convolution",
    "convolution_tensorflow",
    "stage",
    "why",
    "new_picture",
    "live_camera",
    "opening_layer",
    "opening_next_layer",
    "opening_far_layer",
    "opening_vector",
    "opening_map",
    "opening_value",
    "opening_copied_value",
    "opening_panel",
    "opening_new_panel",
    "opening_new_panel_unasked",
    "rerun",
    "first_picture_cpu",
    "layer_change_cpu",
    "largest",
    "pooling",
    "fit_overhead",
    "transfer_head",
    "edit",
    "edit_painted",
    "quick_entry",
    "first_paint",
    "first_maps",
    "first_maps_warm",
)
HEADINGS = ("what", "against", "ours ms", "theirs ms", "ratio", "wanted", "")


def goal_of(row: str) -> "Goal":
    """Return what a row measures and what is wanted."""
    goal: Goal = import_module(f"bench.{row}").GOAL
    return goal


def measured(row: str) -> "Result | str":
    """Measure a row; where that fails, return what happened."""
    try:
        result: Result = import_module(f"bench.{row}").measure()
    except Exception:  # noqa: BLE001 - whatever a library raises: the other rows go on
        return traceback.format_exc()
    return result


def lines(rows: Sequence[str], results: "Iterator[Result | str]", details: bool = False) -> Iterator[str]:
    """Yield the table line by line, each as soon as it is measured, then what there is to say about the rows."""
    goals = {row: goal_of(row) for row in rows}
    widths = [max(map(len, column)) for column in zip(*(_first_cells(goal) for goal in goals.values()), strict=True)]
    yield _line(HEADINGS, widths)
    remarks: list[str] = []
    for row, result in zip(goals, results, strict=True):
        if isinstance(result, str):
            goal = goals[row]
            yield _line((goal.what, goal.against, "–", "–", "–", goal.wanted, "not measured"), widths)
            remarks += [f"{row}:", result]
        else:
            yield _line(_cells(result), widths)
            remarks += [f"{row}: {result.note}", *(f"    {line}" for line in result.details if details)]
    yield ""
    yield from remarks


def _first_cells(goal: "Goal") -> tuple[str, str]:
    return goal.what, goal.against


def _cells(result: "Result") -> tuple[str, ...]:
    figures = (f"{figure:.3g}" if figure < 100 else f"{figure:,.0f}" for figure in _figures(result))
    return result.what, result.against, *figures, result.wanted, "ok" if result.ok else "short"


def _figures(result: "Result") -> tuple[float, float, float]:
    return result.ours_ms, result.theirs_ms, result.ratio


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    what, against, *figures, wanted, verdict = cells
    numbers = "".join(f"{figure:>11}" for figure in figures)
    return f"{what:<{widths[0]}}  {against:<{widths[1]}}{numbers}  {wanted:<16}{verdict}".rstrip()


def _results(rows: Sequence[str]) -> "Iterator[Result | str]":
    """Measure the rows one after the other, each in a fresh process."""
    for row in rows:
        with ProcessPoolExecutor(1, get_context("spawn"), _mute) as fresh:
            try:
                yield fresh.submit(measured, row).result()
            except BrokenProcessPool as error:
                yield f"The process that measured it has died: {error}"


def _mute() -> None:
    """Drop what libraries write to the error output: TensorFlow begins with lines that no setting of it turns off."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 if a row could not be measured."""
    parser = argparse.ArgumentParser(description="Print how fast ConvScope is, as ratios.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"only these of: {', '.join(ROWS)}")
    parser.add_argument("--details", action="store_true", help="also print what each row is made of")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.rows) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}; the rows are {', '.join(ROWS)}")
    results: list[Result | str] = []

    def kept() -> "Iterator[Result | str]":
        for result in _results(rows):
            results.append(result)
            yield result

    rows = asked.rows or ROWS
    for line in lines(rows, kept(), asked.details):
        print(line, flush=True)
    return int(any(isinstance(result, str) for result in results))


if __name__ == "__main__":
    sys.exit(main())
