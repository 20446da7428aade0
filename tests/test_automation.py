"""What runs without us: the workflow, the hooks before a commit and the container say the same as the Makefile."""

import re
import shlex
from pathlib import Path
from typing import Any

import yaml
from folders import ROOT

MAKEFILE = re.sub(r"\\\n\s*", "", (ROOT / "Makefile").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def parsed(file: str) -> Any:
    return yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))


def made(name: str) -> str:
    """Return the value of a variable of the Makefile, with the variables in it."""
    found = re.search(rf"^{name} [:?]?= *(.*)$", MAKEFILE, re.MULTILINE)
    assert found, name
    return re.sub(r"\$\((\w+)\)", lambda inner: made(inner[1]), found[1])


def steps(job: str) -> list[dict[str, Any]]:
    return list(parsed(".github/workflows/ci.yml")["jobs"][job]["steps"])


def test_ci_runs_what_a_desk_runs_with_every_python_that_fits() -> None:
    job = parsed(".github/workflows/ci.yml")["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == re.findall(r"python(3\.\d+)", made("CANDIDATES"))[::-1]
    assert [step["run"] for step in steps("test") if "run" in step] == ["bash .ci/run"]
    assert "exec make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_coverage_is_measured_by_a_target_and_kept_from_where_it_writes_it() -> None:
    assert [step["run"].split()[:2] for step in steps("coverage") if "run" in step] == [["make", "coverage"]]
    assert steps("coverage")[-1]["with"]["path"] == ".cache/coverage"


def test_every_step_of_others_is_of_a_stated_version() -> None:
    used = [step["uses"] for job in ("test", "coverage") for step in steps(job) if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@v\d+", action)] == []


def test_a_commit_waits_for_what_make_check_lints_with() -> None:
    (local,) = parsed(".pre-commit-config.yaml")["repos"]
    assert [hook["entry"] for hook in local["hooks"]] == shlex.split(made("LINT"))


def test_the_container_serves_on_the_port_it_shows() -> None:
    port = made("PORT")
    assert f"EXPOSE {port}\n" in DOCKERFILE
    assert re.findall(r"127\.0\.0\.1:(\d+)/_stcore/health", DOCKERFILE) == [port]
    assert f'"--server.port", "{port}"]' in DOCKERFILE


def test_the_container_has_a_python_that_is_tested_and_everything_in_one_version() -> None:
    (version,) = re.findall(r"^FROM python:(\d+\.\d+)\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)
    assert version in parsed(".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert "\nARG LOCK=requirements.lock\n" in DOCKERFILE
    assert " -r ${LOCK}\n" in DOCKERFILE


def test_the_container_runs_as_nobody_special() -> None:
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE) == ["convscope"]
    assert DOCKERFILE.index("USER convscope") < DOCKERFILE.index('CMD ["python", "-m", "streamlit"')


def test_the_container_gets_what_the_app_reads() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1:]
    kept = [rule[1:] for rule in rules if rule.startswith("!")]
    left_out = [rule for rule in rules[1:] if not rule.startswith("!")]
    assert rules[0] == "*"
    read = ("app.py", "requirements.lock", ".streamlit/config.toml", "assets/icon.svg")
    folders = ("cnn_core", "pages", "assets/components", "assets/lessons", "assets/catalogues")
    assert [name for name in (*read, *folders) if not lies_in(name, kept) or lies_in(name, left_out)] == []
    assert [name for name in (*read, *folders) if not (ROOT / name).exists()] == []


def lies_in(name: str, places: list[str]) -> bool:
    return any(Path(name).is_relative_to(place) for place in places)
