"""The nginx configuration of docs/serving with stand-ins for ConvScope's processes, and at last with four of them.

Who stays where, who goes on where one is gone or is drained, and what answers say of themselves; skipped where there is
no nginx.
"""

import asyncio
import contextlib
import gzip
import re
import secrets
import shutil
import socket
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha1
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from folders import ROOT
from load.student import Student
from serving import AppServer, free_port, running_app
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from cnn_core.network.line import read_line
from cnn_core.network.links import write_link
from pages.ui.ask.model import LARGEST_MODEL_MEGABYTES

NGINX = shutil.which("nginx")
CONFIGURATION = (ROOT / "docs" / "serving" / "nginx.conf").read_text(encoding="utf-8")
SCRIPT = b"export const words = [];\n" * 200
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""With which a server shows that it speaks of web sockets (RFC 6455, 1.3)."""
PROCESSES = 4
SHARED = {"STREAMLIT_SERVER_COOKIE_SECRET": secrets.token_hex(16)}
"""What all processes behind one address must have alike."""
SECONDS = 20
LEAVES = threading.Event()
"""When the tabs leave that were open."""

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]


class Process(BaseHTTPRequestHandler):
    """Says which port it answers on, as a stand-in for a process of ConvScope."""

    def do_GET(self) -> None:
        if self.headers.get("Upgrade") == "websocket":
            self.talk()
            return
        if self.path == "/open":
            self.stay_open()
            return
        if self.path == f"/hangs/{self.place}":
            LEAVES.wait(SECONDS)
        content = SCRIPT if self.path.endswith(".js") else self.place.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/javascript" if self.path.endswith(".js") else "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_PUT(self) -> None:
        """Answer how long the file is said to be; none of it need come."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.headers["Content-Length"]).encode())

    @property
    def place(self) -> str:
        """The port that it answers on."""
        return str(self.connection.getsockname()[1])

    def talk(self) -> None:
        """Agree to a web socket, say on it which process this is, and say whatever is heard again."""
        digest = sha1(self.headers["Sec-WebSocket-Key"].encode() + GUID).digest()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", b64encode(digest).decode())
        self.end_headers()
        self.wfile.write(bytes([0x82, len(self.place)]) + self.place.encode())  # RFC 6455, 5.2: one frame, unmasked
        self.wfile.flush()

    def stay_open(self) -> None:
        """Say something, and the rest once a test lets it, as the connection of a tab lasts."""
        self.send_response(200)
        self.send_header("X-Accel-Buffering", "no")  # as nothing of an upgraded connection is held back
        self.end_headers()
        self.wfile.write(b"begun ")
        self.wfile.flush()
        assert LEAVES.wait(SECONDS)
        self.wfile.write(b"ended")

    def log_message(self, *of: object) -> None: ...


