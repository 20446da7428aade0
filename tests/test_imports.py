"""Who may import whom: app → pages → pages/ui → cnn_core → libraries, package by package, read with `ast`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OWN = ("app", "pages", "cnn_core")
FILES = sorted(path.relative_to(ROOT).as_posix() for name in OWN for path in ROOT.glob(f"{name}.py")) + sorted(
    path.relative_to(ROOT).as_posix() for name in OWN for path in (ROOT / name).rglob("*.py")
)

BELOW = {
    "sentences": "",
    "errors": "sentences",
    "data": "",
    "steps": "sentences",
    "arrays": "",
    "disposable": "",
    "layers": "errors sentences",
    "network": "errors sentences layers",
    "numerics": "errors sentences arrays layers",
    "explain": "errors sentences arrays layers network numerics",
    "pictures": "errors sentences data arrays disposable",
    "drawing": "errors sentences arrays pictures",
    "model_file": "errors sentences disposable layers network",
    "training": "errors sentences data arrays layers network pictures",
    "keras_model": "errors sentences steps arrays layers network numerics model_file training",
    "models": "errors sentences steps data arrays layers network numerics explain pictures drawing model_file "
    "keras_model",
    "processes": "errors sentences steps keras_model training models",
}
"""Which packages of the core each package may import, besides itself."""

LIBRARIES = {
    "jaxtyping": ("arrays",),
    "numpy": (
        "arrays",
        "numerics",
        "explain",
        "pictures",
        "drawing",
        "model_file",
        "training",
        "keras_model",
        "models",
        "processes.cluster",
    ),
    "PIL": ("pictures", "drawing"),
    "pillow_heif": ("pictures.coded_reader",),
    "plotly": ("drawing.figures",),
    "h5py": ("model_file.reader", "models.bundled_weights"),
    "onnx": ("model_file.onnx.reader", "model_file.onnx_export.graph", "model_file.onnx_export.file"),
    "cachetools": ("keras_model", "models", "processes.cluster", "processes.in_cluster"),
    "distributed": ("processes.cluster", "processes.in_cluster"),
    "keras": ("keras_model",),
    "tensorflow": ("keras_model",),
}
"""Which packages or modules of the core may import a library; no library stands in more places than it must."""

KERAS = ("keras", "tensorflow")
GROUND = (
    "ask",
    "draw",
    "convolution",
    "course",
    "design",
    "feature_maps",
    "home",
    "neuron",
    "pooling",
    "tasks",
    "train",
)
"""The packages of pages/ui; what stands in none of them is the ground on which all stand."""


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield what is imported anywhere, as dotted names; what only a type checker sees is left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)
        yield from imports(node)


def within(name: str, *packages: str) -> bool:
    """Say whether a dotted name is one of these or lies below one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def module_of(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def place(module: str, root: str) -> str:
    """Return the part of a dotted name right below `root`, the whole rest where it has only one."""
    return module.removeprefix(f"{root}.").split(".")[0]


def bad_core_import(module: str, name: str) -> str | None:
    """Return why a module of the core may not import `name`."""
    package, library = place(module, "cnn_core"), name.split(".")[0]
    if within(name, "cnn_core"):
        other = place(name, "cnn_core")
        if module == "cnn_core" or other in (package, "__version__", *BELOW[package].split()):
            return None
        return f"{package} stands below {other} or beside it"
    if library in sys.stdlib_module_names:
        return None
    if not within(module, *(f"cnn_core.{place}" for place in LIBRARIES.get(library, ()))):
        return f"{library} belongs elsewhere"
    return None


def bad_page_import(module: str, name: str) -> str | None:
    """Return why a module of pages/ui may not import `name`, one of pages."""
    if not within(name, "pages.ui"):
        return "what pages share imports no page"
    package, other = place(module, "pages.ui"), place(name, "pages.ui")
    allowed = {"ask": ("ask",), "draw": ("ask", "draw")}.get(package, ("ask", "draw", package))
    if other in GROUND and (package not in GROUND or other not in allowed):
        return f"{package} knows nothing of {other}"
    return None


def bad_import(file: str, name: str) -> str | None:
    """Return why `file` may not import `name`."""
    module = module_of(file)
    if name.startswith("."):
        return "imports are written out in full"
    if within(name, "keras.src"):
        return "a private part of Keras"
    if not within(name, *OWN) and any(part.startswith("_") and part != "__future__" for part in name.split(".")):
        return "a private name of another package"
    if within(module, "cnn_core"):
        return bad_core_import(module, name)
    if within(name, *KERAS):
        return "Keras belongs into cnn_core/keras_model"
    if within(module, "pages.ui") and within(name, "pages", "app"):
        return bad_page_import(module, name)
    if within(module, "pages") and within(name, "pages") and not within(name, "pages.ui"):
        return "a page imports no page"
    return None


def foreign_names(tree: ast.Module) -> set[str]:
    """Return the names under which other packages are known in a module; Python documents its own `os._exit`."""
    at_home = (*OWN, *sys.stdlib_module_names)
    return {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if not within(alias.name if isinstance(node, ast.Import) else node.module or "", *at_home)
    }


def bad_names(file: str, tree: ast.Module) -> Iterator[str]:
    """Yield the names that only one module may spell, and the private ones of other packages."""
    foreign = foreign_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name = node.attr
            owner = ast.unparse(node.value).split(".")[0]
            private = name.startswith("_") and not name.endswith("__")
            if owner in foreign and (private or ast.unparse(node) == "keras.src"):
                yield f"line {node.lineno}: {ast.unparse(node)} is private"
        elif isinstance(node, ast.alias | ast.Constant):
            name = node.name if isinstance(node, ast.alias) else str(node.value)
        else:
            continue
        if name == "session_state" and file != "pages/ui/state.py":
            yield f"line {node.lineno}: session_state belongs into pages/ui/state.py"
        if name in ("cache_data", "cache_resource") and file != "pages/ui/cached.py":
            yield f"line {node.lineno}: st.{name} belongs into pages/ui/cached.py"


def faults(file: str, source: str) -> list[str]:
    tree = ast.parse(source)
    reasons = [(name, bad_import(file, name)) for name in imports(tree)]
    return [f"{name}: {reason}" for name, reason in reasons if reason] + list(bad_names(file, tree))


@pytest.mark.parametrize("file", FILES)
def test_everybody_imports_in_one_direction(file: str) -> None:
    assert faults(file, (ROOT / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("cnn_core/pictures/read.py", "import streamlit as st"),
        ("cnn_core/pictures/read.py", "def f():\n    from pages.ui import state"),
        ("cnn_core/layers/shapes.py", "import numpy as np"),
        ("cnn_core/layers/shapes.py", "from cnn_core.pictures.read import read_image"),
        ("cnn_core/layers/shapes.py", "from cnn_core import network"),
        ("cnn_core/network/presets/course.py", "def f():\n    import plotly.graph_objects"),
        ("cnn_core/network/summary.py", "if True:\n    from PIL import Image"),
        ("cnn_core/layers/__init__.py", "from . import errors"),
        ("cnn_core/models/run.py", "def f():\n    import keras"),
        ("cnn_core/__init__.py", "from tensorflow import nn"),
        ("cnn_core/model_file/onnx/walking.py", "from onnx import helper"),
        ("pages/1_One.py", "def f():\n    import keras.layers"),
        ("app.py", "import tensorflow as tf"),
        ("pages/1_One.py", "import pages.Two"),
        ("pages/1_One.py", "from pages import Two"),
        ("pages/ui/waiting.py", "from pages.Home import x"),
        ("pages/ui/waiting.py", "import app"),
        ("pages/ui/waiting.py", "st.session_state['a'] = 1"),
        ("pages/1_One.py", "from streamlit import session_state"),
        ("pages/1_One.py", "getattr(st, 'session_state')"),
        ("pages/ui/state.py", "@st.cache_data\ndef f(): ..."),
        ("pages/ui/state.py", "from streamlit import cache_resource"),
        ("cnn_core/drawing/figures.py", "from plotly import _subplots"),
        ("cnn_core/drawing/figures.py", "import plotly._subplots"),
        ("cnn_core/drawing/figures.py", "import plotly\nplotly._x()"),
        ("cnn_core/keras_model/build.py", "from keras.src import layers"),
        ("cnn_core/keras_model/build.py", "import keras\nkeras.src.layers"),
    ],
)
def test_every_rule_finds_its_fault(file: str, source: str) -> None:
    assert len(faults(file, source)) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("cnn_core/layers/shapes.py", "from cnn_core import layers\nfrom math import prod"),
        ("cnn_core/models/run.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import keras"),
        ("cnn_core/keras_model/build.py", "import keras\nimport numpy as np\nkeras.utils.x\nnp.__version__"),
        ("pages/ui/state.py", "st.session_state"),
        ("pages/ui/cached.py", "@st.cache_resource(max_entries=1)\ndef f(): ..."),
        ("pages/1_One.py", "from pages.ui.text import _\nfrom __future__ import annotations\nimport os\nos._exit(0)"),
    ],
)
def test_no_rule_finds_too_much(file: str, source: str) -> None:
    assert faults(file, source) == []


def test_all_files_are_read() -> None:
    assert {
        "app.py",
        "cnn_core/layers/shapes.py",
        "cnn_core/network/presets/courses.py",
        "cnn_core/keras_model/build.py",
    } < set(FILES)
    assert {place(module_of(file), "cnn_core") for file in FILES if file.startswith("cnn_core/")} == {
        "cnn_core",
        *BELOW,
    }
    assert {file.split("/")[2] for file in FILES if file.startswith("pages/ui/") and file.count("/") > 2} == set(GROUND)


@pytest.mark.parametrize(
    "statement",
    [
        "import cnn_core; from cnn_core import Network, summarize",
        "from cnn_core import summarize; from cnn_core.network.presets import preset; "
        "summarize(preset('mnist').make()).to_text()",
        "from cnn_core import Network; Network.from_json(Network(()).to_json())",
    ],
)
def test_counting_loads_no_library(statement: str) -> None:
    heavy = ("numpy", "keras", "tensorflow", "streamlit", "plotly", "PIL", "pandas", "h5py", "onnx")
    program = f"import sys; {statement}; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("[]\n", "")
