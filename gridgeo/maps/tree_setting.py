"""Lines of an outline -> columns on a paper: what stands where, at which size of type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo.maps.paper import MM_PER_POINT, Box

if TYPE_CHECKING:
    import pandas as pd

    from gridgeo.maps.paper import Paper
    from gridgeo.maps.pen import Pen
    from gridgeo.schema import Bools, Floats, Ints

_TYPE: Final = (8.5, 7.5, 6.5)
"""Sizes of type in points, whatever the paper: a smaller one is not read without a glass."""

_LEADING: Final = 1.6 * MM_PER_POINT
_INDENT: Final = 1.7 * MM_PER_POINT
_GAP: Final = 0.8 * MM_PER_POINT
"""Distance of lines, step of a level, and space before a note: mm a point of type."""

_GUTTER: Final = 6.0
_AIR: Final = 8.0
"""On A3, between neat line and text."""

_NARROWEST: Final = 40.0
_WIDEST: Final = 110.0
"""Columns, in millimetres; a longer line is cut off with an ellipsis."""

_MEASURED_AT: Final = _TYPE[-1]
_SLACK: Final = 1.02
"""Letters of another size are wider by as much: on screen they are set to whole pixels."""

_BLANK: Final = -1


@dataclass(frozen=True)
class Outline:
    """The lines of a tree and the room they take.

    Parameters
    ----------
    depth
        Of each line, from 0.
    leaf
        Whether it is a person: these are not torn from what they stand below.
    bold
        Whether it begins a block of its own.
    width
        In mm, of type of one point.
    """

    depth: Ints
    leaf: Bools
    bold: Bools
    width: Floats

    @property
    def n(self) -> int:
        """How many lines there are."""
        return len(self.depth)


@dataclass(frozen=True)
class Setting:
    """Where every line stands on a paper.

    Parameters
    ----------
    paper
        What it is set on.
    size
        Of the type, points.
    width
        Of a column, mm.
    line
        Row of the tree of each line that is set; some are repeated at the head of a column.
    again
        Whether it is such a repetition.
    column, row
        Where it stands.
    """

    paper: Paper
    size: float
    width: float
    line: Ints
    again: Bools
    column: Ints
    row: Ints

    @property
    def gap(self) -> float:
        """Space before a note, mm."""
        return self.size * _GAP

    @property
    def leading(self) -> float:
        """Distance of lines, mm."""
        return self.size * _LEADING

    @property
    def indent(self) -> float:
        """Step of a level, mm."""
        return self.size * _INDENT

    def places(self, outline: Outline) -> tuple[Floats, Floats, Floats]:
        """Give x and y of the middle of each line's left end, and the room to its right, mm."""
        box = _field(self.paper)
        step = np.asarray(outline.depth[self.line] * self.indent, dtype=np.float64)
        x = box.left + np.asarray(self.column * (self.width + _GUTTER), dtype=np.float64) + step
        y = box.bottom + box.height - np.asarray(self.row + 0.5, dtype=np.float64) * self.leading
        return x, y, self.width - step

    def parents(self, outline: Outline) -> Ints:
        """Give the place among the lines set of what each stands below; -1 for none."""
        depth, place = outline.depth[self.line], np.arange(len(self.line))
        above = np.full(len(place), -1)
        for level in range(1, int(depth.max(initial=0)) + 1):
            last = np.maximum.accumulate(np.where(depth == level - 1, place, -1))
            here = depth == level
            above[here] = last[here]
        same = (above >= 0) & (self.column[above] == self.column)
        return np.where(same, above, -1)


def outline_of(lines: pd.DataFrame, pen: Pen, continued: str) -> Outline:
    """Measure the lines of a tree; those of depth 0 begin a block each."""
    depth = lines["depth"].to_numpy()
    bold = depth == 0
    size = _MEASURED_AT / pen.paper.unit
    weights = np.where(bold, "bold", "normal").tolist()
    names = [
        pen.width(name, size, weight) for name, weight in zip(lines["name"], weights, strict=True)
    ]
    notes = [pen.width(note, size) for note in lines["note"]]
    # A line may be repeated at the head of a column, with this in place of its note.
    after = np.maximum(notes, pen.width(continued, size, "bold"))
    width = (np.array(names) + after) / _MEASURED_AT + _GAP + depth * _INDENT
    return Outline(depth, (lines["kind"] == "role").to_numpy(), bold, width)


