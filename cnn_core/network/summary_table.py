"""The table that Keras's `model.summary()` prints, as rows: the boxes of Keras 3 and the columns of Keras 2."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cnn_core.errors import CnnError, LayerError, NetworkFileError

LONGEST_TABLE: Final = 2_000_000
"""Characters."""
CUT: Final = "…"
"""Where Keras cuts a name off that is too long for its column."""
_HEADS: Final = ("Layer (type)", "Output Shape", "Param #", "Connected to")
_END: Final = re.compile(r"\s*(Total|Trainable|Non-trainable) params")

Shape = tuple[int, ...]


@dataclass
class SummaryRow:
    """A row of the table.

    Attributes:
        line: the number of its first line, from 1.
        cells: the text of each column that is read; the lines of a wrapped cell are joined.
    """

    line: int
    cells: list[str]

    def refuse(self, cause: CnnError) -> NetworkFileError:
        return NetworkFileError("Line {line}: {cause}", line=self.line, cause=cause)

    def expected(self, what: str, cell: int) -> NetworkFileError:
        return self.refuse(LayerError(what, text=self.cells[cell][:80]))

    @property
    def name_and_kind(self) -> tuple[str, str]:
        match = re.fullmatch(r"(.*?)\s*\(([^()]*)\)?", self.cells[0])
        if match is None:
            raise self.expected("Expected a layer's name and its kind in parentheses. Received: {text}.", 0)
        return match[1].strip(), match[2].strip()

    @property
    def shape(self) -> Shape:
        sizes = re.findall(r"\d+|None|\?", self.cells[1])
        if len(sizes) < 2 or not all(size.isdecimal() for size in sizes[1:]) or self.cells[1].count("(") > 1:
            message = "Expected one output shape whose sizes are known, such as (None, 28, 28, 1). Received: {text}."
            raise self.expected(message, 1)
        return tuple(int(size[:20]) for size in sizes[1:])

    @property
    def parameters(self) -> int:
        digits = self.cells[2].replace(",", "").strip()
        if not digits.isdecimal() or len(digits) > 20:
            raise self.expected("Expected a number of parameters. Received: {text}.", 2)
        return int(digits)

    @property
    def sources(self) -> list[str]:
        """The names in "Connected to", some of them cut off; none where there is no such column."""
        found = re.split(rf"[\s,'\[\]]+|(?<={CUT})", self.cells[3]) if len(self.cells) > 3 else []
        return [name for name in found if name not in ("", "-") and not re.fullmatch(rf"\d*{CUT}?", name)]


def is_summary(text: str) -> bool:
    """Say whether a text holds a table that `model.summary()` prints.

    >>> is_summary("Layer (type)   Output Shape   Param #"), is_summary("Conv-Pool-FC-SM")
    (True, False)
    """
    return any(map(_is_head, text.splitlines()))


def rows_of(text: str) -> Iterator[SummaryRow]:
    """Yield the rows below the head of the table, up to the totals; raises NetworkFileError."""
    if len(text) > LONGEST_TABLE:
        raise NetworkFileError(
            "The table is too long. Received: {length} characters; at most {most} are read.",
            length=f"{len(text):,}",
            most=f"{LONGEST_TABLE:,}",
        )
    lines = text.splitlines()
    at = next((number for number, line in enumerate(lines) if _is_head(line)), None)
    head = lines[at] if at is not None else ""
    table = _Boxes(head) if re.search(r"[┃│|]", head) else _Columns(head)
    if at is None or len(table.cells(head)) < 3:
        heads = ", ".join(_HEADS[:3])
        raise NetworkFileError("This is not a table of model.summary(). Expected a header with {heads}.", heads=heads)
    row: SummaryRow | None = None
    for number, line in enumerate(lines[at + 1 :], at + 2):
        if _END.match(line):
            break
        cells = table.cells(line)
        if not any(cells):
            ended, row = (row, None) if table.is_ruled else (None, row)
            if ended is not None:
                yield ended
        elif row is not None and (table.is_ruled or not cells[2]):
            row.cells = [before + more for before, more in zip(row.cells, cells, strict=True)]
        else:
            if row is not None:
                yield row
            row = SummaryRow(number, cells)
    if row is not None:
        yield row


def _is_head(line: str) -> bool:
    return all(head in line for head in _HEADS[:3])


class _Boxes:
    """Cells between vertical lines, rows between horizontal ones."""

    is_ruled = True

    def __init__(self, head: str) -> None:
        names = self._cut(head)
        self.columns = [names.index(name) for name in _HEADS if name in names]

    def cells(self, line: str) -> list[str]:
        found = self._cut(line) if re.search(r"[^\W_]", line) else []
        return [found[column] if column < len(found) else "" for column in self.columns]

    def _cut(self, line: str) -> list[str]:
        return [cell.strip() for cell in re.split(r"[┃│|]", line)]


class _Columns:
    """Cells that begin below their head. A row goes on where the next line has no number of parameters."""

    is_ruled = False

    def __init__(self, head: str) -> None:
        self.starts = [head.index(name) for name in _HEADS if name in head]

    def cells(self, line: str) -> list[str]:
        found = line if re.search(r"[^\W_]", line) else ""
        ends = [*self.starts[1:], len(found)]
        return [found[start:end].strip() for start, end in zip(self.starts, ends, strict=True)]
