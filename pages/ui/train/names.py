"""What classes are called: those of ours in the reader's language, the reader's own as they are."""

from collections.abc import Iterable

from cnn_core.training.sets.sources import Own, Source
from pages.ui.runs import SeenRun
from pages.ui.text import _


def class_names(classes: Iterable[str], source: Source) -> tuple[str, ...]:
    """Return the names of a source's classes as the page shows them."""
    return tuple(name if isinstance(source, Own) else _(name) for name in classes)


def classes_of(run: SeenRun) -> tuple[str, ...]:
    """Return the names of the classes that a run tells apart; none before it has read its pictures."""
    begun = run.so_far.last_begun
    return () if begun is None else class_names(begun.classes, run.plan.data.source)
