"""A reader's own pictures: what is kept, what is left out, what is refused, each in a sentence."""

import io
import struct
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from training_pictures import picture, smooth_picture, two_classes, zipped

from cnn_core.errors import CnnError
from cnn_core.pictures.limits import MAX_BYTES
from cnn_core.pictures.plain import decoded
from cnn_core.training.sets import archives, gathering
from cnn_core.training.sets.gathering import Checked, check_label, class_places, gather
from cnn_core.training.sets.own import own
from cnn_core.training.sets.sources import Own
from cnn_core.training.sets.split import Part


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def given(files: dict[str, bytes]) -> dict[str, list[tuple[str, bytes]]]:
    """Return files by their class, as a page has them."""
    classes: dict[str, list[tuple[str, bytes]]] = {}
    for path, data in files.items():
        label, name = path.split("/")
        classes.setdefault(label, []).append((name, data))
    return classes


def skipped(checked: Checked) -> dict[str, str]:
    return {one.name: str(one.why) for one in checked.skipped}


# What is kept ---------------------------------------------------------------------------------------------------------


def test_classes_a_zip_and_a_folder_give_the_same_pictures(tmp_path: Path) -> None:
    files = two_classes()
    for path, data in files.items():
        file = tmp_path / "given" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    for checked in (gather(given(files)), gather(zipped(files)), gather(tmp_path / "given")):
        assert checked.counts == {"cats": 5, "dogs": 5}
        assert checked.skipped == ()
        opened = own(checked.source)
        assert opened.contents.classes == ("cats", "dogs")
        for label, kind in enumerate(opened.contents.classes):
            for index in range(5):
                np.testing.assert_array_equal(
                    opened.picture(label, index, Part.TRAIN), decoded(files[f"{kind}/{index}.png"])
                )
                assert opened.file(label, index) == files[f"{kind}/{index}.png"]
        assert opened.name(1, 3).endswith("3.png")


def test_the_same_pictures_have_the_same_digest_and_others_another() -> None:
    files = two_classes()
    again, other = gather(given(files)), gather(given(files | {"cats/9.png": picture(9)}))
    assert gather(given(files)).source == again.source != other.source


@pytest.mark.keras
def test_what_is_kept_is_a_folder_that_keras_reads() -> None:
    import keras

    files = two_classes() | {
        "cats/tall.jpg": smooth_picture(1, (700, 300), "JPEG"),
        "dogs/glass.png": picture(5, mode="RGBA"),
        "dogs/old.webp": picture(6, kind="WEBP"),
    }
    opened = own(gather(zipped(files)).source)
    data = keras.utils.image_dataset_from_directory(
        opened.folder, shuffle=False, batch_size=None, image_size=(9, 8), verbose=False
    )
    assert tuple(data.class_names) == opened.contents.classes
    assert np.bincount([int(label) for _, label in data]).tolist() == list(opened.contents.counts) == [6, 7]


def test_progress_is_told() -> None:
    heard: list[tuple[int, int]] = []
    gather(given(two_classes(3)), lambda done, of: heard.append((done, of)))
    assert heard == [(number, 6) for number in range(1, 7)]


@pytest.mark.parametrize(
    ("paths", "labels"),
    [
        (["cats/1.jpg", "dogs/2.jpg"], ["cats", "dogs"]),
        (["set/cats/1.jpg", "set/dogs/2.jpg"], ["cats", "dogs"]),
        (["a/b/cats/1.jpg", "a/b/dogs/2.jpg"], ["cats", "dogs"]),
        (["filtered/train/cats/1.jpg", "filtered/validation/dogs/2.jpg"], ["cats", "dogs"]),
        (["Train/cats/1.jpg", "Test/cats/2.jpg"], ["cats", "cats"]),
        (["cats/indoors/1.jpg", "dogs/2.jpg"], ["cats", "dogs"]),
        (["cats/1.jpg", "2.jpg"], ["cats", None]),
        (["set/cats/1.jpg", "set/2.jpg"], ["set", "set"]),
        (["train/1.jpg", "test/2.jpg"], ["train", "test"]),
        (["cats/1.jpg"], ["cats"]),
        (["1.jpg"], [None]),
        ([], []),
    ],
)
def test_which_folder_names_the_class(paths: list[str], labels: list[str | None]) -> None:
    assert class_places([PurePosixPath(path) for path in paths]) == labels


def test_names_of_a_korean_windows_archive_are_read() -> None:
    """Explorer writes them in CP949 and does not say so."""
    data = bytearray(zipped({"aaaa/1.png": picture(1), "dogs/2.png": picture(2)}))
    for at in (data.find(b"aaaa/1.png"), data.rfind(b"aaaa/1.png")):
        data[at : at + 4] = "강아".encode("cp949")
    assert list(gather(bytes(data)).counts) == ["dogs", "강아"]