def most_lines(paper: Paper) -> int:
    """Give how many lines a paper has room for at most, in the smallest type."""
    field = _field(paper)
    n_columns = (field.width + _GUTTER) // (_NARROWEST + _GUTTER)
    return int(n_columns * (field.height // (_TYPE[-1] * _LEADING)))


def fitting(outline: Outline, paper: Paper) -> Setting | None:
    """Set an outline on a paper in the largest type that has room there; None where none has."""
    for size in _TYPE:
        widest = float(outline.width.max()) * size * _SLACK
        width = float(np.clip(widest, _NARROWEST, _WIDEST))
        field = _field(paper)
        n_columns = int((field.width + _GUTTER) // (width + _GUTTER))
        most = int(field.height // (size * _LEADING))
        least = -(-outline.n // max(n_columns, 1))
        # Columns of like length look better than full ones and a short last one.
        for n_rows in range(least, most + 1):
            columns = _columns(outline, n_rows, n_columns)
            if columns:
                return _setting(columns, paper, size, width)
    return None


def _field(paper: Paper) -> Box:
    """Give what of a paper the outline may take: below the title, inside the neat line."""
    left, bottom, width, height = paper.neat_line
    air = _AIR * paper.unit
    return Box(left + air, bottom + air, width - 2 * air, height - paper.title.height - 2 * air)


def _columns(outline: Outline, n_rows: int, n_columns: int) -> list[tuple[Ints, Ints]]:
    """Break an outline into columns: lines, and those repeated above them; empty if too many."""
    order = _with_gaps(outline)
    columns: list[tuple[Ints, Ints]] = []
    start = 0
    while start < len(order) and len(columns) < n_columns:
        start += order[start] == _BLANK
        above = _above(outline.depth, order[start])
        end = _break_at(outline, order, start, start + n_rows - len(above))
        if end <= start:
            return []
        columns.append((order[start:end], above))
        start = end
    return columns if start >= len(order) else []


def _with_gaps(outline: Outline) -> Ints:
    """Give the lines with a blank before each block that does not follow a line of its kind."""
    begins = np.flatnonzero(outline.bold[1:] & ~outline.bold[:-1]) + 1
    return np.insert(np.arange(outline.n), begins, _BLANK)


def _above(depth: Ints, line: int) -> Ints:
    """Give the lines that a line stands below, from the top."""
    before = np.arange(line)
    levels = range(int(depth[line]))
    return np.array([before[depth[:line] == level][-1] for level in levels], dtype=np.int64)


def _break_at(outline: Outline, order: Ints, start: int, end: int) -> int:
    """Move a break up so that no persons are torn from their zone, and no heading stands last."""
    if end >= len(order):
        return len(order)
    moved = end
    while start < moved and _torn(outline, order[moved - 1], order[moved]):
        moved -= 1
    return moved if moved > start else end


def _torn(outline: Outline, last: int, first: int) -> bool:
    if _BLANK in (last, first):
        return False
    return bool(outline.leaf[first] or outline.depth[first] > outline.depth[last])


def _setting(columns: list[tuple[Ints, Ints]], paper: Paper, size: float, width: float) -> Setting:
    lines = [np.concatenate([again, body]) for body, again in columns]
    repeated = [
        np.arange(len(one)) < len(again) for one, (_, again) in zip(lines, columns, strict=True)
    ]
    line = np.concatenate(lines)
    column = np.repeat(np.arange(len(lines)), [len(one) for one in lines])
    row = np.concatenate([np.arange(len(one)) for one in lines])
    shown = line != _BLANK
    again = np.concatenate(repeated)
    return Setting(paper, size, width, line[shown], again[shown], column[shown], row[shown])
