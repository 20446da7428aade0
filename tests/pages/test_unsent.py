"""The browser is never told of what stands in a block that it was not told of: it gives up the page at that."""

import inspect
from collections.abc import Sequence

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.ui import unsent

OUTER, WITHIN, ELSEWHERE = "outer", "within", "elsewhere"


def block(part: str, *place: int) -> ForwardMsg:
    message = ForwardMsg()
    message.delta.fragment_id = part
    message.delta.add_block.allow_empty = True
    message.metadata.delta_path.extend(place)
    return message


def element(part: str, *place: int) -> ForwardMsg:
    message = ForwardMsg()
    message.delta.fragment_id = part
    message.delta.new_element.markdown.body = part
    message.metadata.delta_path.extend(place)
    return message


def known_element(*place: int) -> ForwardMsg:
    """Return an element that the browser keeps: it comes as a hash, without the part that drew it."""
    message = ForwardMsg()
    message.ref_hash = "hash"
    message.metadata.delta_path.extend(place)
    return message


def left(messages: Sequence[ForwardMsg], parts: list[str] | None) -> list[tuple[int, ...]]:
    """Return the places of what is still sent when these parts run anew before any of it was sent."""
    queue = ForwardMsgQueue()
    for message in messages:
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=parts)
    return [tuple(message.metadata.delta_path) for message in queue.flush()]


def test_what_stands_in_a_block_that_is_taken_back_is_taken_back_with_it() -> None:
    drawn = [
        block(OUTER, 0, 2, 1),
        known_element(0, 2, 1, 0),
        block(OUTER, 0, 2, 1, 2),
        block(WITHIN, 0, 2, 1, 2, 0),
        element(WITHIN, 0, 2, 1, 2, 0, 0),
        element(ELSEWHERE, 0, 2, 11),
    ]
    assert left(drawn, [OUTER]) == [(0, 2, 11)]


def test_a_part_that_stands_elsewhere_is_sent_whole() -> None:
    drawn = [block(OUTER, 0, 1), element(OUTER, 0, 1, 0), block(ELSEWHERE, 0, 10), element(ELSEWHERE, 0, 10, 0)]
    assert left(drawn, [OUTER]) == [(0, 10), (0, 10, 0)]
    assert left(drawn, ["none of them"]) == [(0, 1), (0, 1, 0), (0, 10), (0, 10, 0)]


def test_of_a_whole_page_nothing_is_left_but_what_tells_of_runs() -> None:
    queue = ForwardMsgQueue()
    began, ended = ForwardMsg(), ForwardMsg()
    began.new_session.page_script_hash = "page"
    ended.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    for message in (began, block("", 0), element("", 0, 0), ended):
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True)
    assert [message.WhichOneof("type") for message in queue.flush()] == ["new_session", "script_finished"]


def test_streamlit_alone_would_leave_what_has_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as this fails without ours, ours is needed."""
    monkeypatch.setattr(ForwardMsgQueue, "clear", inspect.unwrap(ForwardMsgQueue.clear))
    assert left([block(OUTER, 0, 1), block(WITHIN, 0, 1, 0)], [OUTER]) == [(0, 1, 0)]


def test_it_is_put_in_place_once() -> None:
    put = ForwardMsgQueue.clear
    unsent.begin()
    assert ForwardMsgQueue.clear is put
