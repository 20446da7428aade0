"""Importing the core and what the Design page needs, against importing Keras; each in a process of its own."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

from bench.measure import Goal, Result, in_turns

GOAL = Goal("import the core and the Design page's modules", "import Keras", faster=10)
ROUNDS = 7

_ROOT = Path(__file__).resolve().parents[2]
_PAGE = _ROOT / "pages" / "2_Design_a_network.py"
_HEAVY = ("tensorflow", "keras")
_SCRIPT = f"""
import json, sys, time
import streamlit
began = time.perf_counter()
exec(sys.argv[1])
print(json.dumps([time.perf_counter() - began, [name for name in {_HEAVY} if name in sys.modules]]))
"""


def measure() -> Result:
    """Import both in turns, and look whether ours brought TensorFlow in."""
    ours, heavy = _imports_of_ours(), set[str]()

    def import_ours() -> float:
        took, loaded = _fresh(ours)
        heavy.update(loaded)
        return took

    pairs = in_turns(import_ours, lambda: _fresh("import keras")[0], ROUNDS)
    said = f"loaded by ours: {', '.join(sorted(heavy))}" if heavy else "ours loads no TensorFlow"
    note = f"Streamlit itself is imported before, in both; {said}"
    return pairs.result(GOAL, note, (pairs.spread(GOAL),), fine=not heavy)


def _imports_of_ours() -> str:
    """Return import statements: every module of the core that needs no Keras, then those at the top of the page."""
    files = (file.relative_to(_ROOT) for file in sorted((_ROOT / "cnn_core").rglob("*.py")))
    core = ["import " + ".".join(file.with_suffix("").parts) for file in files if "keras_model" not in file.parts]
    tree = ast.parse(_PAGE.read_text(encoding="utf-8"))
    page = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join([*core, *page])


def _fresh(statements: str) -> tuple[float, list[str]]:
    """Return how long the imports take in a new process, and which heavy packages are loaded afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", _SCRIPT, statements]
    asked = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False)
    if asked.returncode:
        raise RuntimeError(asked.stderr[-2000:])
    took, loaded = json.loads(asked.stdout.splitlines()[-1])
    return took, loaded
