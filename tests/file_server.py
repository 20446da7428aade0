"""A server of the tests' own that gives some files, so that downloads need no other."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class FileServer:
    """Serves some files, by their paths, and counts what is asked."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                data = files.get(self.path)
                self.send_response(404 if data is None else 200)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"


@contextmanager
def serving_files(files: dict[str, bytes]) -> Iterator[FileServer]:
    """Serve files meanwhile."""
    served = FileServer(files)
    thread = threading.Thread(target=served.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.server.shutdown()
        served.server.server_close()
        thread.join()
