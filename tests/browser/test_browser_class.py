"""A small class at the server, each with pictures of their own: nobody meets an error or waits in vain."""

import asyncio
import time

import psutil
from load.run import teach
from serving import AppServer

from cnn_core.pictures.read import MAX_SIDE_KEPT
from pages.ui import memory

_SESSIONS = 12


def test_a_class_with_more_pictures_than_are_kept_is_served_and_leaves_no_work_behind(app_server: AppServer) -> None:
    decoded = 1024 * 768 * 3 * 4
    assert _SESSIONS * decoded > memory.DECODED >= MAX_SIDE_KEPT**2 * 3 * 4
    lesson = asyncio.run(teach(app_server, _SESSIONS, seconds=12, think=3, stay=1))
    assert not lesson.errors
    assert lesson.stalled == 0
    assert all(len(waits.seconds) >= _SESSIONS for waits in lesson.waits[:4]), lesson.report(_SESSIONS)
    assert _is_soon_idle(app_server), "the workers go on with what nobody waits for"


def _is_soon_idle(server: AppServer) -> bool:
    """Return whether the workers come to rest: everybody has left, and only what had begun may go on."""
    for _ in range(10):
        before = _cpu_seconds(server)
        time.sleep(1)
        if _cpu_seconds(server) - before < 0.2:
            return True
    return False


def _cpu_seconds(server: AppServer) -> float:
    return float(sum(sum(psutil.Process(worker.pid).cpu_times()[:2]) for worker in server.workers()))
