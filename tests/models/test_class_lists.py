"""Lists of class names in the encodings that people's editors write."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnn_core.errors import ModelFileError
from cnn_core.models.class_lists import LARGEST_BYTES, names_in, read_class_list

KOREAN = "고양이\n강아지\n\n  말 \r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_korean_names_are_read_in_every_encoding(encoding: str) -> None:
    names, note = read_class_list(KOREAN.encode(encoding))
    assert names == ("고양이", "강아지", "말")
    assert ("CP949" in str(note)) == (encoding == "cp949")


def test_big_endian_utf_16_is_read_by_its_mark() -> None:
    assert read_class_list(b"\xfe\xff" + KOREAN.encode("utf-16-be")).names == ("고양이", "강아지", "말")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00\xd8", b"\xff\xff\xff\xff", b"cat\0dog", b"\xef\xbb\xbf\xff", bytes(9)])
def test_what_is_no_text_is_a_sentence(data: bytes) -> None:
    with pytest.raises(ModelFileError, match="UTF-8, UTF-16 or CP949"):
        read_class_list(data)


def test_a_list_that_is_too_long_is_a_sentence() -> None:
    with pytest.raises(ModelFileError, match="At most 2 MB"):
        read_class_list(b"a" * (LARGEST_BYTES + 1))


NAMED = ("고양이", "dog")


@pytest.mark.parametrize(
    "text",
    [
        "0 고양이\n1 dog\n",  # Teachable Machine's labels.txt
        "0\t고양이\r\n1\tdog\r\n",
        "0: 고양이\n1: dog",
        "0,고양이\n1,dog\n",
        "index,name\n1,dog\n0,고양이\n",
        '0,"고양이"\n1,"dog"',
        '["고양이", "dog"]',
        '\n{"0": "고양이", "1": "dog"}',
        '{"고양이": 0, "dog": 1}',
        '{"1": ["n2", "dog"], "0": ["n1", "고양이"]}',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_lists_that_number_their_names_are_read(text: str, encoding: str) -> None:
    assert read_class_list(text.encode(encoding)).names == NAMED


@pytest.mark.parametrize(
    "names",
    [
        ["0", "1", "2"],
        ["2 wheels", "4 wheels"],
        ["0 Cat"],
        ["1 Cat", "1 Dog"],
        ["[]"],
        ["[1, 2]"],
        ["{}"],
        ['{"a": []}'],
        ["[" * 5000],
        ["7 Cat", "0 Dog"],
        ["animals", "0 Cat", "1 Dog"],
        ['{"a": 0, "b": 0}'],
        ["4³ cubes", "0 cats"],
    ],
)
def test_what_only_looks_numbered_is_names_as_they_are(names: list[str]) -> None:
    assert list(names_in("\n".join(names))) == names


@given(st.lists(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1), max_size=5))
def test_names_come_back_from_utf_8(names: list[str]) -> None:
    assert list(read_class_list("\n".join(names).encode()).names) == names == list(names_in("\n".join(names)))


@given(st.binary(max_size=40))
@example(b"cat\n\xef\xbb\xbfdog")
def test_any_bytes_are_names_or_a_sentence(data: bytes) -> None:
    try:
        names = read_class_list(data).names
    except ModelFileError:
        return
    assert not any("\0" in name or name.startswith("\ufeff") for name in names)
