"""The core as a wheel: what is in it, and that it answers where nothing else of this folder is."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from folders import ROOT

import cnn_core

pytestmark = pytest.mark.process

CORE = ROOT / "cnn_core"
NEEDED_TO_BUILD = ("pyproject.toml", "README.md", "LICENSE", "assets/CREDITS.md")
ANSWERS = """
import sys
from importlib.metadata import version
import cnn_core
from cnn_core.models.bundled import BUNDLED, bundled_network, class_names, model_path
from cnn_core.pictures.samples import SAMPLES, sample_bytes
from cnn_core.training.data import training_set
from cnn_core.training.study import recorded_study

for sample in SAMPLES:
    assert cnn_core.read_image(sample_bytes(sample.key)).pixels.ndim == 3
for model in BUNDLED:
    network = bundled_network(model.key)
    outputs = cnn_core.summarize(network).rows[-1].output_shape
    assert outputs == (len(class_names(model.key)),) and model_path(model.key).stat().st_size
    print(model.key, cnn_core.summarize(network).parameters)
assert len(training_set("fashion_mnist_small").train) and recorded_study()
assert not {"streamlit", "keras", "tensorflow"} & set(sys.modules)
print(cnn_core.__file__)
print(version("convscope"), cnn_core.__version__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, so that nothing is left in the folder."""
    copy, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copytree(CORE, copy / "cnn_core", ignore=shutil.ignore_patterns("__pycache__"))
    for name in NEEDED_TO_BUILD:
        (copy / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    # What the wheel must not take along.
    (copy / "pages").mkdir()
    (copy / "pages" / "__init__.py").touch()
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(made), str(copy))
    (path,) = made.iterdir()
    return path


def pip(command: str, *arguments: str) -> None:
    """Run pip without network: what it needs is installed."""
    quiet = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index")
    done = subprocess.run([sys.executable, "-m", "pip", command, *quiet, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_has_the_core_with_its_data_and_nothing_else(wheel: Path) -> None:
    names = [name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name]
    files = [path for path in CORE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sorted(names) == sorted(path.relative_to(ROOT).as_posix() for path in files)
    assert "cnn_core/py.typed" in names


def test_the_installed_core_answers_in_a_foreign_folder(wheel: Path, tmp_path: Path) -> None:
    library, foreign = tmp_path / "library", tmp_path / "foreign"
    foreign.mkdir()
    pip("install", "--target", str(library), str(wheel))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ANSWERS],
        cwd=foreign,
        env={**os.environ, "PYTHONPATH": str(library)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    cifar10, mnist, mobilenet, place, versions = done.stdout.splitlines()
    assert (cifar10, mnist, mobilenet) == ("cifar10 9420", "mnist 1101526", "mobilenet_v2 3538984")
    assert Path(place).is_relative_to(library)
    assert versions == f"{cnn_core.__version__} {cnn_core.__version__}"
