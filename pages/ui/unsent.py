"""What has not reached the browser yet when a part of the page runs anew.

Streamlit takes back what that part drew and keeps what the parts within it drew: the browser then gets the content of a
block that it was never told of, and gives up the whole page ("Cannot set a node at a delta path").
"""

from collections.abc import Callable, Iterable
from functools import wraps

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

Clear = Callable[[ForwardMsgQueue, bool, list[str] | None], None]


def whole(clear: Clear) -> Clear:
    """Let a queue that takes messages back take back with a block what stands in it."""

    @wraps(clear)
    def clear_whole(
        queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        before = list(queue._queue)
        clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)
        if queue._queue:
            kept = {id(message) for message in queue._queue}
            blocks = {_place(message) for message in before if id(message) not in kept and _opens_a_block(message)}
            queue._queue = [message for message in queue._queue if not _stands_in(message, blocks)]

    return clear_whole


def _place(message: ForwardMsg) -> tuple[int, ...]:
    return tuple(message.metadata.delta_path)


def _opens_a_block(message: ForwardMsg) -> bool:
    return message.delta.WhichOneof("type") == "add_block"


def _stands_in(message: ForwardMsg, blocks: Iterable[tuple[int, ...]]) -> bool:
    place = _place(message)
    return any(len(place) > len(block) and place[: len(block)] == block for block in blocks)


def begin() -> None:
    """Do so from now on, in all sessions of this process."""
    if not hasattr(ForwardMsgQueue.clear, "__wrapped__"):
        ForwardMsgQueue.clear = whole(ForwardMsgQueue.clear)  # type: ignore[assignment,method-assign]
