"""A class at the server, by Streamlit's protocol: nobody meets an error, waits in vain or loses what was given."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import psutil
from dask_machines import Machines
from load.pictures import photograph
from load.run import teach
from load.student import Student
from serving import AppServer, running_app
from streamlit.proto.BackMsg_pb2 import BackMsg

from cnn_core.pictures.read import MAX_SIDE_KEPT
from pages.ui import memory

Result = TypeVar("Result")

COVERING = "Covering one patch after another."
DIED = "The process that runs the model has stopped"
SESSIONS = 12
SECONDS = 180
"""TensorFlow may be starting."""


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread of its own: the browser of other tests has the loop of this one."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, coroutine).result()


def test_a_class_with_more_pictures_than_are_kept_is_served_and_leaves_no_work_behind(app_server: AppServer) -> None:
    assert SESSIONS * 1024 * 768 * 3 * 4 > memory.DECODED >= MAX_SIDE_KEPT**2 * 3 * 4
    lesson = run(teach(app_server, SESSIONS, seconds=12, think=3, stay=1))
    assert not lesson.errors
    assert lesson.stalled == 0
    assert all(len(waits.seconds) >= SESSIONS for waits in lesson.waits[1:5]), lesson.report(SESSIONS)
    assert is_soon_idle(app_server), "the workers go on with what nobody waits for"


def is_soon_idle(server: AppServer) -> bool:
    """Return whether the workers come to rest: everybody has left, and only what had begun may go on."""
    for _ in range(10):
        before = cpu_seconds(server)
        time.sleep(1)
        if cpu_seconds(server) - before < 0.2:
            return True
    return False


def cpu_seconds(server: AppServer) -> float:
    return float(sum(sum(psutil.Process(worker.pid).cpu_times()[:2]) for worker in server.workers()))


async def with_a_picture(server: AppServer, seed: int, act: Callable[[Student], Awaitable[None]]) -> None:
    """Let a student give a picture of their own and go on."""
    async with asyncio.timeout(SECONDS):
        student = await Student.at(server.url, "Feature_maps")
        await student.open()
        await student.give("mine", photograph(seed))
        await act(student)
        await student.leave()


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.05)


def network(student: Student) -> dict[str, Any]:
    drawn = student.find("network")
    assert drawn is not None
    return drawn.data


def layers(student: Student) -> list[str]:
    return [node["layer"] for node in network(student)["nodes"]]


def titles(student: Student) -> set[str]:
    """Return what the popovers of the page are called: one has the name of the picture."""
    return {one.element.popover.label for one in student.drawn.values() if one.kind == "block"}


def test_who_was_offline_comes_back_to_the_picture_that_was_given(app_server: AppServer) -> None:
    async def act(student: Student) -> None:
        before, session = network(student)["nodes"], student.session
        await student.come_back()
        assert student.session == session
        assert "mine" in titles(student)
        assert network(student)["nodes"] == before

    run(with_a_picture(app_server, 4001, act))


def test_a_stranger_who_clears_all_caches_takes_nothing_from_others(app_server: AppServer) -> None:
    async def act(student: Student) -> None:
        stranger = await Student.at(app_server.url, "Feature_maps")
        await stranger.open()
        await stranger.connection.send(BackMsg(clear_cache=True).SerializeToString())
        await stranger.again()  # nor is what the stranger sees an error
        await student.pick_layer(layers(student)[2])
        await student.again()
        assert "mine" in titles(student)
        assert network(student)["selected"] == layers(student)[2]
        await stranger.leave()

    run(with_a_picture(app_server, 4002, act))


def test_twenty_clicks_a_second_end_at_the_last(app_server: AppServer) -> None:
    async def act(student: Student) -> None:
        names = layers(student)
        for number in range(20):
            await student.click("network", "pick", names[1 + number % 5])
            await asyncio.sleep(0.05)
        await student.click("network", "pick", names[1])
        while network(student)["selected"] != names[1]:
            await student.again()

    run(with_a_picture(app_server, 4003, act))


def test_two_tabs_have_each_their_own_picture(app_server: AppServer) -> None:
    async def act(student: Student) -> None:
        other = await Student.at(app_server.url, "Feature_maps")
        await other.open()
        await other.give("another", photograph(4005))
        await student.again()
        assert ("mine" in titles(student), "mine" in titles(other)) == (True, False)
        assert network(student)["nodes"] != network(other)["nodes"]
        await other.leave()

    run(with_a_picture(app_server, 4004, act))


def test_streamlit_s_own_stop_takes_nothing_from_an_occlusion_that_is_under_way(app_server: AppServer) -> None:
    async def act(student: Student) -> None:
        occluding = await Student.at(app_server.url, "Feature_maps")
        occluding.query = "ask=decision&method=occlusion"
        workers = app_server.workers()  # which have answered the other
        assert workers
        for worker in workers:
            worker.suspend()
        try:
            await occluding.run()
            while occluding.clocks[0].data["seconds"] < 1:
                await occluding.look()
            waited = occluding.clocks[0].data["seconds"]
            while occluding.clocks:  # a run that came to its end waits again
                await occluding.cut_short()
            await student.again()  # others notice nothing
            await occluding.run()
            assert occluding.saying.startswith(COVERING)
            assert occluding.clocks[0].data["seconds"] > waited  # it is the same that is under way
        finally:
            for worker in workers:
                worker.resume()
        await occluding.until_complete()
        (told,) = (text for text in texts(occluding) if "patches covered" in text)
        done, count = told.split()[0], told.split()[2]
        assert (done, occluding.alerts) == (count, [])
        await occluding.leave()

    run(with_a_picture(app_server, 4006, act))


def texts(student: Student) -> list[str]:
    """Return the paragraphs and captions of the page."""
    return [one.element.body for one in student.drawn.values() if one.kind == "markdown"]


def test_a_class_goes_on_when_a_worker_is_killed_and_when_the_server_is(tmp_path: Path) -> None:
    """Of a worker's end hears who was being answered, by one sentence; of the server's nobody who comes back."""
    run(_killed(tmp_path))


async def _killed(folder: Path) -> None:
    with running_app(folder, CONVSCOPE_WORKERS="1") as server:
        students = [await Student.at(server.url, "Feature_maps") for _ in range(3)]
        for student in students:
            await student.open()
        giving = [asyncio.create_task(one.give("mine", photograph(4010 + i))) for i, one in enumerate(students)]
        await until(lambda: all(student.saying for student in students))
        first = await _killed_worker(server)  # it may still warm up, and then nobody was being answered
        await _killed_worker(server, first)
        await asyncio.gather(*giving)
        met = [student for student in students if student.alerts]
        assert [[DIED in said for said in student.alerts] for student in met] in ([[True]], [[True], [True]])
        for student in met:
            await student.press("Try again")
        for number, student in enumerate(students):
            assert (student.alerts, "mine" in titles(student)) == ([], True)
            await student.pick_layer(layers(student)[1 + number])
        server.kill()
    assert "Traceback" not in server.read_log()
    again = folder / "again"
    again.mkdir()
    with running_app(again, server.port, CONVSCOPE_WORKERS="1") as server:
        for number, student in enumerate(students):
            await student.come_back()
            assert student.alerts == []
            assert network(student)["selected"] == layers(student)[1 + number]
            await student.leave()
        assert "Traceback" not in server.read_log()


async def _killed_worker(server: AppServer, before: int = 0) -> int:
    """Kill -9 the worker that there is, another than the one before, and return its number."""
    await until(lambda: {worker.pid for worker in server.workers()} - {before})
    (worker,) = (worker for worker in server.workers() if worker.pid != before)
    worker.kill()
    return int(worker.pid)


def test_a_page_on_a_cluster_shows_what_it_shows_on_this_machine(app_server: AppServer, tmp_path: Path) -> None:
    machines = Machines(tmp_path)
    machines.start_scheduler()
    machines.start_workers(1, memory="3GB")
    try:
        with running_app(tmp_path, CONVSCOPE_SCHEDULER=machines.address) as server:
            there = run(_seen(server))
            assert server.workers() == []  # none of its own
            assert "Traceback" not in server.read_log()
    finally:
        machines.kill()
    assert there == run(_seen(app_server))


async def _seen(server: AppServer) -> dict[str, Any]:
    """Return what the components of Feature maps are given for a photograph and a layer that was opened."""
    seen: dict[str, Any] = {}

    async def act(student: Student) -> None:
        await student.pick_layer(layers(student)[3])
        await student.settle()
        assert student.alerts == []
        seen.update((one.component, one.data) for one in student.drawn.values() if one.component and one.element.json)

    await with_a_picture(server, 4020, act)
    del seen["given"]  # which says when the picture came
    assert {"network", "picker"} <= set(seen)
    return seen
