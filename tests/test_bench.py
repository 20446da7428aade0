"""The bench measures what was promised, a row of it runs, and its table says what was found."""

import pytest
from bench import mosaic, run
from bench.measure import Goal, Pairs, Result

PROMISED = {
    "summarize": "≥ 300",
    "imports": "≥ 10",
    "all_layers": "≤ 1.6",
    "tutorial": "≥ 50",
    "mosaic": "≥ 100",
    "convolution": "≤ 3, < 100 ms",
    "convolution_tensorflow": "≤ 5, < 100 ms",
    "stage": "≥ 5, < 16 ms",
    "why": "≥ 20, < 100 ms",
    "new_picture": "≤ 1.5",
    "rerun": "≥ 10, < 50 ms",
    "pooling": "≥ 2, < 100 ms",
    "first_paint": "≤ 1.3",
}


def test_goals_are_those_promised() -> None:
    assert {row: run.goal_of(row).wanted for row in run.ROWS} == PROMISED


def test_ratio_is_read_in_the_goals_direction() -> None:
    pairs = Pairs((0.010, 0.020, 0.010), (1.0, 1.0, 0.5))
    faster = pairs.result(Goal("a", "b", faster=50, below_ms=50), "")
    assert (faster.ratio, faster.ours_ms, faster.ok) == (50, 10, True)
    assert not pairs.result(Goal("a", "b", faster=50), "", typical=min, fine=False).ok
    assert not pairs.result(Goal("a", "b", faster=50, below_ms=5), "").ok
    slower = Pairs((1.6,), (1.0,))
    assert slower.result(Goal("a", "b", within=1.6), "").ok
    assert not slower.result(Goal("a", "b", within=1.5), "").ok


def test_fast_row_is_measured() -> None:
    result = mosaic.measure(rounds=1)
    assert 0 < result.ours_ms < result.theirs_ms
    assert result.ratio == pytest.approx(result.theirs_ms / result.ours_ms)


def test_table_shows_what_was_measured_and_what_was_not() -> None:
    goal = run.goal_of("mosaic")
    short = Result(goal.what, goal.against, 12.345, 1234.5, 99.6, goal.wanted, False, "a note", ("a detail",))
    table = list(run.lines(["mosaic", "imports"], iter([short, "Traceback: boom"])))
    assert table[1].split(goal.against)[1].split() == ["12.3", "1,234", "99.6", "≥", "100", "short"]
    assert table[2].endswith("not measured")
    assert table[3:] == ["", "mosaic: a note", "imports:", "Traceback: boom"]
    assert "    a detail" in run.lines(["mosaic"], iter([short]), details=True)
