"""The files of docs/serving and the Dockerfile: valid by whoever would run them, and of one mind."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from folders import ROOT

SERVING = ROOT / "docs" / "serving"
COMPOSE: dict[str, Any] = yaml.safe_load((SERVING / "compose.yaml").read_text(encoding="utf-8"))
NGINX = (SERVING / "nginx.conf").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNITS = {path.name: path.read_text(encoding="utf-8") for path in SERVING.glob("*.service")}
PORTS = re.findall(r"server 127\.0\.0\.1:(\d+) ", NGINX)
HOME = "/opt/convscope"
"""Where the units expect the app."""

SYSTEMD = shutil.which("systemd-analyze")


@pytest.mark.process
@pytest.mark.skipif(SYSTEMD is None, reason="systemd is not installed")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_a_unit_as_it_is(name: str, tmp_path: Path) -> None:
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for program in re.findall(rf"{HOME}/\.venv/bin/(\w+)", UNITS[name]):
        shutil.copy("/bin/true", programs / program)
    unit = tmp_path / name.replace("@", "@8501")
    unit.write_text(UNITS[name].replace(HOME, str(tmp_path)), encoding="utf-8")
    done = subprocess.run(
        [str(SYSTEMD), "verify", "--man=no", "--recursive-errors=no", str(unit)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_nginx_the_containers_and_the_unit_speak_of_the_same_processes() -> None:
    apps = [one["environment"] for name, one in COMPOSE["services"].items() if name.startswith("app")]
    assert [app["STREAMLIT_SERVER_PORT"] for app in apps] == PORTS
    assert [app["CONVSCOPE_METRICS"] for app in apps] == [f"127.0.0.1:1{port}" for port in PORTS]
    ((shared, last),) = re.findall(r"convscope@(\d+)\{([\d,]+)\}", UNITS["convscope@.service"])
    assert [shared + one for one in last.split(",")] == PORTS
    (listens,) = re.findall(r"listen (\d+);", NGINX)
    assert COMPOSE["services"]["front"]["ports"] == [f"{listens}:{listens}"]


def test_containers_mount_and_join_what_the_file_declares() -> None:
    for name, service in COMPOSE["services"].items():
        for volume in service.get("volumes", []):
            place = volume.partition(":")[0]
            assert (SERVING / place).exists() if place.startswith(".") else place in COMPOSE["volumes"], name
        assert set(service.get("networks", [])) <= {"default", *COMPOSE["networks"]}
        assert not {"networks", "network_mode"} <= set(service)
        assert set(service.get("depends_on", [])) <= set(COMPOSE["services"])


def test_who_runs_in_the_containers_may_write_where_trainings_are_kept() -> None:
    app = COMPOSE["services"]["app1"]
    runs = app["environment"]["CONVSCOPE_RUNS"]
    assert [volume.partition(":")[2] for volume in app["volumes"]] == [runs]
    (person,) = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    # A new volume takes over from the image whose its place is.
    assert re.search(rf"install --directory --owner={person} {runs}\b", DOCKERFILE)


def test_settings_are_those_that_the_readme_explains() -> None:
    explained = re.findall(r"^\| `(CONVSCOPE_\w+)=`", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    files = "\n".join([*UNITS.values(), DOCKERFILE, (SERVING / "compose.yaml").read_text(encoding="utf-8")])
    assert set(re.findall(r"CONVSCOPE_\w+", files)) <= set(explained)
