"""A browser's side of Streamlit's conversation, without a browser: open a page, run it again, read what it draws.

It keeps what a browser keeps (the page's hash, the address, the widgets' values, large messages) and sends it along, so
the server does what it does for a person.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import StringArray
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets import Origin, Subprotocol
from websockets.sync.client import ClientConnection, connect

PATIENCE = 300.0
"""Seconds to wait for one message: TensorFlow may be starting on a busy machine."""

_VALUE_FIELDS = {"number_input": "double_value", "pagination": "int_value", "checkbox": "bool_value"}

_FINISHED = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY

Elements = list[tuple[str, Any]]


@dataclass
class Visitor:
    """One tab, open at one page."""

    connection: ClientConnection
    page: str
    page_hash: str = ""
    query: str = ""
    widgets: list[WidgetState] = field(default_factory=list)
    fragments: dict[str, str] = field(default_factory=dict)
    """By a widget's id, the fragment that it is in, or ""."""
    kept: dict[str, ForwardMsg] = field(default_factory=dict)

    @classmethod
    def at(cls, url: str, page: str) -> "Visitor":
        """Connect to the server; nothing runs before `run`."""
        address = url.replace("http", "ws", 1) + "/_stcore/stream"
        return cls(connect(address, subprotocols=[Subprotocol("streamlit")], origin=Origin(url), max_size=None), page)

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *of: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.connection.close()

    def run(self, fragment: str = "") -> Elements:
        """Run the page, again if it was run before, or the fragment of a widget that was used; return kind and content
        of every element that this draws, once it has ended.

        A page that asks to be run again is followed until it is complete. Raises RuntimeError where it shows an error.
        """
        self.connection.send(BackMsg(rerun_script=self._state(fragment)).SerializeToString())
        elements: Elements = []
        fragments: dict[str, str] = {}
        only: set[str] = set()
        for message in self._messages():
            kind = message.WhichOneof("type")
            if kind == "new_session":
                elements, fragments, only = [], {}, set(message.metadata.run.fragment_ids)
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                elements.append(_element(message))
                fragments[getattr(elements[-1][1], "id", "")] = message.delta.fragment_id
            elif kind == "script_finished" and message.script_finished in _FINISHED:
                break
        before = {widget.id: widget for widget in self.widgets}
        stayed = {name: one for name, one in before.items() if only and self.fragments[name] not in only}
        drawn = [state for element in elements if (state := widget_state(*element, before)) is not None]
        self.widgets = list((stayed | {widget.id: widget for widget in drawn}).values())
        self.fragments |= fragments
        return elements

    def _state(self, fragment: str) -> ClientState:
        state = ClientState(query_string=self.query, page_script_hash=self.page_hash, fragment_id=fragment)
        state.page_name = "" if self.page_hash else self.page
        state.widget_states.widgets.extend(self.widgets)
        state.cached_message_hashes.extend(self.kept)
        state.context_info.locale = "en-US"
        return state

    def _messages(self) -> Iterator[ForwardMsg]:
        """Yield what the server says; a reference to a message that was kept becomes that message."""
        while True:
            message = ForwardMsg.FromString(self.connection.recv(timeout=PATIENCE))
            if message.metadata.cacheable:
                self.kept[message.hash] = message
            yield self.kept.get(message.ref_hash, message)


def _element(message: ForwardMsg) -> tuple[str, Any]:
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    if kind == "exception":
        raise RuntimeError(f"The page shows an error: {element.exception.type} {element.exception.message}")
    return str(kind), getattr(element, str(kind))


def widget_state(kind: str, element: Any, before: Mapping[str, WidgetState] | None = None) -> WidgetState | None:
    """Return what a browser says of a widget, as before unless the page sets it; None where it says nothing."""
    if before and not getattr(element, "set_value", True) and element.id in before:
        return before[element.id]
    if kind == "selectbox":
        if not element.HasField("raw_value" if element.set_value else "default"):
            return None  # nothing is chosen
        value = element.raw_value if element.set_value else element.options[element.default]
        return WidgetState(id=element.id, string_value=value)
    if kind == "button_group":
        chosen = element.raw_values if element.set_value else [element.options[i].content for i in element.default]
        return WidgetState(id=element.id, string_array_value=StringArray(data=chosen))
    if kind in _VALUE_FIELDS:
        value = element.value if element.set_value else element.default
        whole = kind == "number_input" and element.data_type == element.INT
        return WidgetState(id=element.id, **({"int_value": int(value)} if whole else {_VALUE_FIELDS[kind]: value}))
    return None
