"""What tests of the registries of trainings share: looking until something holds, and leaving no process behind."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

import psutil
import pytest

SECONDS = 60
"""How long a test waits for a process."""


class Looked(Protocol):
    """What a registry knows of one training."""

    @property
    def active(self) -> bool: ...


Seen = TypeVar("Seen", bound=Looked)
Seen_co = TypeVar("Seen_co", bound=Looked, covariant=True)


class Registry(Protocol[Seen_co]):
    """Knows trainings by their keys."""

    def look(self, key: str, /) -> Seen_co | None: ...
    def close(self) -> None: ...


def look(registry: Registry[Seen], key: str) -> Seen:
    seen = registry.look(key)
    assert seen is not None
    return seen


def wait_for(registry: Registry[Seen], key: str, condition: Callable[[Seen], object]) -> Seen:
    """Return what is known of a training as soon as a condition holds."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        seen = look(registry, key)
        if condition(seen):
            return seen
        time.sleep(0.01)
    pytest.fail(f"It is still so: {seen}.")


def ended(seen: Looked) -> bool:
    return not seen.active


@contextmanager
def all_closed() -> Iterator[list[Registry[Looked]]]:
    """Take registries, close them at the end, and see to it that none of their processes is left."""
    made: list[Registry[Looked]] = []
    before = set(psutil.Process().children())
    yield made
    for registry in made:
        registry.close()
    assert psutil.wait_procs(set(psutil.Process().children()) - before, timeout=SECONDS)[1] == []