# What is left out -----------------------------------------------------------------------------------------------------


def test_what_is_broken_doubled_or_no_picture_is_left_out_and_listed() -> None:
    files = two_classes(2) | {
        "cats/broken.png": picture(7)[:200],
        "cats/again.bmp": picture(0, kind="BMP"),
        "dogs/a cat.png": picture(1),
        "dogs/empty.jpg": b"",
        "dogs/notes.txt": b"hello",
        "dogs/page.jpg": b"<html></html>",
        "lost.png": picture(8),
        ".hidden/x.png": picture(9),
        "__MACOSX/cats/._0.png": b"",
        "cats/Thumbs.db": b"",
    }
    checked = gather(zipped(files))
    assert checked.counts == {"cats": 2, "dogs": 2}
    why = skipped(checked)
    assert why.keys() == {
        "dogs/notes.txt",
        "lost.png",
        *("cats: cats/broken.png", "cats: cats/again.bmp"),
        *("dogs: dogs/a cat.png", "dogs: dogs/empty.jpg", "dogs: dogs/page.jpg"),
    }
    assert "damaged" in why["cats: cats/broken.png"]
    assert why["cats: cats/again.bmp"] == 'It is the same picture as cats/0.png in the class "cats".'
    assert why["dogs: dogs/a cat.png"] == 'It is the same picture as cats/1.png in the class "cats".'
    assert "does not end like a picture's" in why["dogs/notes.txt"]
    assert "web page" in why["dogs: dogs/page.jpg"]
    assert "not in a folder" in why["lost.png"]


@pytest.mark.parametrize("name", ["../cats/9.png", "/cats/9.png", "cats/../../9.png", "C:/cats/9.png", "cats\\9.png"])
def test_names_that_lead_out_of_the_archive_are_left_out(name: str, runs: Path) -> None:
    checked = gather(zipped(two_classes(2) | {name: picture(99)}))
    assert checked.counts == {"cats": 2, "dogs": 2}
    assert "leads out of the archive" in skipped(checked)[name]
    assert {path.suffix for path in runs.parent.rglob("*") if path.is_file()} == {".png", ".json"}


def test_links_and_encrypted_files_are_left_out(tmp_path: Path) -> None:
    archive = tmp_path / "links.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name, data in two_classes(2).items():
            packed.writestr(name, data)
        link = zipfile.ZipInfo("cats/link.png")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
        packed.writestr("dogs/secret.png", picture(50))
    packed_bytes = bytearray(archive.read_bytes())
    directory = packed_bytes.rfind(b"PK\1\2")
    packed_bytes[directory + 8] |= 1
    why = skipped(gather(bytes(packed_bytes)))
    assert why == {"cats/link.png": "It is a link to another file.", "dogs/secret.png": "It is encrypted."}


def test_links_in_a_folder_are_left_out(tmp_path: Path) -> None:
    for path, data in two_classes(2).items():
        file = tmp_path / "given" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    (tmp_path / "given" / "cats" / "link.png").symlink_to(tmp_path / "given" / "dogs" / "0.png")
    assert skipped(gather(tmp_path / "given")) == {"cats/link.png": "It is a link to another file."}


def test_files_that_are_too_large_are_left_out() -> None:
    files = two_classes(2) | {"cats/large.bmp": b"BM" + bytes(MAX_BYTES)}
    for checked in (gather(zipped(files, zipfile.ZIP_DEFLATED)), gather(given(files))):
        assert ["At most 20 MB are read. Received: 20.0 MB." in why for why in skipped(checked).values()] == [True]


def test_a_file_that_lies_about_its_size_is_read_up_to_the_bound_only() -> None:
    data = bytearray(zipped(two_classes(2) | {"cats/large.bmp": b"BM" + bytes(MAX_BYTES)}, zipfile.ZIP_DEFLATED))
    directory = data.rfind(b"PK\1\2")
    data[directory + 24 : directory + 28] = struct.pack("<I", 100)
    assert "cats: cats/large.bmp" in skipped(gather(bytes(data)))


