"""How tests run: in which order, with which examples, and with which switch."""

import os
import sys
from collections.abc import Iterator

import pytest
from folders import ROOT
from hypothesis import settings
from jaxtyping import install_import_hook

# What uses the types of cnn_core/arrays.py is held against them, from here on, so before anything of it is imported.
install_import_hook(
    [f"cnn_core.{package}" for package in ("numerics", "explain", "pictures", "drawing", "training.sets", "models")],
    "checking.checked",
)

# One worker for tests without a browser: a second TensorFlow would only compete with it.
os.environ.setdefault("CONVSCOPE_WORKERS", "1")

# No deadline: two cores are shared with a browser and a server. On CI the same examples every time.
settings.register_profile("convscope", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("convscope")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--overwrite", action="store_true", help="write the tables of tests/network/golden anew; read the diff"
    )


@pytest.fixture(scope="session", autouse=True)
def runs_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep trainings and their pictures apart from those of an app that runs here."""
    os.environ["CONVSCOPE_RUNS"] = str(tmp_path_factory.mktemp("runs"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let quick tests go first, then those with Keras, then those with a browser: a process begins with one kind."""
    for item in items:
        if ROOT / "cnn_core" / "keras_model" in item.path.parents:
            item.add_marker("keras")
    items.sort(key=_turn)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test that imports TensorFlow unasked: where it is loaded, all tests after it are slow."""
    was_there = "tensorflow" in sys.modules
    yield
    is_asked = item.get_closest_marker("keras") is not None
    assert was_there or is_asked or "tensorflow" not in sys.modules, "This test imports TensorFlow: mark it keras."


def _turn(item: pytest.Item) -> int:
    """Return when a test's turn is; what waits for processes comes last and fills the gaps."""
    turns = [turn for turn, kind in enumerate(("keras", "browser", "process"), 1) if item.get_closest_marker(kind)]
    return max(turns, default=0)
