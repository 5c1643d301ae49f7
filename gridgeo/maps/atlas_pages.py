"""The pages of an atlas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from gridgeo.maps import style
from gridgeo.maps.atlas_blocks import zone_blocks
from gridgeo.maps.coloring import neighbours_of
from gridgeo.maps.figures import pen_on
from gridgeo.maps.sheet import draw_map, draw_title, extent_on_map
from gridgeo.maps.sheet_blocks import Panel
from gridgeo.maps.sheet_inset import Inset
from gridgeo.maps.sheet_panel import (
    draw_blocks,
    draw_edge,
    draw_foot,
    draw_inset_at_foot,
    draw_panel,
    halves,
)
from gridgeo.maps.sheet_table import draw_index, index_box
from gridgeo.maps.sheet_view import View, extent_of, view_of
from gridgeo.maps.themes import ZONE
from gridgeo.schema import ZONE_CODE, ZONE_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    from gridgeo.maps.paper import Paper
    from gridgeo.maps.pen import Pen
    from gridgeo.maps.sheet_blocks import Block
    from gridgeo.maps.subject import Subject
    from gridgeo.maps.zoning import Zoning

_AROUND: Final = 1.15
"""A page shows so much more than its zone, that its neighbours are seen."""

_GAP: Final = 4.0
"""Between two columns, mm on A3."""

_PALE: Final = 0.35
"""Of its fill, what a zone keeps on the pages of others."""


@dataclass(frozen=True)
class Book:
    """What all pages of an atlas have in common.

    Parameters
    ----------
    subject, paper, font, title, imprint, fills
        What is shown, on what, how.
    scale
        Of the pages of zones; None: each its own.
    celled
        Whether the cells are cells, and not zones in their place.
    n_index
        Pages of the index; 0 where it stands beside the overview.
    pages
        On which page each zone is.
    """

    subject: Subject
    paper: Paper
    font: FontProperties
    title: str
    imprint: list[str]
    scale: float | None
    celled: bool
    n_index: int
    pages: Sequence[int]
    fills: pd.Series

    @property
    def n_pages(self) -> int:
        """How many pages there are."""
        return 1 + self.n_index + len(self.pages)

    @property
    def zoning(self) -> Zoning:
        """The zones."""
        zoning = self.subject.zoning
        if zoning is None:  # an atlas is made of zones
            raise AssertionError
        return zoning

    @cached_property
    def neighbours(self) -> list[set[int]]:
        """Of each zone, the rows of those that touch it."""
        return neighbours_of(self.zoning.zones.geometry.to_numpy())

    def numbered(self, page: int) -> list[str]:
        """Give the imprint with the number of a page."""
        said = self.subject.said
        return [*self.imprint, said["page_of"].format(n=f"{page:,}", total=f"{self.n_pages:,}")]


def overview_page(book: Book) -> Figure:
    """Draw all zones, with a legend, and the index where it has room beside it."""
    roomy = book.n_index == 0
    pen = pen_on(replace(book.paper, roomy=roomy), book.font)
    subject = book.subject
    view = view_of(extent_on_map(subject), pen.paper.map)
    if view is None:  # without a scale there is always room
        raise AssertionError
    dots = draw_map(pen, subject, view, book.fills)
    draw_title(pen, (book.title, ""))
    imprint = book.numbered(1)
    pages = book.pages if roomy else None
    panel = Panel(
        subject, view, ZONE, None, imprint, None, dots=dots, pages=pages, celled=book.celled
    )
    draw_panel(pen, panel)
    return pen.figure


def index_page(book: Book, start: int, page: int) -> tuple[Figure, int]:
    """Draw what of the index has room on a page, from a zone on; gives it and the next zone."""
    pen = pen_on(book.paper, book.font)
    unit, said = pen.paper.unit, book.subject.said
    draw_title(pen, (said["index"], book.title))
    pen.box(pen.paper.neat_line, facecolor="none", edgecolor=style.INK, lw=1.4 * unit)
    box = index_box(pen.paper)
    after = draw_index(pen, _index(book), box, start)
    number = said["page_of"].format(n=f"{page:,}", total=f"{book.n_pages:,}")
    low = pen.paper.neat_line.bottom + 4 * unit
    pen.text(box.left, low, number, 6.8, color=style.FAINT_INK, gid="imprint")
    return pen.figure, after


def _index(book: Book) -> Panel:
    view = View(0, 0, 1, 1, 1)  # an index has no map
    subject, pages = book.subject, book.pages
    return Panel(subject, view, ZONE, None, [], None, dots=False, pages=pages, celled=book.celled)


def zone_page(book: Book, zone: int) -> Figure:
    """Draw the page of one zone, by its row."""
    pen = pen_on(replace(book.paper, roomy=True), book.font)
    zones, subject = book.zoning.zones, book.subject
    shape = zones.geometry.iloc[zone]
    extent = extent_of(shape.bounds)
    view = view_of(extent, pen.paper.map, book.scale, air=_AROUND)
    if view is None:  # refused before the first page
        raise AssertionError
    dots = draw_map(pen, subject, view, _fills_around(book, zone), zone=zone)
    code, name = zones[ZONE_CODE].iloc[zone], zones[ZONE_NAME].iloc[zone]
    draw_title(pen, (name if name == code else f"{name}  {code}", book.title))
    imprint = book.numbered(book.pages[zone])
    if book.celled:
        imprint.insert(0, subject.said["cell_numbers"])
    inset = Inset(_whole(book), shape)
    panel = Panel(subject, view, ZONE, None, imprint, inset, dots=dots)
    _draw_page_panel(pen, book, panel, zone)
    return pen.figure


def _draw_page_panel(pen: Pen, book: Book, panel: Panel, zone: int) -> None:
    draw_edge(pen)
    columns = list(pen.paper.columns())
    below = [0.0] * len(columns)
    if len(columns) == 1:
        rest = draw_foot(pen, panel, columns[0], inset=False)
        columns = list(halves(rest, _GAP * pen.paper.unit))
        below = [0.0, draw_inset_at_foot(pen, panel, columns[-1])]
    else:
        columns[-1] = draw_foot(pen, panel, columns[-1])
    width = min(column.width for column in columns)

    def blocks(most: int) -> list[Block]:
        return zone_blocks(pen, book, panel, zone, width, most)

    draw_blocks(pen, blocks, columns, below)


def _fills_around(book: Book, zone: int) -> pd.Series:
    """Give the fills of the cells, those of other zones pale."""
    pale = {fill: _paler(fill) for fill in book.fills.unique()}
    own = book.zoning.row == zone
    return book.fills.where(own, book.fills.map(pale))


def _paler(fill: str) -> str:
    red, green, blue = (1 - (1 - part) * _PALE for part in to_rgb(fill))
    return str(to_hex((red, green, blue)))


def _whole(book: Book) -> np.ndarray:
    shapes = book.zoning.zones.geometry.to_numpy()
    return np.asarray(shapes, dtype=object)
