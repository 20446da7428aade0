"""The nginx configuration of docs/serving with stand-ins for ConvScope's processes; skipped where there is no nginx.

Who stays where, who goes on where one is gone or is drained, and what answers say of themselves.
"""

import contextlib
import gzip
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from folders import ROOT
from serving import free_port

NGINX = shutil.which("nginx")
CONFIGURATION = (ROOT / "docs" / "serving" / "nginx.conf").read_text(encoding="utf-8")
SCRIPT = b"export const words = [];\n" * 200
PROCESSES = 4
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
        if self.path == "/open":
            self.stay_open()
            return
        content = SCRIPT if self.path.endswith(".js") else f"{self.connection.getsockname()[1]}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/javascript" if self.path.endswith(".js") else "text/plain")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

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
        connection = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response, response.read()

    def drain(self, port: int) -> None:
        """Let nobody else come to a process, as before it is started anew."""
        file = self._folder / "nginx.conf"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f"127.0.0.1:{port} ", f"127.0.0.1:{port} down "), encoding="utf-8")
        subprocess.run([*command(self._folder), "-s", "reload"], check=True, capture_output=True)

    def end(self, port: int) -> None:
        """End one process, as if it had been killed."""
        self.processes[port].shutdown()
        self.processes[port].server_close()


def command(folder: Path) -> list[str]:
    return [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """The configuration as it is, but for the ports."""
    processes = {
        (one := ThreadingHTTPServer(("127.0.0.1", 0), Process)).server_address[1]: one for _ in range(PROCESSES)
    }
    for one in processes.values():
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    port, text = free_port(), CONFIGURATION.replace("listen 8080", "listen 127.0.0.1:{port}")
    ports = iter(processes)
    text = re.sub(r"127\.0\.0\.1:85\d\d", lambda _: f"127.0.0.1:{next(ports)}", text).replace("{port}", str(port))
    (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
    nginx = subprocess.Popen(
        [*command(tmp_path), "-g", "daemon off;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_open(port)
        yield Front(port, processes, tmp_path)
    finally:
        nginx.terminate()
        nginx.wait(SECONDS)
        for one in processes.values():
            one.shutdown()
            one.server_close()


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
