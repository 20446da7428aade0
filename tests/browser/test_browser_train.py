"""The page Train in a real browser: a network learns while one looks on, from shapes and from pictures of one's own."""

import io
import re
import secrets
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from browsing import OpenPage, no_traceback, visit, wait_idle
from feature_maps_page import is_complete
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect
from serving import AppServer

from cnn_core.data import DATA
from cnn_core.training.course_plans import digits_plan
from cnn_core.training.records import Begun, Ended, EpochEnd, Saved, Stage
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.sets.sources import Shipped
from cnn_core.training.sets.split import Split
from cnn_core.training.store import runs_folder

pytestmark = pytest.mark.browser

LONGEST = 60_000
"""Milliseconds for anything: a training process imports TensorFlow first, and the cores may have other tests to do."""
SMALL = "/Train?train_on=shapes&per_class=40&picture_side=16&train_epochs=200"


def progress(page: Page) -> Locator:
    """Return what says how far the run is."""
    return page.locator(".st-key-run_clock .clock p")


def train(page: Page) -> None:
    page.get_by_role("button", name="Train", exact=True).click()


def test_shapes_are_trained_paused_resumed_stopped_and_found_again(page: Page) -> None:
    visit(page, SMALL)
    train(page)
    expect(progress(page)).to_contain_text(re.compile(r"Epoch \d+ of 200, batch"), timeout=LONGEST)
    page.get_by_role("button", name="Pause").click()
    expect(progress(page)).to_contain_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(progress(page)).to_contain_text(re.compile(r"Epoch \d+ of 200, batch"))
    # Dots for the training, a line for the validation, in both charts.
    expect(page.locator(".curves .chart").nth(1).locator("circle.dot").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped. What was learned is kept")).to_be_visible(timeout=LONGEST)
    page.reload()
    expect(page.get_by_text("Stopped. What was learned is kept")).to_be_visible()
    expect(page.locator(".curves .chart").first.locator("circle.dot").first).to_be_visible()
    expect(page.get_by_role("button", name="Go on")).to_be_enabled()
    # The browser remembers who began it, also where no address names the run.
    visit(page, "/Train?train_part=compare")
    expect(page.get_by_text("So far you have one run")).to_be_visible()
    no_traceback(page)


def pictures(name: str, level: int) -> list[FilePayload]:
    """Return eight noisy pictures of about this brightness as files."""
    chance = np.random.default_rng(level)
    files: list[FilePayload] = []
    for number in range(8):
        out = io.BytesIO()
        Image.fromarray(chance.integers(level, level + 60, (48, 48, 3), np.uint8)).save(out, "PNG")
        files.append({"name": f"{name}_{number}.png", "mimeType": "image/png", "buffer": out.getvalue()})
    return files


def test_two_classes_by_upload_are_learned_by_transfer_and_opened(page: Page) -> None:
    visit(page, "/Train?train_on=own&train_network=transfer&dropout=0.5&train_epochs=4")
    for number, (name, level) in enumerate([("dark", 10), ("light", 180)]):
        field = page.get_by_label("Name of the class").nth(number)
        field.fill(name)
        field.press("Enter")
        wait_idle(page)
        page.locator('input[type="file"]').nth(number).set_input_files(pictures(name, level))
        expect(page.get_by_text("8 pictures")).to_have_count(number + 1)
    expect(page.locator(".cs-pictures")).to_contain_text("dark", timeout=LONGEST)
    train(page)
    expect(page.get_by_text(re.compile("of 4 test pictures right"))).to_be_visible(timeout=LONGEST)
    page.get_by_text("Afterwards", exact=True).click()
    expect(page.locator(".cs-shares")).to_contain_text("light", timeout=LONGEST)
    page.get_by_role("button", name="Open in Feature maps").click()
    page.wait_for_url(re.compile("/Feature_maps"))
    is_complete(page)
    expect(page.locator(".st-key-answer")).to_contain_text(re.compile("dark|light"))
    no_traceback(page)


def test_a_browser_names_the_files_of_a_folder_by_their_paths(page: Page, tmp_path: Path) -> None:
    """From which the classes are read."""
    for name, level in (("dark", 10), ("pale", 180)):
        (tmp_path / "set" / name).mkdir(parents=True)
        for file in pictures(name, level):
            (tmp_path / "set" / name / file["name"]).write_bytes(file["buffer"])
    visit(page, "/Train?train_on=own")
    page.locator(".st-key-own_folder input[type=file]").set_input_files(tmp_path / "set")
    for name in ("dark", "pale"):
        expect(page.locator(".st-key-own_folder")).to_contain_text(f"set/{name}/{name}_0.png", timeout=LONGEST)
    no_traceback(page)


@pytest.fixture
def ready_run() -> str:
    """Leave a run that has ended, with the bundled model of digits for what was trained; return its id."""
    key = secrets.token_urlsafe(12)
    folder = RunFolder(runs_folder() / "fits" / key)
    plan = digits_plan(Shipped("mnist_small"), Split(0.1, 0.2))
    folder.make(replace(plan, epochs=1), {"person": "somebody", "made": 0.0})
    copyfile(DATA / "models" / "mnist.keras", folder.model)
    parts = {"train": 3_000, "validation": 1_000, "test": 1_000}
    folder.write(Begun(Stage.SCRATCH, 0, 1_101_526, 0, 24, parts, tuple("0123456789")))
    folder.write(EpochEnd(1, 0.5, 0.85, 0.25, 0.9, 3.0, 0.001))
    folder.write(Saved(folder.model.name, 1))
    folder.write(Ended(complete=True))
    return key


def test_what_was_trained_is_tried_on_the_live_camera(
    ready_run: str, open_page: OpenPage, app_server: AppServer
) -> None:
    page = open_page(app_server, pictures_pass=True)
    visit(page, f"/Train?run={ready_run}&train_part=after")
    tried = page.get_by_alt_text("The input of the network")
    expect(tried).to_be_visible(timeout=LONGEST)
    page.get_by_role("radio", name="Camera").click()
    page.get_by_text("Live", exact=True).click()
    expect(page.locator(".camera")).to_contain_text("per second. Nothing is stored.", timeout=LONGEST)
    for _ in range(3):  # the browser's own camera shows a disc that moves
        expect(tried).not_to_have_attribute("src", str(tried.get_attribute("src")))
    expect(page.locator(".cs-shares .number")).to_have_count(10)
    page.get_by_role("radio", name="Sample").click()
    expect(page.locator(".camera")).to_have_count(0)
    expect(tried).to_be_visible()
    no_traceback(page)
