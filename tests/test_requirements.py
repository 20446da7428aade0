"""The lists of packages: what the core needs, what we use, and the locks of all that comes with it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata

import pytest
from folders import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

SOURCES = {
    "requirements.lock": ("requirements.txt",),
    "requirements-serving.lock": ("requirements.txt", "requirements-serving.txt"),
    "requirements-dev.lock": ("requirements.txt", "requirements-serving.txt", "requirements-dev.txt"),
}
each_lock = pytest.mark.parametrize("lock", SOURCES)


def entries(file: str) -> list[str]:
    """Return the packages of a list, each with its hashes on one line; comments and included lists are left out."""
    lines = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [line for line in lines if re.match(r"\w", line)]


def requirements(file: str) -> dict[str, Requirement]:
    """Return what a list asks for, by name."""
    return by_name(line.split("--hash=")[0] for line in entries(file))


def by_name(texts: Iterable[str]) -> dict[str, Requirement]:
    return {canonicalize_name(asked.name): asked for asked in map(Requirement, texts)}


def versions(file: str) -> dict[str, Version]:
    """Return the version of every package of a list that is installed on this system."""
    pins = requirements(file)
    return {name: Version(pin_of(pin)) for name, pin in pins.items() if pin.marker is None or pin.marker.evaluate()}


def pin_of(requirement: Requirement) -> str:
    """Return the only version that is asked for."""
    (pin,) = requirement.specifier
    assert pin.operator == "=="
    return pin.version


def libraries_of_the_core() -> set[str]:
    """Return the top-level names that the core imports and that are neither its own nor Python's."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "cnn_core").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names} - {"cnn_core", *sys.stdlib_module_names}


def needs_of_the_core() -> dict[str, Requirement]:
    """Return what the wheel asks for, its extras among it, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    return by_name([*project["dependencies"], *(text for extra in extras for text in extra)])


def test_the_core_asks_for_what_it_imports() -> None:
    distributions = metadata.packages_distributions()
    imported = {canonicalize_name(distributions[name][0]) for name in libraries_of_the_core()}
    assert set(needs_of_the_core()) == imported


def test_the_core_is_tested_with_what_it_asks_for() -> None:
    pins = versions("requirements.txt") | versions("requirements-serving.txt")
    assert [name for name, needed in needs_of_the_core().items() if pins[name] not in needed.specifier] == []


@each_lock
def test_a_lock_keeps_the_direct_pins(lock: str) -> None:
    direct = {name: version for source in SOURCES[lock] for name, version in versions(source).items()}
    assert direct.items() <= versions(lock).items(), "run `make lock`"


@each_lock
def test_a_lock_has_whatever_its_packages_need(lock: str) -> None:
    locked = versions(lock)
    needs = [Requirement(text) for name in locked for text in metadata.requires(name) or ()]
    here = [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    assert len(here) > len(locked)
    versions_of = {str(need): (need, locked.get(canonicalize_name(need.name))) for need in here}
    assert [name for name, (need, got) in versions_of.items() if got is None or got not in need.specifier] == []


@each_lock
def test_every_package_of_a_lock_has_hashes(lock: str) -> None:
    assert [entry for entry in entries(lock) if "--hash=sha256:" not in entry] == []


def test_what_is_tested_is_what_is_served() -> None:
    served, several, tested = (versions(lock).items() for lock in SOURCES)
    assert served <= several <= tested


def test_what_is_installed_is_what_is_locked() -> None:
    locked = versions("requirements-dev.lock")
    assert {name: Version(metadata.version(name)) for name in locked} == locked
