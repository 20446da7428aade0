"""The parts of the page that run by themselves, by their names, and how they follow what is changed in another."""

from typing import Any

from pages.ui.state import Key
from pages.ui.waiting import run_again

GLANCE = "train_glance"
LIVE = "train_live"
RUNS = "train_runs"
PART = "train_part_drawn"
CURVES = "curves_live"
"""What is drawn where the curves of the looked-at run are, also before there is one."""


def followed(key: Key[Any]) -> dict[str, Any]:
    """Return the arguments that tie a widget to a value of which the first glance says something."""
    return key.widget(follow)


def follow() -> None:
    """Draw the first glance and the open part anew, and nothing else."""
    run_again(GLANCE, PART)