class Front:
    """nginx before some processes."""

    def __init__(self, port: int, processes: dict[int, ThreadingHTTPServer], folder: Path) -> None:
        self.port, self.processes, self._folder = port, processes, folder

    def get(self, path: str = "/", **headers: str) -> tuple[HTTPResponse, bytes]:
        return self.ask("GET", path, {name.replace("_", "-"): value for name, value in headers.items()})

    def ask(self, method: str, path: str, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            return response, response.read()

    def drain(self, port: int) -> None:
        """Let nobody else come to a process, as before it is started anew."""
        self._change(f"127.0.0.1:{port} ", f"127.0.0.1:{port} down ")

    def open_again(self, port: int) -> None:
        """Let visitors come to a process that was drained."""
        self._change(f"127.0.0.1:{port} down ", f"127.0.0.1:{port} ")

    def _change(self, old: str, new: str) -> None:
        file = self._folder / "nginx.conf"
        file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        subprocess.run([*command(self._folder), "-s", "reload"], check=True, capture_output=True)

    def end(self, port: int) -> None:
        """End one process, as if it had been killed."""
        self.processes[port].shutdown()
        self.processes[port].server_close()


def command(folder: Path) -> list[str]:
    return [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """nginx before stand-ins."""
    LEAVES.clear()
    processes = {
        (one := ThreadingHTTPServer(("127.0.0.1", 0), Process)).server_address[1]: one for _ in range(PROCESSES)
    }
    for one in processes.values():
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    try:
        with nginx_before(list(processes), tmp_path, patience=1) as port:
            yield Front(port, processes, tmp_path)
    finally:
        LEAVES.set()
        for one in processes.values():
            one.shutdown()
            one.server_close()


@contextlib.contextmanager
def nginx_before(ports: Sequence[int], folder: Path, patience: int = 20) -> Iterator[int]:
    """Start nginx before four processes; yields its port.

    The configuration is as it is, but for the ports, and the seconds after which a process counts as one that hangs.
    """
    port, text, ports_left = free_port(), CONFIGURATION.replace("listen 8080", "listen 127.0.0.1:{port}"), iter(ports)
    text = text.replace("proxy_read_timeout 20s", f"proxy_read_timeout {patience}s")
    text = re.sub(r"127\.0\.0\.1:85\d\d", lambda _: f"127.0.0.1:{next(ports_left)}", text).replace("{port}", str(port))
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    nginx = subprocess.Popen(
        [*command(folder), "-g", "daemon off;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_open(port)
        yield port
    finally:
        nginx.terminate()
        nginx.wait(SECONDS)


def wait_until_open(port: int) -> None:
    until = time.monotonic() + SECONDS
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        assert time.monotonic() < until
        time.sleep(0.01)


def cookie(response: HTTPResponse) -> str:
    return str(response.getheader("Set-Cookie")).split(";")[0]


def test_nginx_takes_the_configuration_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text(CONFIGURATION, encoding="utf-8")
    done = subprocess.run([*command(tmp_path), "-t"], capture_output=True, text=True)
    assert (done.returncode, "warn" in done.stderr) == (0, False), done.stderr


def test_a_visitor_stays_at_one_process_and_visitors_are_spread(front: Front) -> None:
    met = set()
    for _ in range(24):
        response, first = front.get()
        again = {front.get(Cookie=cookie(response))[1] for _ in range(4)}
        assert again == {first}
        met.add(first)
    assert len(met) > 1


def test_who_was_at_a_process_that_is_gone_goes_on_at_another_and_the_others_stay(front: Front) -> None:
    visitors = [(cookie(response), place) for response, place in (front.get() for _ in range(24))]
    gone = visitors[0][1]
    front.end(int(gone))
    for cookie_of_visitor, before in visitors:
        response, now = front.get(Cookie=cookie_of_visitor)
        assert response.status == 200
        assert now != gone
        assert before in (now, gone)


def test_who_is_at_a_process_that_is_drained_stays_until_leaving_and_comes_back_to_another(front: Front) -> None:
    visitors = [(cookie(response), place) for response, place in (front.get() for _ in range(24))]
    drained = visitors[0][1]
    connection = HTTPConnection("127.0.0.1", front.port, timeout=SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", "/open", headers={"Cookie": visitors[0][0]})
        tab = connection.getresponse()
        assert tab.read(6) == b"begun "
        front.drain(int(drained))
        until = time.monotonic() + SECONDS
        while drained in (places := [front.get(Cookie=each)[1] for each, _place in visitors]):
            assert time.monotonic() < until  # nginx reads its configuration anew
        moved = [before for now, (_cookie, before) in zip(places, visitors, strict=True) if now != before]
        assert set(moved) == {drained}
        LEAVES.set()
        assert tab.read() == b"ended"


def test_scripts_are_compressed_and_answers_carry_the_headers_of_a_careful_server(front: Front) -> None:
    response, content = front.get("/static/js/index.js", Accept_Encoding="gzip")
    assert response.getheader("Content-Encoding") == "gzip"
    assert gzip.decompress(content) == SCRIPT
    assert response.getheader("X-Content-Type-Options") == "nosniff"
    assert "default-src 'self'" in str(response.getheader("Content-Security-Policy"))
    assert "httponly" in str(response.getheader("Set-Cookie")).lower()


def test_the_connection_of_a_tab_leads_to_the_process_that_its_visitor_is_at(front: Front) -> None:
    for _ in range(4):
        response, place = front.get()
        with connect(
            f"ws://127.0.0.1:{front.port}/_stcore/stream", additional_headers={"Cookie": cookie(response)}
        ) as tab:
            assert tab.recv(SECONDS) == place


def test_whoever_meets_a_process_that_hangs_is_answered_by_another(front: Front) -> None:
    response, hangs = front.get()
    again, place = front.get(f"/hangs/{hangs.decode()}", Cookie=cookie(response))
    assert again.status == 200
    assert place != hangs


def test_the_largest_model_file_passes_and_what_no_page_takes_does_not(front: Front) -> None:
    length = LARGEST_MODEL_MEGABYTES * 2**20 + 1000  # with what stands around a file in a form
    response, told = front.ask("PUT", "/_stcore/upload_file/of/a_tab", {"Content-Length": str(length)})
    assert (response.status, told) == (200, str(length).encode())
    refused, _said = front.ask("PUT", "/_stcore/upload_file/of/a_tab", {"Content-Length": str(length + 10 * 2**20)})
    assert refused.status == 413


def test_whoever_watches_over_the_address_is_no_visitor_and_hears_of_any_process(front: Front) -> None:
    for port in list(front.processes)[1:]:
        response, place = front.get("/_stcore/health")
        assert response.status == 200
        assert place
        assert response.getheader("Set-Cookie") is None
        front.end(port)
    response, place = front.get("/_stcore/health")
    assert (response.status, int(place)) == (200, next(iter(front.processes)))


# Processes of ConvScope itself ----------------------------------------------------------------------------------------


async def designing(front: Front, number: int) -> Student:
    """Return a tab in which a network of its own is designed, with a layer that was duplicated just now."""
    response, _page = front.get()
    student = await Student.at(f"http://127.0.0.1:{front.port}", "Design_a_network", cookie(response))
    student.query = urlencode({"design": "own", "network": write_link(read_line(f"28x28x1-C{8 + number}-P2-F-D10sm"))})
    await student.open()
    before = designed(student)
    await student.tell(
        "layer_table", "said", [{"number": 1, "what": "duplicate", "name": "conv2d", "names": ["conv2d"]}]
    )
    assert designed(student) != before
    return student


def designed(student: Student) -> tuple[Any, ...]:
    """Return what a tab shows of its network."""
    table = student.find("layer_table")
    assert table is not None
    return tuple(table.data[part] for part in ("rows", "alike", "totals"))


async def who_come_back(front: Front, students: Sequence[Student]) -> int:
    """Let all go on whose process has gone, and return how many those are; each has the design that it had."""
    lost = 0
    for student in students:
        before = designed(student)
        try:
            await student.again()
        except ConnectionClosed:
            lost += 1
            await student.come_back()
        assert (designed(student), student.alerts) == (before, [])
    assert front.get("/_stcore/health")[1] == b"ok"
    return lost


async def killed_and_started_anew(front: Front, servers: dict[int, AppServer], start: Callable[[int], None]) -> None:
    students = [await designing(front, number) for number in range(2 * PROCESSES)]
    killed, *others = servers
    servers[killed].kill()
    came = await who_come_back(front, students)
    start(killed)
    for port in others:
        front.drain(port)
        servers[port].end()
        came += await who_come_back(front, students)
        start(port)
        front.open_again(port)
    assert came >= len(students)  # whoever went to a process that was yet to be started anew came back twice
    for student in students:
        await student.leave()


def test_designs_outlive_a_process_that_is_killed_and_a_rolling_restart_of_the_others(tmp_path: Path) -> None:
    with contextlib.ExitStack() as open_servers:
        servers: dict[int, AppServer] = {}

        def start(port: int) -> None:
            folder = tmp_path / f"{port}-{secrets.token_hex(4)}"
            folder.mkdir()
            # Nothing is computed, so no process need import TensorFlow: that would take most of the time.
            where = {"CONVSCOPE_RUNS": str(tmp_path / "runs"), "CONVSCOPE_SCHEDULER": "tcp://127.0.0.1:9"}
            servers[port] = open_servers.enter_context(running_app(folder, port, **where, **SHARED))

        for _ in range(PROCESSES):
            start(free_port())
        with nginx_before(list(servers), tmp_path) as port, ThreadPoolExecutor(1) as alone:
            front = Front(port, {}, tmp_path)
            alone.submit(asyncio.run, killed_and_started_anew(front, servers, start)).result()
