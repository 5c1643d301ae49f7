"""What stands beside the map of one zone: persons, figures, parts, neighbours, what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo.maps import style
from gridgeo.maps.sheet_blocks import Block, Row
from gridgeo.maps.tree import hectares
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    AREA_NAME,
    CLASS_CODE,
    LOAD,
    N_CELLS,
    NAME,
    ZONE_NAME,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gridgeo.maps.atlas_pages import Book
    from gridgeo.maps.pen import Pen
    from gridgeo.maps.sheet_blocks import Panel
    from gridgeo.schema import Bools

_NOBODY: Final = "—"
_TYPE: Final = 8.5
_GAP: Final = 3.0
"""Between a role and its persons, mm on A3."""


def zone_blocks(
    pen: Pen, book: Book, panel: Panel, zone: int, width: float, most: int
) -> list[Block]:
    """Give the blocks of a zone's page, with lists of at most so many rows."""
    said = book.subject.said
    mine = book.zoning.row == zone
    return [
        Block(said["persons"], list(_persons(pen, book, zone, width))),
        Block(said["figures"], list(_figures(book, zone, mine))),
        Block(said["components"], _cut(_components(book, panel, mine), most, said["and_others"])),
        Block(said["neighbouring"], _cut(_neighbours(book, zone), most, said["and_others"])),
        Block(said["key_units"], _cut(_key_units(book, zone), most, said["and_others"])),
        Block(said["parts_of"], _cut(_parts(book, mine), most, said["and_others"])),
    ]


def _cut(rows: Sequence[Row], most: int, others: str) -> list[Row]:
    """Cut a list down, and say how many more there are."""
    if len(rows) <= most:
        return list(rows)
    return [*rows[:most], Row(others.format(n=f"{len(rows) - most:,}"))]


def _persons(pen: Pen, book: Book, zone: int, width: float) -> Iterator[Row]:
    """Give each role its persons, in as many lines as they take."""
    persons, separator = book.zoning.persons, book.subject.said["list_separator"]
    for role in persons.columns:
        names = str(persons[role].iloc[zone]).split(separator)
        lines = [""]
        room = width - pen.width(role, _TYPE) - _GAP * pen.paper.unit
        for name in names:
            longer = separator.join(filter(None, [lines[-1], name]))
            if lines[-1] and pen.width(longer, _TYPE) > room:
                lines.append(name)
                room = width
            else:
                lines[-1] = longer
        yield Row(str(role), lines[0] or _NOBODY)
        yield from (Row("", line) for line in lines[1:])


def _figures(book: Book, zone: int, mine: Bools) -> Iterator[Row]:
    said, zones = book.subject.said, book.zoning.zones
    yield Row(said["size"], hectares(said, float(zones[AREA_M2].iloc[zone])))
    if book.celled:
        yield Row(said["cells"], f"{int(zones[N_CELLS].iloc[zone]):,}")
    shown = book.subject.components
    if shown is not None:
        yield Row(said["components"], f"{_in_cells(shown.cell, mine).sum():,}")
    if LOAD in zones.columns and np.isfinite(load := float(zones[LOAD].iloc[zone])):
        yield Row(said["load"], f"{load:,.10g}")


def _in_cells(cell: np.ndarray, mine: Bools) -> Bools:
    """Tell which components lie in the cells of a zone; those of no cell lie in none."""
    return np.asarray(np.append(mine, False)[cell])


def _components(book: Book, panel: Panel, mine: Bools) -> list[Row]:
    shown = book.subject.components
    if shown is None:
        return []
    classes = shown.classes
    here = shown.class_row[_in_cells(shown.cell, mine)]
    counts = np.bincount(here, minlength=len(classes))
    order = [row for row in np.argsort(-counts, kind="stable").tolist() if counts[row]]
    rows = []
    for row in order:
        code, name = classes[CLASS_CODE].iloc[row], classes["name"].iloc[row]
        dot = style.CLASS_COLORS[classes["group"].iloc[row]] if panel.dots else None
        label = name if name == code else f"{code}  {name}"
        rows.append(Row(label, f"{counts[row]:,}", dot=dot))
    return rows


def _key_units(book: Book, zone: int) -> list[Row]:
    units = book.subject.key_units
    if units is None:
        return []
    inside = shapely.intersects(book.zoning.zones.geometry.iloc[zone], units.points)
    return [Row(name, star=True) for name in units.table.loc[inside, NAME]]


def _neighbours(book: Book, zone: int) -> list[Row]:
    said, names = book.subject.said, book.zoning.zones[ZONE_NAME]
    return [
        Row(names.iloc[other], said["on_page"].format(n=f"{book.pages[other]:,}"))
        for other in sorted(book.neighbours[zone])
    ]


def _parts(book: Book, mine: Bools) -> list[Row]:
    """List the areas in which the zone has cells, that with most first."""
    if not book.celled:
        return []
    subject = book.subject
    counts = subject.cells.loc[mine, AREA_CODE].value_counts()
    names = subject.areas.set_index(AREA_CODE)[AREA_NAME]
    unit = subject.said["cells_unit"]
    return [Row(str(names[code]), f"{n:,} {unit}") for code, n in counts.items()]
