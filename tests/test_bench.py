"""The bench measures what was promised, a row of it runs, and its table says what was found."""

from pathlib import Path

import pytest
from bench import edit, mosaic, new_picture, run
from bench.measure import Goal, Pairs, Result

from cnn_core.network.summary import summarize


def test_every_module_with_a_goal_is_a_row() -> None:
    sources = {path.stem: path.read_text(encoding="utf-8") for path in Path(run.__file__).parent.glob("*.py")}
    assert {name for name, source in sources.items() if "\nGOAL = " in source} == set(run.ROWS)


@pytest.mark.parametrize("row", run.ROWS)
def test_a_goal_is_a_ratio_in_one_direction_that_can_be_missed(row: str) -> None:
    goal = run.goal_of(row)
    assert (goal.faster is None) != (goal.within is None)
    assert not goal.met(goal.ratio(ours=100, theirs=1), 0)
    assert goal.below_ms is None or not goal.met(goal.faster or goal.within or 0, goal.below_ms)


def test_a_new_picture_s_time_is_told_whole_against_what_it_may_take() -> None:
    pairs = Pairs((0.25,), (new_picture.allowance(forward=0.1),))
    result = pairs.result(new_picture.GOAL, "")
    assert result.ours_ms == 250
    assert result.theirs_ms == pytest.approx(350)
    assert result.ratio == pytest.approx(250 / 350)
    assert result.ok
    assert not Pairs((0.36,), (new_picture.allowance(forward=0.1),)).result(new_picture.GOAL, "").ok


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


def test_the_edited_network_is_as_long_as_is_said() -> None:
    assert len(edit.network(64).layers) == 200
    for filters in (65, 200):
        assert summarize(edit.network(filters)).parameters != summarize(edit.network(64)).parameters
