"""How is it going: what the servers of a class tell, as a table. `python -m pages.ui.going 127.0.0.1:9100 …`

Each place is an address or a file, as `CONVSCOPE_METRICS` names it.
"""

import sys
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

SECONDS: Final = 5.0
_MEGABYTE: Final = 2**20

Told = Mapping[str, float]
"""What a server tells, by name."""
Column = Callable[[Told], str]
"""Makes a cell of the table of what a server tells."""


def read(place: str) -> Told | None:
    """Return what is told at an address or in a file; None where nobody answers."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        if Path(place).exists():
            text = Path(place).read_text(encoding="utf-8")
        else:
            text = urllib.request.urlopen(f"http://{place}/metrics", timeout=SECONDS).read().decode()
    except (OSError, ValueError):
        return None
    return {
        sample.name + "".join(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _count(name: str) -> Column:
    return lambda told: f"{told[f'convscope_{name}']:,.0f}"


def _megabytes(name: str) -> Column:
    return lambda told: f"{told[name] / _MEGABYTE:,.0f} MB" if name in told else "?"


def _mean(name: str) -> Column:
    """Return the mean of some durations."""

    def mean(told: Told) -> str:
        count = told[f"convscope_{name}_seconds_count"]
        return f"{told[f'convscope_{name}_seconds_sum'] / count:.2f} s" if count else "–"

    return mean


_COLUMNS: Final[tuple[tuple[str, Column], ...]] = (
    ("tabs", _count("sessions")),
    ("waiting", _count("questions_waiting")),
    ("computing", _count("questions_running")),
    ("longest wait", lambda told: f"{told['convscope_longest_wait_seconds']:.1f} s"),
    ("workers", _count("workers")),
    ("their memory", _megabytes("convscope_workers_memory_bytes")),
    ("server's memory", _megabytes("process_resident_memory_bytes")),
    ("trainings", _count("trainings_running")),
    ("in the queue", _count("trainings_waiting")),
    ("a page takes", _mean("page")),
    ("an answer takes", _mean("answer")),
)


def table(told: Mapping[str, Told | None]) -> str:
    """Return a line for each server."""
    rows = [("server", *(title for title, _of in _COLUMNS))]
    rows += [(place, *_cells(each)) for place, each in told.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(lines)


def _cells(told: Told | None) -> Iterable[str]:
    if told is None:
        return ("no answer", *("",) * (len(_COLUMNS) - 1))
    return (of(told) for _title, of in _COLUMNS)


def main(places: Sequence[str]) -> int:
    """Print the table; the exit code says whether a server did not answer."""
    told = {place: read(place) for place in places}
    print(table(told) if told else __doc__)
    return int(None in told.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
