"""Pages without a browser: a script runs in this process."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from folders import ROOT
from google.protobuf.json_format import MessageToDict
from streamlit import config
from streamlit.components.v2 import manifest_scanner
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.scriptrunner import ScriptRunnerEvent, script_runner
from streamlit.testing.v1 import AppTest, app_test
from streamlit.testing.v1.element_tree import Block, Element
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from pages.ui import cached, questions
from pages.ui.feature_maps import menus
from pages.ui.state import MENUS, Key

# Every AppTest looks through all installed packages for components of theirs, which takes longer than a page of ours.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

# The app has no TensorFlow beside Streamlit; where a test has, Streamlit would clear its state after every run, slowly.
script_runner._clean_problem_modules = lambda: None


class _AsInABrowser(LocalScriptRunner):
    """Where only fragments run, what stands around them stays, as in a browser; an AppTest would show them alone."""

    _drawn: ClassVar[WeakKeyDictionary[MemoryFragmentStorage, list[ForwardMsg]]] = WeakKeyDictionary()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._session: MemoryFragmentStorage = named["fragment_storage"]
        self.on_event.connect(self._keep, weak=False)

    def _keep(self, _sender: Any, event: ScriptRunnerEvent, **told: Any) -> None:
        fragments = told.get("fragment_ids_this_run")
        if event == ScriptRunnerEvent.SCRIPT_STARTED and fragments:
            drawn = self._drawn.get(self._session, [])
            places = [_place(one) for one in drawn if one.delta.fragment_id in fragments]
            kept = [one for one in drawn if not any(_place(one)[: len(place)] == place for place in places)]
            self.forward_msg_queue._queue[:0] = kept
        elif event == ScriptRunnerEvent.SHUTDOWN:
            if any(one.WhichOneof("type") == "page_info_changed" for one in self.forward_msgs()):
                self._let_go_scripts()
            self._drawn[self._session] = [one for one in self.forward_msgs() if one.WhichOneof("type") == "delta"]

    def _let_go_scripts(self) -> None:
        """Empty the script that wrote something else into the address before; it ran once."""
        for one in self.forward_msgs():
            if "replaceState({}, " in one.delta.new_element.html.body:
                one.delta.new_element.html.body = "<script></script>"


def _place(message: ForwardMsg) -> list[int]:
    return list(message.metadata.delta_path)


setattr(app_test, "LocalScriptRunner", _AsInABrowser)  # noqa: B010 - the module exports no such name

# A failing test must show the traceback that the app hides from its readers.
config.set_option("client.showErrorDetails", "full")


def run_page(path: str, timeout: float = 30, /, **query: str) -> AppTest:
    """Run a page's script, or app.py, in this process with empty caches; fail if it shows an exception.

    `query` is what stands behind the `?` of the address. A page that waits for a worker's first answer takes longer.
    """
    # Caches outlive an AppTest: without this a test sees what another one computed.
    cached.forget_all()
    questions.WORKS.clear()
    return _run(AppTest.from_file(ROOT / path, default_timeout=timeout), query)


def _run(at: AppTest, query: Mapping[str, str]) -> AppTest:
    at.session_state[MENUS.name] = tuple(menus.MENUS)  # without a browser nobody opens them
    for name, value in query.items():
        at.query_params[name] = value
    return no_exception(at.run())


def opened_anew(page: str, **query: str) -> AppTest:
    """Run a page with the caches of the last one: the same model goes on being asked."""
    return _run(AppTest.from_file(ROOT / page, default_timeout=300), {"lang": "en", **query})


def set_to(at: AppTest, key: Key[Any], value: Any) -> AppTest:
    """Run the page with another value of the session, as a click on something sets it."""
    at.session_state[key.name] = value
    return no_exception(at.run())


def tables(at: AppTest) -> str:
    """Return the tables of figures on a page, one row a line, `| Max pooling | 4 |`, and a blank line between two."""
    drawn = [element.proto.body for element in at.get("html") if "cs-figures" in element.proto.body]
    return "\n\n".join("\n".join(map(_row, re.findall("<tr>(.*?)</tr>", table))) for table in drawn)


def _row(text: str) -> str:
    cells = re.findall("<t[hd][^>]*>(.*?)</t[hd]>", text)
    return "| " + " | ".join(map(html.unescape, cells)) + " |"


def no_exception(at: AppTest) -> AppTest:
    """Fail if the page shows an exception, else return it."""
    shown = [f"{one.message}\n" + "\n".join(one.stack_trace) for one in at.exception]
    assert not shown, "\n\n".join(shown)
    return at


def address_of(at: AppTest) -> dict[str, str]:
    """Return what stands in the browser's address after a page has run."""
    scripts = [html.proto.body for html in at.get("html")]
    in_place = [written[1] for script in scripts if (written := re.search(r'replaceState\(.* \+ "(.*)"\)', script))]
    if in_place:
        return dict(parse_qsl(in_place[-1].removeprefix("?"), keep_blank_values=True))
    return {name: said if isinstance(said, str) else said[-1] for name, said in at.query_params.items()}


def everything_said(at: AppTest) -> str:
    """Return all text that a page sends: sentences, labels, tables, and what its components are given."""
    return "\n".join(text for element in _leaves(at.main) for text in _texts(MessageToDict(element.proto)))


def _leaves(block: Block) -> Iterator[Element]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield from _leaves(child)
        else:
            yield child


_NOT_SAID = {"id", "jsContent", "cssContent", "htmlContent"}


def _texts(sent: Any) -> Iterator[str]:
    """Yield the texts in a message; HTML without its tags, a component's data as their JSON."""
    if isinstance(sent, dict):
        for name, value in sent.items():
            if name not in _NOT_SAID:
                yield from _texts(json.loads(value) if name == "json" else value)
    elif isinstance(sent, list):
        for value in sent:
            yield from _texts(value)
    elif isinstance(sent, int):
        yield f"{sent:,}"  # as a component writes it
    elif isinstance(sent, str):
        readable = "\n".join(filter(None, map(_row, re.findall("<tr>(.*?)</tr>", sent))))
        yield readable or html.unescape(re.sub("<[^>]*>", " ", sent))


def labels_of_popovers(at: AppTest) -> list[str]:
    """Return what the buttons say that open something, as Markdown."""

    def within(block: Block) -> Iterator[str]:
        for child in block.children.values():
            if isinstance(child, Block):
                yield getattr(getattr(child.proto, "popover", None), "label", "")
                yield from within(child)

    return [label for label in within(at.main) if label]
