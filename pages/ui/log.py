"""The server's log as JSON, a record a line, with `CONVSCOPE_LOG=json`; nothing personal stands in it."""

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Final

LOG: Final = os.environ.get("CONVSCOPE_LOG", "")


class JsonLines(logging.Formatter):
    """A record as a line of JSON: when, how grave, from where, what, and of an error its kind and its way.

    What an error says is left out: the name of somebody's file may stand in it.
    """

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        kind, error, _way = record.exc_info or (None, None, None)
        if kind is not None and error is not None:
            said["error"] = f"{kind.__module__}.{kind.__qualname__}"
            frames = traceback.extract_tb(error.__traceback__)
            said["way"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(said, ensure_ascii=False)


def start() -> None:
    """Let everything that is logged in this process be lines of JSON, where somebody wants it so.

    Called in every run, for Streamlit gives each of its loggers a handler of its own once it is needed.
    """
    if LOG == "json":
        write_json()


def write_json() -> None:
    """Give every handler of this process the same form, Streamlit's own among them."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stderr))
        root.setLevel(logging.INFO)
    known = [logger for logger in list(root.manager.loggerDict.values()) if isinstance(logger, logging.Logger)]
    for logger in (root, *known):
        for handler in logger.handlers:
            if not isinstance(handler.formatter, JsonLines):
                handler.setFormatter(JsonLines())
