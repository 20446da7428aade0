"""What the server's process keeps is a part of what it may take, and sessions that have ended are let go of."""

import threading
from collections.abc import Callable, Collection
from typing import Any

import pytest
from load.pictures import photograph
from streamlit import runtime

from cnn_core.models.info import describe
from cnn_core.pictures.read import MAX_SIDE_KEPT
from pages.ui import cached, memory
from pages.ui.entered import Chosen
from pages.ui.memory import Tidying


class Context:
    """As much of a run as is asked of it."""

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id


class Server:
    """A server's sessions: those that are open, and those that were let go of."""

    def __init__(self) -> None:
        self.active: set[str] = set()
        self.let_go: list[str] = []

    def is_active_session(self, session: str) -> bool:
        return session in self.active

    def close_session(self, session: str) -> None:
        self.let_go.append(session)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    server = Server()
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: server)
    monkeypatch.setattr(memory, "LOOK_SECONDS", 3600.0)
    return server


def test_what_is_kept_is_divided_without_a_rest_and_holds_the_largest_picture() -> None:
    kept = memory.ANSWERS + memory.DRAWN + memory.DECODED
    assert kept == (memory.MEGABYTES - memory.ITSELF) * 2**20
    assert MAX_SIDE_KEPT**2 * 3 * 4 <= memory.DECODED


def test_sessions_that_were_closed_long_enough_are_let_go_of(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("pages.ui.memory.time.monotonic", lambda: now)
    tidying = Tidying(after=100)
    for name in ("stays", "leaves", "comes back"):
        server.active.add(name)
        monkeypatch.setattr(memory, "get_script_run_ctx", lambda name=name: Context(name))
        tidying.note()
    tidying.look()
    server.active = {"stays"}
    tidying.look()
    now += 60
    server.active = {"stays", "comes back"}
    tidying.look()
    now += 60
    server.active = {"stays"}
    tidying.look()
    assert server.let_go == ["leaves"]
    now += 100
    tidying.look()
    tidying.look()
    assert server.let_go == ["leaves", "comes back"]


def test_a_look_that_fails_is_not_the_last(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(memory, "get_script_run_ctx", lambda: Context("stays"))
    monkeypatch.setattr(threading, "excepthook", lambda _failed: None)
    server.active.add("stays")
    tidying, enough = Tidying(), threading.Event()
    looking: list[threading.Thread] = []

    def fail(_gone: Collection[str]) -> None:
        looking.append(threading.current_thread())
        if len(looking) == 3:
            monkeypatch.setattr(tidying, "_later", enough.set)
        raise OSError("no space left")

    tidying.along_with(fail)
    tidying.note()
    assert enough.wait(60)
    for thread in looking:
        thread.join(60)


def test_pictures_of_many_sessions_take_no_more_than_their_share() -> None:
    info = describe("cifar10")
    for seed in range(12):
        chosen = Chosen.of(photograph(seed), "mine")
        picture = cached.entered(chosen, info, "crop", False)
        cached.shown_pictures(chosen, picture)
        assert cached.DECODED.bytes <= memory.DECODED
        assert cached.DRAWN.bytes <= memory.DRAWN
    assert cached.DECODED.bytes > memory.DECODED - 2 * 1024 * 768 * 3 * 4


def test_memory_is_given_back_where_the_system_can_and_nothing_fails_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory.give_back()

    def none(_name: object) -> Callable[..., Any]:
        raise OSError

    monkeypatch.setattr("pages.ui.memory.ctypes.CDLL", none)
    memory.give_back()
