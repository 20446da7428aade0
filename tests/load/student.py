"""One of a class: a browser's side of Streamlit's conversation, with what a page keeps between its runs.

It does what a browser does for a person who waits: parts of the page run by themselves, and a clock on the page comes
back from time to time for what is not there yet.
"""

import asyncio
import base64
import json
import math
import time
from dataclasses import dataclass, field
from typing import Any

from bench.visitor import widget_state
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX
from websockets import Origin, Subprotocol
from websockets.asyncio.client import ClientConnection, connect

Path = tuple[int, ...]
_OURS = "convscope_"
_LOOK_SECONDS = 10.0
"""After which a look is given up and done again, as the clock in the browser does."""


class PageError(RuntimeError):
    """The page shows an error that no reader should see."""


@dataclass(frozen=True)
class Drawn:
    """An element of the page as it was drawn last.

    Attributes:
        kind: its name in Streamlit's messages.
        fragment: the part of the page that draws it; "" for the page itself.
        run: the number of the run that drew it.
    """

    kind: str
    element: Any
    fragment: str
    run: int

    @property
    def component(self) -> str:
        """Return which component of ours it is; "" where it is none."""
        name: str = self.element.component_name if self.kind == "bidi_component" else ""
        return name.removeprefix(_OURS) if name.startswith(_OURS) else ""

    @property
    def data(self) -> dict[str, Any]:
        """Return what a component was given."""
        data: dict[str, Any] = json.loads(self.element.json)
        return data


