"""What a zip archive or a folder holds, listed before anything of it is opened; nothing is unpacked to the disk."""

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

from cnn_core.errors import CnnError
from cnn_core.pictures.limits import MAX_BYTES
from cnn_core.sentences import N_, Note, Sentence

MOST_FILES: Final = 20_000
MOST_UNPACKED: Final = 2**30
"""Bytes of all files together. Pictures are packed already, so an archive of them hardly grows."""

_SUFFIXES: Final = (
    *(".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp"),
    *(".tif", ".tiff", ".heic", ".heif", ".avif"),
)
_LEFT_BEHIND: Final = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What systems put beside pictures; it is passed over without a word, as hidden files are."""

_END: Final = b"PK\5\6"
_END_BYTES, _LONGEST_COMMENT = 22, 65_535
_DIRECTORY_BYTES: Final = MOST_FILES * 600
"""A file has 46 bytes in the directory, its name and what systems add to that."""

_NO_ARCHIVE: Final = N_("This is not a readable zip archive. Pack the folders of your classes into a zip file.")
_TOO_MANY: Final = N_(
    "At most {most} files are read. Received: {count}. Leave some pictures of each class out, or make several sets."
)
_BOMB: Final = N_(
    "The archive unpacks to more than {most} MB, which is unusual for pictures. Received: {size} MB packed. Use "
    "smaller or fewer pictures."
)
_UNSAFE: Final = Note(N_("Its name leads out of the archive, or is not a file name."))
_LINK: Final = Note(N_("It is a link to another file."))
_ENCRYPTED: Final = Note(N_("It is encrypted."))
_NO_PICTURE: Final = Note(N_("Its name does not end like a picture's, such as .jpg or .png."))
_DAMAGED: Final = Note(N_("It is damaged in the archive."))


_UNPACKING_ERRORS: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError),
    *(EOFError, OSError, ValueError, RuntimeError),
)
"""What `zipfile` and its decompressors raise."""


class File(NamedTuple):
    """A file that may be a picture: its path within the archive or folder, and how its bytes are read.

    `read` raises UnreadableError.
    """

    path: PurePosixPath
    read: Callable[[], bytes]


class Skipped(NamedTuple):
    """What is left out, and why."""

    name: str
    why: Sentence


class UnreadableError(Exception):
    """A file cannot be read; `why` says so."""

    def __init__(self, why: Sentence) -> None:
        super().__init__(str(why))
        self.why = why


def files_of_zip(data: bytes) -> tuple[list[File], list[Skipped]]:
    """Return the pictures' files in an archive, and what is left out.

    Raises:
        CnnError: it is no archive, has too many files, or would unpack to too much.
    """
    _refuse_large_directory(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as error:
        raise CnnError(_NO_ARCHIVE) from error
    infos = [info for info in archive.infolist() if not info.is_dir()]
    refuse_too_many(len(infos))
    budget = _Budget(len(data))
    files, skipped = [], []
    for info in infos:
        name = _name(info)
        why = _problem_in_zip(name, info)
        if _is_left_behind(PurePosixPath(name)):
            continue
        if why is None:
            files.append(File(PurePosixPath(name), _reader(archive, info, budget)))
        else:
            skipped.append(Skipped(name, why))
    return files, skipped


def files_of_folder(folder: Path) -> tuple[list[File], list[Skipped]]:
    """Return the pictures' files below a folder, links left out; raises CnnError where it is none or has too many."""
    if not folder.is_dir():
        raise CnnError(N_("There is no folder of this name. Received: {folder}."), folder=folder)
    files, skipped = [], []
    for path in _paths(folder):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if _is_left_behind(name):
            continue
        why = _LINK if path.is_symlink() else _problem(name)
        if why is None:
            files.append(File(name, lambda path=path: _read_file(path)))  # type: ignore[misc]
        else:
            skipped.append(Skipped(str(name), why))
        refuse_too_many(len(files) + len(skipped))
    return files, skipped


def refuse_too_many(count: int) -> None:
    """Raise CnnError for more than `MOST_FILES` files."""
    if count > MOST_FILES:
        raise CnnError(_TOO_MANY, most=f"{MOST_FILES:,}", count=f"{count:,}")


def too_large(size: int) -> Note:
    """Return why a file of so many bytes is left out."""
    message = N_("The file is too large. At most {limit:.0f} MB are read. Received: {size:.1f} MB.")
    return Note(message, {"limit": MAX_BYTES / 1e6, "size": size / 1e6})


def _paths(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_symlink() or path.is_file())


def _read_file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableError(too_large(size))
        return path.read_bytes()
    except OSError as error:
        message = N_("The file cannot be read ({reason}).")
        raise UnreadableError(Note(message, {"reason": error.strerror or type(error).__name__})) from error


def _is_left_behind(path: PurePosixPath) -> bool:
    return any(part in _LEFT_BEHIND or (part.startswith(".") and part.strip(".")) for part in path.parts)


def _problem(path: PurePosixPath) -> Note | None:
    return None if path.suffix.lower() in _SUFFIXES else _NO_PICTURE


# Zip ------------------------------------------------------------------------------------------------------------------


def _refuse_large_directory(data: bytes) -> None:
    """Refuse an archive by the size of its directory, which Python would read as a whole."""
    start = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if start < 0 or start + _END_BYTES > len(data):
        raise CnnError(_NO_ARCHIVE)
    count, size = struct.unpack_from("<HI", data, start + 10)
    refuse_too_many(count)
    if size > _DIRECTORY_BYTES:
        # The count has 16 bits only; a file takes 46 bytes at least.
        refuse_too_many(max(MOST_FILES + 1, min(size, len(data)) // 100))


def _name(info: zipfile.ZipInfo) -> str:
    """Return a file's name. Where the archive does not say how it is coded, it is UTF-8 or Windows's Korean code."""
    if info.flag_bits & 0x800 or info.orig_filename.isascii():
        return info.orig_filename
    coded = info.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "cp949"):
        try:
            return coded.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _problem_in_zip(name: str, info: zipfile.ZipInfo) -> Note | None:
    parts = name.split("/")
    if "\\" in name or ":" in name or not name.isprintable() or any(part in ("", ".", "..") for part in parts):
        return _UNSAFE
    if stat.S_ISLNK(info.external_attr >> 16):
        return _LINK
    if info.flag_bits & 1:
        return _ENCRYPTED
    if info.file_size > MAX_BYTES:
        return too_large(info.file_size)
    return _problem(PurePosixPath(name))


class _Budget:
    """How many bytes may still come out of an archive, whatever it says of its files."""

    def __init__(self, packed: int) -> None:
        self._packed, self._left = packed, MOST_UNPACKED

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise CnnError(_BOMB, most=f"{MOST_UNPACKED / 2**20:,.0f}", size=f"{self._packed / 2**20:,.1f}")


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with archive.open(info) as member:
                data = member.read(MAX_BYTES + 1)
        except _UNPACKING_ERRORS as error:
            raise UnreadableError(_DAMAGED) from error
        budget.take(len(data))
        if len(data) > MAX_BYTES:
            raise UnreadableError(too_large(len(data)))
        return data

    return read
