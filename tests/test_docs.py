"""What README, ARCHITECTURE and CONTRIBUTING say: their code runs, and what they name is there."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
import tomllib

import pytest
from folders import ROOT

from cnn_core.data import DATA
from cnn_core.layers import KINDS
from cnn_core.model_file.graph import MOST_VALUES
from cnn_core.models.bundled import bundled_model
from cnn_core.network.presets import PRESETS
from cnn_core.network.replacing import Replacement
from cnn_core.numerics.reductions.ways import Reduction
from pages.ui import frame
from pages.ui.pooling.band import BAND

DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
SOURCES = ("app.py", "Makefile", "docs/serving/*", "pages/**/*.py", "cnn_core/**/*.py", "tests/**/*.py")
CODE = "\n".join(path.read_text(encoding="utf-8") for pattern in SOURCES for path in sorted(ROOT.glob(pattern)))

BASES = tuple(ROOT / folder for folder in (".", "cnn_core", "pages/ui", "pages"))
"""A path may be said from here."""
MADE = (".venv", "test-artifacts/", ".cache/coverage/index.html", "pages/5_Its_title.py")
"""Made by a command, or an example of what somebody may add."""
TITLES_IN_README = {
    "mnist": "the course's MNIST",
    "mnist_augmented": "the course's MNIST",
    "cats_dogs": "cats-and-dogs",
    "cats_dogs_augmented": "cats-and-dogs",
    "pattern_three_pools": "the course's patterns",
    "pattern_two_dense": "the course's patterns",
    "pattern_three_convolutions": "the course's patterns",
    "pattern_three_pools_two_dense": "the course's patterns",
    "lenet_5": "LeNet-5",
    "alexnet": "AlexNet",
    "vgg16": "VGG16",
    "tiny_vgg": "Tiny VGG",
    "cifar10": "Tiny VGG for CIFAR-10",
    "resnet_20": "ResNet-20",
    "mobilenet_v2": "MobileNetV2",
}

each_document = pytest.mark.parametrize("document", DOCUMENTS)


def one_line(text: str) -> str:
    return " ".join(text.split())


def spans(document: str) -> list[str]:
    """Return what stands between backticks, fenced blocks left out."""
    return [one_line(span) for span in re.findall(r"`([^`]+)`", FENCE.sub("", TEXTS[document]))]


def commands(document: str) -> list[str]:
    """Return every call of make: between backticks and in fenced blocks."""
    blocks = [line for _, block in FENCE.findall(TEXTS[document]) for line in block.splitlines()]
    return [said for said in [*spans(document), *blocks] if re.match(r"make( |$)", said)]


# Code ---------------------------------------------------------------------------------------------------------------


@pytest.mark.keras
def test_the_code_of_readme_prints_what_its_comments_say() -> None:
    (block,) = [code for language, code in FENCE.findall(TEXTS["README.md"]) if language == "python"]
    promised = re.findall(r"^print\(.*\)  # (.*)$", block, re.MULTILINE)
    assert len(promised) == 2
    known: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(block, "README.md", "exec"), known)
    assert printed.getvalue().splitlines() == promised
    model, summary = known["model"], known["summary"]
    assert model.count_params() == summary.parameters  # type: ignore[attr-defined]
    assert [tuple(layer.output.shape[1:]) for layer in model.layers] == [  # type: ignore[attr-defined]
        row.output_shape
        for row in summary.rows  # type: ignore[attr-defined]
    ]


def test_counting_needs_no_library_as_readme_says() -> None:
    (block,) = [code for language, code in FENCE.findall(TEXTS["README.md"]) if language == "python"]
    assert "# no Keras, no NumPy" in block
    counting = block[: block.index("\nmodel = ")].replace(
        ", build_model, network_from_keras, feature_maps, read_image", ""
    )
    program = f"{counting}\nimport sys\nassert not {{'numpy', 'keras', 'tensorflow'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)


# Commands -----------------------------------------------------------------------------------------------------------


def targets() -> dict[str, bool]:
    """Return every target of the Makefile that is asked for by name, and whether `make help` tells of it."""
    (names,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    return {name: re.search(rf"^{name}:.*## ", MAKEFILE, re.MULTILINE) is not None for name in names.split()}


@each_document
def test_every_command_is_there(document: str) -> None:
    known = targets()
    for command in commands(document):
        words = re.sub(r'"[^"]*"', "x", command).split()[1:]
        assert [word for word in words if "=" not in word and not known[word]] == [], command
        named = [word.split("=")[0] for word in words if "=" in word]
        assert [name for name in named if not re.search(rf"\b{name}\b", MAKEFILE)] == [], command


def test_every_command_that_help_tells_of_is_explained_to_contributors() -> None:
    explained = {command.split()[1] for command in commands("CONTRIBUTING.md") if " " in command}
    assert {name for name, told in targets().items() if told} - explained == {"help"}


def test_help_tells_of_all_that_is_asked_for_by_name() -> None:
    asked = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [name for name, told in targets().items() if told and f"\n  {name} " not in asked] == []


@each_document
def test_rows_of_the_bench_are_rows(document: str) -> None:
    from bench import run

    rows = [row for said in re.findall(r'ROWS="?([\w ]+)"?`', TEXTS[document]) for row in said.split()]
    assert [row for row in rows if row not in run.ROWS] == []


def test_settings_are_read_and_every_setting_is_documented() -> None:
    documented = set(re.findall(r"CONVSCOPE_\w+", "\n".join(TEXTS.values())))
    served = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pages").rglob("*.py"))
    assert documented - set(re.findall(r'environ\.get\("(CONVSCOPE_\w+)"', CODE)) == set()
    assert set(re.findall(r"CONVSCOPE_\w+", served)) - documented == set()


# Places and names ---------------------------------------------------------------------------------------------------


@each_document
def test_every_link_leads_somewhere(document: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXTS[document]) if not link.startswith("https://")]
    assert [link for link in links if not (ROOT / link).exists()] == []


@each_document
def test_every_path_is_there(document: str) -> None:
    paths = [
        span for span in spans(document) if re.fullmatch(r"[\w.-]*(/[\w.<>-]*)+|\w[\w-]*\.(py|txt|toml|lock)", span)
    ]
    missing = [path for path in paths if path not in MADE and not lies_somewhere(path.replace("<code>", "ko"))]
    assert missing == []


def lies_somewhere(path: str) -> bool:
    by_itself = "/" not in path and any(True for _ in ROOT.glob(f"*/**/{path}"))
    return by_itself or any((base / path).exists() for base in BASES)


@each_document
def test_every_name_of_the_code_is_in_the_code(document: str) -> None:
    names = [span.removesuffix("()") for span in spans(document) if re.fullmatch(r"[A-Za-z_][\w.]*(\(\))?", span)]
    last = {name.rpartition(".")[2] for name in names if not name.endswith((".py", ".md", ".txt", ".toml", ".lock"))}
    assert [name for name in sorted(last) if name and not re.search(rf"\b{name}\b", CODE)] == []


def test_the_tree_of_architecture_is_that_of_the_folders() -> None:
    tree = FENCE.findall(TEXTS["ARCHITECTURE.md"])[0][1]
    drawn: set[str] = set()
    above: list[str] = []
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = re.split(r"\s{2,}", line.strip())[0].split()
        del above[depth:]
        drawn |= {"".join([*above, name]) for name in names}
        above.append(names[-1])
    assert [path for path in drawn if not (ROOT / path).exists()] == []
    packages = {
        path.parent.relative_to(ROOT) for top in ("cnn_core", "pages/ui") for path in ROOT.glob(f"{top}/**/*.py")
    }
    assert {f"{package.as_posix()}/" for package in packages} - drawn == set()


def test_readme_introduces_every_page_under_its_title() -> None:
    told = re.findall(r"^\*\*([^*]+)\.\*\*", TEXTS["README.md"], re.MULTILINE)
    assert sorted(told) == sorted(page.title for page in frame.PAGES if page is not frame.HOME)


def test_readme_names_every_preset() -> None:
    assert list(TITLES_IN_README) == [preset.key for preset in PRESETS]
    assert [title for title in TITLES_IN_README.values() if title not in one_line(TEXTS["README.md"])] == []


@each_document
def test_every_layer_kind_that_is_named_is_one(document: str) -> None:
    named = [span for span in spans(document) if re.fullmatch(r"[A-Z]\w+[23]D\w*|[A-Z]\w+Normalization", span)]
    assert [name for name in named if name not in KINDS] == []


# Figures ------------------------------------------------------------------------------------------------------------


def settings_of_the_server() -> dict[str, int]:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    return dict(config["server"])


def of_a_fresh_process(expression: str) -> str:
    """Return what the app would take where nobody set anything."""
    unset = {name: value for name, value in os.environ.items() if not name.startswith("CONVSCOPE_")}
    program = (
        "from cnn_core.models import kept_files; from cnn_core.training import store; "
        f"from pages.ui import compute, jobs, memory, runs; print({expression})"
    )
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=unset, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_figures_of_readme_are_those_of_the_code() -> None:
    readme = one_line(TEXTS["README.md"])
    words = {5: "five", 10: "Ten"}
    for model, pictures in (("cifar10", "test pictures of CIFAR-10"), ("mnist", "test digits")):
        record = json.loads((DATA / "models" / f"{model}.json").read_text(encoding="utf-8"))["record"]
        assert f"({record['test_accuracy'] * 100:.2f}% on the 10,000 {pictures}, measured by us)" in readme
    (published,) = re.findall(r"([\d.]+)% on 50,000", bundled_model("mobilenet_v2").about)
    assert f"({published}% top-1 as published)" in readme
    assert f"{words[len(Reduction)]} methods of making one input smaller" in readme
    assert f"one network trained with {words[len(Replacement)]} methods" in readme
    assert f"middle {BAND} rows" in readme
    assert MOST_VALUES == 2**29
    assert "exceed 2²⁹ values" in readme
    assert f"Files of more than {settings_of_the_server()['maxUploadSize']} MB" in readme
    assert f"http://localhost:{re.findall(r'^PORT .= (.*)$', MAKEFILE, re.MULTILINE)[0]}" in readme


@pytest.mark.process
def test_settings_that_nobody_set_are_those_of_readme() -> None:
    processes, worker_memory, own_memory, work, trainings, run_seconds, runs_kept, kept, files = of_a_fresh_process(
        "compute.WORKERS, f'{compute.MEMORY_MEGABYTES:,}', memory.MEGABYTES, f'{compute.WORK_SECONDS:g}', "
        "jobs.AT_ONCE, f'{runs.LIMIT_SECONDS:,}', runs.MOST_KEPT, "
        "f'{store.most_bytes() // 2**20:,}', f'{kept_files.most_bytes() // 2**20:,}', sep='|'"
    ).split("|")
    table = dict(re.findall(r"^\| `(CONVSCOPE_\w+)=` \| .*: (.*) \|$", TEXTS["README.md"], re.MULTILINE))
    several = "two, or one on a single processor"
    assert (int(processes), int(trainings)) == (min(2, os.cpu_count() or 1),) * 2
    assert table == {
        "CONVSCOPE_METRICS": "nothing is told",
        "CONVSCOPE_LOG": "plain lines",
        "CONVSCOPE_SCHEDULER": "none, so processes on this machine do",
        "CONVSCOPE_WORKERS": several,
        "CONVSCOPE_WORKER_MEMORY_MB": worker_memory,
        "CONVSCOPE_MEMORY_MB": own_memory,
        "CONVSCOPE_WORK_SECONDS": work,
        "CONVSCOPE_MODEL_FILES_MB": files,
        "CONVSCOPE_TRUST_PROXY": "not set",
        "CONVSCOPE_TRAININGS": several,
        "CONVSCOPE_RUN_SECONDS": run_seconds,
        "CONVSCOPE_RUNS_KEPT": runs_kept,
        "CONVSCOPE_RUNS": "below the temporary folder",
        "CONVSCOPE_RUNS_MB": kept,
    }


def test_the_pythons_that_are_named_are_those_that_fit() -> None:
    (first, last) = re.findall(r"\((\d, \d+)\)", re.findall(r"^FITS := (.*)$", MAKEFILE, re.MULTILINE)[0])
    lowest, highest = first.replace(", ", "."), last.replace(", ", ".")
    assert f"Python {lowest}, 3.12 or {highest}" in TEXTS["README.md"]
    assert f"Python {lowest} to {highest}" in TEXTS["CONTRIBUTING.md"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={lowest}"