@dataclass
class Student:
    """One tab, open at one page of a server.

    Attributes:
        query: the address behind the question mark.
        session: Streamlit's name of it.
        runs: how often the page or a part of it has run.
        received: bytes.
        lost: looks of a clock that nobody answered.
        cookie: what the browser sends along, by which a proxy knows it again.
    """

    connection: ClientConnection
    page: str
    url: str = ""
    session: str = ""
    page_hash: str = ""
    query: str = ""
    runs: int = 0
    received: int = 0
    lost: int = 0
    drawn: dict[Path, Drawn] = field(default_factory=dict)
    cookie: str = ""
    _kept: dict[str, ForwardMsg] = field(default_factory=dict)
    _is_cut: bool = False

    @classmethod
    async def at(cls, url: str, page: str, cookie: str = "") -> "Student":
        """Connect to the server; nothing runs before `open`."""
        return cls(await _connected(url, cookie, "streamlit"), page, url, cookie=cookie)

    async def come_back(self, waits: bool = True) -> None:
        """Connect anew, as a browser does that was offline for a while, and run the page again."""
        await self.connection.close()
        self.connection = await _connected(self.url, self.cookie, "streamlit", "no-token", self.session)
        await self.run()
        if waits:
            await self.until_complete()

    async def leave(self) -> None:
        """Close the tab."""
        await self.connection.close()

    async def open(self) -> None:
        """Run the page for the first time, until nothing on it waits."""
        await self.again()

    async def again(self) -> None:
        """Run the page once more, with nothing changed."""
        await self.run()
        await self.until_complete()

    async def run(self) -> None:
        """Run the page, and leave it there if it waits for something."""
        await self._run(self._state())

    async def look(self) -> None:
        """Look once for what the page waits for."""
        await self._look()

    async def cut_short(self) -> None:
        """Run the page, and press Streamlit's own Stop as soon as something is drawn."""
        self._is_cut = True
        await self.run()

    async def give(self, name: str, picture: bytes) -> None:
        """Drop a picture on the page, and wait until the page shows what the network makes of it."""
        said = {
            "number": time.time_ns() // 1_000_000,
            "name": name,
            "size": len(picture),
            "data": base64.b64encode(picture).decode("ascii"),
        }
        await self.tell("given", "file", said)
        await self.until_complete()

    async def pick_layer(self, layer: str) -> None:
        """Click a layer of the network's picture, and wait until its maps are there."""
        await self.tell("network", "pick", layer)
        await self.until_complete()

    async def press(self, label: str, waits: bool = True) -> None:
        """Click a button of the page, and wait for what comes of it, or only for the run."""
        button = next((one for one in self.drawn.values() if one.kind == "button" and one.element.label == label), None)
        if button is None:
            raise PageError(f"The page has no button {label}.")
        state = self._state()
        state.fragment_id = button.fragment
        state.widget_states.widgets.append(WidgetState(id=button.element.id, trigger_value=True))
        await self._run(state)
        if waits:
            await self.until_complete()

    async def tell(self, component: str, event: str, value: Any) -> None:
        """Let a component say something, as a click in it does, and follow the run that comes of it."""
        drawn = self.find(component)
        if drawn is None:
            raise PageError(f"The page has no component {component}.")
        await self._tell(drawn, event, value)

    def find(self, component: str) -> Drawn | None:
        """Return a component of the page, None where it is not there."""
        return next((one for one in self.drawn.values() if one.component == component), None)

    @property
    def alerts(self) -> list[str]:
        """Return the sentences in boxes that the page shows: what went wrong, above all."""
        return [one.element.body for one in self.drawn.values() if one.kind == "alert"]

    @property
    def clocks(self) -> list[Drawn]:
        """Return what of the page waits; those first whose wait the reader sees, as in the browser."""
        clocks = [one for one in self.drawn.values() if one.component == "clock"]
        return sorted(clocks, key=lambda clock: clock.data["saying"] == "")

    @property
    def saying(self) -> str:
        """Return what the page says that it waits for."""
        return next((clock.data["saying"] for clock in self.clocks), "")

    async def until_complete(self) -> None:
        """Look again as the page's clocks do until a reader no longer sees it wait."""
        while self.saying:
            await self._look()

    async def settle(self, until: float = math.inf) -> None:
        """Look again until nothing waits that the reader does not see either, at the latest until that time."""
        while self.clocks and time.monotonic() < until:
            await self._look()

    async def _look(self) -> None:
        clock = self.clocks[0]
        await asyncio.sleep(clock.data["interval"])
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._tell(clock, "look", int(time.time() * 1000))
        except TimeoutError:
            self.lost += 1

    async def click(self, component: str, event: str, value: Any) -> None:
        """Let a component say something and wait for nothing; the next run reads past what comes of it."""
        drawn = self.find(component)
        if drawn is None:
            raise PageError(f"The page has no component {component}.")
        state = self._telling(drawn, event, value)
        await self.connection.send(BackMsg(rerun_script=state).SerializeToString())

    async def _tell(self, drawn: Drawn, event: str, value: Any) -> None:
        await self._run(self._telling(drawn, event, value))

    def _telling(self, drawn: Drawn, event: str, value: Any) -> ClientState:
        state = self._state()
        state.fragment_id = drawn.fragment
        payload = json.dumps([{"event": event, "value": value}])
        events = f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{drawn.element.id}__events"
        state.widget_states.widgets.append(WidgetState(id=events, json_trigger_value=payload))
        return state

    async def _run(self, state: ClientState) -> None:
        """Ask for a run, and take what comes until it has ended; runs that it asks for itself are followed."""
        await self.connection.send(BackMsg(rerun_script=state).SerializeToString())
        parts: tuple[str, ...] = ()
        while True:
            message = await self._message()
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.runs += 1
                self.session = message.new_session.initialize.session_id
                parts = tuple(message.metadata.run.fragment_ids)
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "delta":
                self._take(message)
                if self._is_cut:
                    self._is_cut = False
                    await self.connection.send(BackMsg(stop_script=True).SerializeToString())
            elif kind == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                self._drop_what_was_not_drawn(parts)
                return

    async def _message(self) -> ForwardMsg:
        raw = await self.connection.recv()
        self.received += len(raw)
        message: ForwardMsg = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
        if message.metadata.cacheable:
            self._kept[message.hash] = message
        if not message.ref_hash:
            return message
        known = ForwardMsg()
        known.CopyFrom(self._kept[message.ref_hash])
        known.metadata.CopyFrom(message.metadata)
        return known

    def _take(self, message: ForwardMsg) -> None:
        """Draw an element, or a block that holds others, in its place."""
        path, delta = tuple(message.metadata.delta_path), message.delta
        if delta.WhichOneof("type") == "add_block":
            self.drawn[path] = Drawn("block", delta.add_block, delta.fragment_id, self.runs)
        elif delta.WhichOneof("type") == "new_element":
            kind = str(delta.new_element.WhichOneof("type"))
            element = getattr(delta.new_element, kind)
            if kind == "exception":
                raise PageError(f"{element.type} {element.message}")
            for inside in [one for one in self.drawn if one[: len(path)] == path]:
                del self.drawn[inside]
            self.drawn[path] = Drawn(kind, element, delta.fragment_id, self.runs)

    def _drop_what_was_not_drawn(self, parts: tuple[str, ...]) -> None:
        """Drop what the run left where it was: of the page all, of parts whatever stands in the blocks they drew."""
        here = [path for path, one in self.drawn.items() if one.run == self.runs and one.fragment in parts]
        stale = [
            path
            for path, one in self.drawn.items()
            if one.run < self.runs and (not parts or any(path[: len(block)] == block for block in here))
        ]
        for path in stale:
            for inside in [one for one in self.drawn if one[: len(path)] == path]:
                del self.drawn[inside]

    def _state(self) -> ClientState:
        state = ClientState(query_string=self.query, page_script_hash=self.page_hash)
        state.page_name = "" if self.page_hash else self.page
        widgets = (widget_state(one.kind, one.element) for one in self.drawn.values())
        state.widget_states.widgets.extend(widget for widget in widgets if widget is not None)
        state.cached_message_hashes.extend(self._kept)
        state.context_info.locale = "en-US"
        return state


async def _connected(url: str, cookie: str, *protocols: str) -> ClientConnection:
    """Return a connection; Streamlit takes a token and the session that is come back to as names of protocols."""
    return await connect(
        url.replace("http", "ws", 1) + "/_stcore/stream",
        subprotocols=[Subprotocol(name) for name in protocols],
        origin=Origin(url),
        additional_headers={"Cookie": cookie} if cookie else None,
        compression=None,
        max_size=None,
        open_timeout=None,
        ping_interval=None,
    )
