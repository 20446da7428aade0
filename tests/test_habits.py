"""What every test of this folder keeps to: names of its own, its own random numbers, nothing skipped in silence."""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from folders import ROOT

FILES = sorted((ROOT / "tests").rglob("*.py"))
GENERATORS = ("default_rng", "Random", "RandomState")

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT / "tests").as_posix())


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node


def shared_generators(tree: ast.Module) -> set[str]:
    """Return the names of a module's own generators of random numbers."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)]
    made = [node for node in assigned if ast.unparse(node.value.func).rpartition(".")[2] in GENERATORS]  # type: ignore[attr-defined]
    return {target.id for node in made for target in node.targets if isinstance(target, ast.Name)}


def drawn_from_shared(tree: ast.Module) -> list[str]:
    """Return the functions that draw from such a generator: what they draw depends on what ran before."""
    shared = shared_generators(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [
        function.name
        for function in functions
        if any(isinstance(node, ast.Name) and node.id in shared for node in ast.walk(function))
    ]


def skipped_where_missing(tree: ast.Module) -> list[str]:
    """Return the packages without which a test is skipped, but for parts of Python that a system may lack."""
    asked = [call.args[0] for name, call in calls(tree) if name == "importorskip"]
    names = [str(argument.value) for argument in asked if isinstance(argument, ast.Constant)]
    return [name for name in names if name.split(".")[0] not in sys.stdlib_module_names]


def given_up_in_silence(tree: ast.Module) -> list[str]:
    """Return the Hypothesis tests that return early and check nothing: `assume` counts such examples."""
    return [
        function.name
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        and any("given(" in ast.unparse(decorator) for decorator in function.decorator_list)
        and any(
            isinstance(step, ast.If) and len(step.body) == 1 and isinstance(step.body[0], ast.Return)
            for step in function.body
        )
    ]


def taken_from_a_conftest(tree: ast.Module) -> list[str]:
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and node.module == "conftest")
        or (isinstance(node, ast.Import) and any(alias.name == "conftest" for alias in node.names))
    ]


FAULTS = (drawn_from_shared, skipped_where_missing, given_up_in_silence, taken_from_a_conftest)


@each_file
def test_habits(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert {fault.__name__: found for fault in FAULTS if (found := fault(tree))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "R = np.random.default_rng(1)\ndef test_a(): R.random()",
        "def test_a(): pytest.importorskip('scipy.signal')",
        "@given(x=y)\ndef test_a(x):\n    if x < 1:\n        return\n    assert x",
        "from conftest import ROOT",
        "def f():\n    import conftest",
    ],
)
def test_every_fault_is_found(source: str) -> None:
    assert sum(bool(fault(ast.parse(source))) for fault in FAULTS) == 1


def test_no_two_files_have_one_name() -> None:
    """Modules of tests have no package: of two with one name the second cannot be imported."""
    names = Counter(file.name for file in FILES if not (file.parent / "__init__.py").exists())
    assert [name for name, count in names.items() if count > 1 and name != "conftest.py"] == []


def loads_keras(tree: ast.Module) -> list[str]:
    """Return what a module imports as soon as it is collected, and by which every process of the tests gets Keras."""
    names = [
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    return [name for name in names if name.startswith(("keras", "tensorflow", "cnn_core.keras_model"))]


@each_file
def test_no_file_loads_keras_when_it_is_collected(file: Path) -> None:
    """Streamlit is slow where Keras is loaded, and all tests are collected in each process."""
    if "bench" not in file.parts:
        assert loads_keras(ast.parse(file.read_text(encoding="utf-8"))) == []


def test_imports_at_the_top_are_found() -> None:
    found = loads_keras(ast.parse("import keras\nfrom cnn_core.keras_model.read import x\ndef f():\n    import keras"))
    assert found == ["keras", "cnn_core.keras_model.read"]