def test_a_file_that_is_damaged_in_the_archive_is_left_out() -> None:
    data = bytearray(zipped(two_classes(2)))
    data[data.find(b"IDAT") + 20] ^= 0xFF
    assert skipped(gather(bytes(data))) == {"cats: cats/0.png": "It is damaged in the archive."}


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, r"At least two classes are needed.*Received: 0 \(–\)"),
        ({"cats/1.png": picture(1)}, r"Received: 1 \(cats\)"),
        ({"set/cats/1.png": picture(1), "set/cats/2.png": picture(2)}, r"Received: 1 \(cats\)"),
        (
            {"1.png": picture(1), "2.png": picture(2)},
            r"Received: 0 \(–\)\. Files left out: 2\. The first one: 1\.png\. It is not in a folder",
        ),
        (
            {"../cats/1.png": picture(1), "../dogs/2.png": picture(2)},
            r"Received: 0 \(–\)\. Files left out: 2\. The first one: \.\./cats/1\.png\. Its name leads out",
        ),
        ({"cats/1.png": picture(1), "dogs/2.png": b"x"}, 'No picture of the class "dogs".*Left out: 1.*text file'),
        ({"cats/1.png": picture(1), "dogs/2.png": picture(1)}, 'class "dogs".*It is the same picture as cats/1.png'),
        ({f"{n}/1.png": b"" for n in range(101)}, "At most 100 classes.*Received: 101"),
    ],
)
def test_sets_with_nothing_to_tell_apart_are_refused(files: dict[str, bytes], said: str) -> None:
    with pytest.raises(CnnError, match=said):
        gather(zipped(files))


def test_of_a_set_of_which_every_file_is_too_large_that_is_said() -> None:
    zeros = bytes(MAX_BYTES + 1)
    data = zipped({"cats/1.jpg": zeros, "dogs/1.jpg": zeros}, zipfile.ZIP_DEFLATED)
    with pytest.raises(CnnError, match=r"Files left out: 2\. The first one: cats/1\.jpg\. The file is too large"):
        gather(data)


def zip_of_empty_files(count: int) -> bytes:
    """Return an archive of so many files, much sooner than `zipfile` writes it."""
    files, directory = bytearray(), bytearray()
    for number in range(count):
        name = f"{number % 2}/{number:05}.png".encode()
        numbers = (20, 20, *(0,) * 7, len(name), *(0,) * 4, 0, len(files))
        directory += struct.pack("<4s6H3I5H2I", b"PK\1\2", *numbers) + name
        files += struct.pack("<4s5H3I2H", b"PK\3\4", 20, *(0,) * 7, len(name), 0) + name
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(files), 0)
    return bytes(files + directory + end)


def test_empty_files_are_read_by_python_and_are_no_pictures() -> None:
    data = zip_of_empty_files(3)
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["0/00000.png", "1/00001.png", "0/00002.png"]
    with pytest.raises(CnnError, match=r"The file is empty"):
        gather(data)


def test_fifty_thousand_files_are_refused_before_one_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "plain", None)
    many = {"cats": [("1.png", b"")], "dogs": [(f"{n}.png", b"") for n in range(49_999)]}
    for everything in (many, zip_of_empty_files(50_000)):
        with pytest.raises(CnnError, match=r"At most 20,000 files are read\. Received: 50,000"):
            gather(everything)


def test_a_directory_that_lies_about_its_length_is_refused() -> None:
    data = bytearray(zipped(two_classes(2)))
    data[-12:-8] = struct.pack("<I", 2**31)
    with pytest.raises(CnnError, match=r"At most 20,000 files|not a readable zip archive"):
        gather(bytes(data))


def test_a_zip_bomb_is_refused_when_it_has_unpacked_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 3_000_000)
    files = {f"{kind}/{n}.bmp": bytes(1_000_000) for kind in ("cats", "dogs") for n in range(10)}
    data = zipped(files, zipfile.ZIP_DEFLATED)
    assert len(data) < 50_000
    with pytest.raises(CnnError, match="The archive unpacks to more than 3 MB"):
        gather(data)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\3\4" + bytes(100), picture(0), zipped(two_classes(1))[:-30]])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(CnnError, match="not a readable zip archive"):
        gather(data)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CnnError, match="no folder of this name"):
        gather(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "label", ["", " cats", "cats ", ".", "..", ".git", "a/b", "a\\b", "a:b", "a\nb", "x" * 61, "CON", "nul.txt"]
)
def test_unsafe_names_of_classes_are_refused(label: str) -> None:
    with pytest.raises(CnnError, match="A class name has 1 to 60 characters"):
        gather({label: [("1.png", picture(1))], "dogs": [("2.png", picture(2))]})


@pytest.mark.parametrize("label", ["cats", "고양이", "Ankle boot", "T-shirt, long", "3", "é"])
def test_good_names_of_classes(label: str) -> None:
    assert check_label(label) == label
    assert check_label("e\u0301") == "é"


def test_pictures_that_are_gone_are_said() -> None:
    with pytest.raises(CnnError, match="no longer kept here"):
        own(Own("0" * 64))
    checked = gather(given(two_classes(1)))
    opened = own(checked.source)
    for path in opened.folder.rglob("*.png"):
        path.unlink()
    with pytest.raises(CnnError, match="no longer kept here"):
        opened.file(0, 0)
