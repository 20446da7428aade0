"""What Prometheus, or a teacher, asks of a server: sessions, queue, workers, trainings, latencies; nothing personal.

`CONVSCOPE_METRICS` names an address of its own, "127.0.0.1:9100", or a file, which is written anew every few seconds.
"""

import logging
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from streamlit.runtime import get_instance

from pages.ui import compute, measured
from pages.ui.jobs import Phase
from pages.ui.measured import BOUNDS, Durations

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

METRICS: Final = os.environ.get("CONVSCOPE_METRICS", "")
SECONDS_BETWEEN_FILES: Final = 5.0
_SESSIONS: Final = "active_sessions"
_BEGUN: Final = threading.Lock()
_LOG: Final = logging.getLogger(__name__)


def start() -> None:
    """Begin to tell, once a server, where somebody wants to hear it; a place that cannot be used is said in the log."""
    if METRICS and _BEGUN.acquire(blocking=False):
        try:
            _tell()
        except (ImportError, OSError, OverflowError) as error:
            _LOG.error("CONVSCOPE_METRICS=%s cannot be used, so nothing is told: %r", METRICS, error)


def _tell() -> None:
    from prometheus_client import start_http_server  # installed only where it is wanted

    registry = observed()
    host, colon, port = METRICS.rpartition(":")
    if colon and port.isdigit():
        start_http_server(int(port), host or "127.0.0.1", registry)
    else:
        threading.Thread(target=_write, args=(registry,), daemon=True).start()


def observed() -> "CollectorRegistry":
    """Return what is told, gathered whenever somebody asks."""
    from prometheus_client import CollectorRegistry, ProcessCollector

    registry = CollectorRegistry()
    registry.register(_Observed())
    ProcessCollector(registry=registry)
    return registry


class _Observed:
    """Prometheus's way to ask."""

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.metrics_core import GaugeMetricFamily, HistogramMetricFamily

        from pages.ui.runs import RUNS  # the front door need not wait for what trains

        def gauge(name: str, about: str, value: float) -> "Metric":
            return GaugeMetricFamily(f"convscope_{name}", about, value)

        def durations(name: str, about: str, taken: Durations) -> "Metric":
            counts = zip((*map(str, BOUNDS), "+Inf"), taken.up_to(), strict=True)
            return HistogramMetricFamily(f"convscope_{name}_seconds", about, list(counts), taken.sum)

        load, memory, trainings = compute.WORK.load(), worker_memory(), Counter(RUNS.phases())
        yield gauge("sessions", "Tabs that are open.", sessions())
        yield gauge("questions_waiting", "Questions that wait for a worker.", load.waiting)
        yield gauge("questions_running", "Questions that workers are at.", load.running)
        yield gauge("longest_wait_seconds", "How long the oldest of those that wait has waited.", load.longest)
        yield gauge("workers", "Processes that answer questions.", len(memory))
        yield gauge("workers_memory_bytes", "Memory of all workers together.", sum(memory))
        yield gauge("largest_worker_memory_bytes", "Memory of the largest worker.", max(memory, default=0))
        yield gauge("trainings_waiting", "Trainings that wait.", trainings.pop(Phase.WAITING, 0))
        yield gauge("trainings_running", "Trainings that go on, rest or end.", trainings.total())
        yield durations("page", "Runs of pages.", measured.PAGES)
        yield durations("part", "Runs of parts of pages by themselves.", measured.PARTS)
        yield durations("answer", "Questions, from the asking to the answer.", measured.ANSWERS)


def sessions() -> int:
    """Return how many tabs are open, as Streamlit counts them."""
    told: Mapping[str, Any] = get_instance().stats_mgr.get_stats(family_names=[_SESSIONS])
    return sum(round(stat.value) for stats in told.values() for stat in stats)


def worker_memory() -> tuple[int, ...]:
    """Return the bytes of memory that each worker takes."""
    if compute.CLUSTER is not None:
        return compute.CLUSTER.state.memory
    import psutil

    found = []
    for child in psutil.Process().children():
        try:
            if any("popen_loky" in word for word in child.cmdline()):
                found.append(child.memory_info().rss)
        except psutil.Error:  # it has just ended
            continue
    return tuple(found)


def _write(registry: "CollectorRegistry") -> None:
    from prometheus_client import write_to_textfile

    pause = threading.Event()
    while True:
        try:
            write_to_textfile(METRICS, registry)
        except OSError as error:  # a full disk may have room again
            _LOG.error("CONVSCOPE_METRICS=%s cannot be written: %r", METRICS, error)
        pause.wait(SECONDS_BETWEEN_FILES)
