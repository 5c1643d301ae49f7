"""Sheets -> one workbook, whole or not at all."""

from __future__ import annotations

import math
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
from xlsxwriter import Workbook

from gridgeo._books import WIDEST, Block, Sheet, column_widths, one_cell
from gridgeo._sheets import as_sheet
from gridgeo._tables import text_width
from gridgeo.errors import GridGeoError
from gridgeo.files.frames import NOT_WRITTEN
from gridgeo.files.places import replacing, unwritable

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_A4: Final = 9
_TEXT: Final = 49
_LARGE: Final = 3_000_000
"""Cells from which on rows go to the disk at once: each takes some 200 bytes of memory before."""

_LINE: Final = {"bottom": 1, "bottom_color": "#D9D9D9", "valign": "vcenter"}
_HEAD: Final = {"bold": True, "bg_color": "#DCE6F1", "bottom": 1, "text_wrap": True}
_TOTAL: Final = {"bold": True, "top": 1, "bg_color": "#F2F2F2"}
# The space of a blank keeps numbers off the text to their right.
_NUMBERS: Final = {"count": "#,##0_ ", "amount": "#,##0.00_ ", "plain": "General_ "}
_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "text": {**_LINE, "num_format": _TEXT},
    "wrap": {**_LINE, "num_format": _TEXT, "text_wrap": True},
    "date": {**_LINE, "num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "head": _HEAD,
    "right head": {**_HEAD, "align": "right", "indent": 1},
    "caption": {"bold": True, "font_size": 12, "font_color": "#1F3864"},
    "fact": {"font_color": "#595959"},
    "value": {"align": "left"},
    "link": {"num_format": _TEXT, "font_color": "#0563C1", "underline": 1},
    "total": {**_TOTAL, "num_format": _TEXT},
    **{name: {**_LINE, "num_format": shown} for name, shown in _NUMBERS.items()},
    **{f"{name} value": {"num_format": _NUMBERS[name], "align": "left"} for name in _NUMBERS},
    **{f"{name} total": {**_TOTAL, "num_format": _NUMBERS[name]} for name in _NUMBERS},
}

_MOST_LINES: Final = 12
"""A row is at most so many lines high; what goes on below is in the cell, but not in view."""

_LINE_HEIGHT: Final = 13.5


@dataclass(frozen=True)
class BookLook:
    """What is alike on all sheets of a workbook.

    ``title`` stands at the head of printed pages, ``imprint`` at their foot beside ``page``, in
    which ``{page}`` and ``{pages}`` become the numbers.
    """

    title: str
    imprint: str
    page: str
    font: str


def write_workbook(sheets: Sequence[Sheet], path: str | os.PathLike[str], look: BookLook) -> Path:
    """Write sheets into one workbook, or leave the old file as it was.

    Text is written into cells of the format text and is never a formula, a link or a number.
    Sheets have titles, rows and texts as :mod:`gridgeo._books` makes them fit.

    Raises
    ------
    InputError
        A table has more columns than a sheet, or the file cannot be written.
    """
    path = Path(path)
    n_values = sum(block.table.size for sheet in sheets for block in sheet.blocks)
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "constant_memory": n_values > _LARGE,
        "default_format_properties": {"font_name": look.font, "font_size": 10},
    }
    with replacing(path) as part:
        try:
            with closing(Workbook(part, options)) as book:
                book.set_properties({"title": look.title})
                looks = {name: book.add_format(kind) for name, kind in _LOOKS.items()}
                for sheet in sheets:
                    _Page(book.add_worksheet(sheet.title), looks).fill(sheet, path.name, look)
        except GridGeoError:
            raise
        except NOT_WRITTEN as error:
            raise unwritable(path, error) from error
    return path


class _Page:
    """A sheet that is being written, row by row from the top."""

    def __init__(self, sheet: Worksheet, looks: dict[str, Format]) -> None:
        self._sheet = sheet
        self._looks = looks
        self._row = 0
        self._wrapped: set[int] = set()

    def fill(self, sheet: Sheet, name: str, look: BookLook) -> None:
        for place, width in enumerate(column_widths(sheet)):
            self._sheet.set_column(place, place, width)
            if width == WIDEST:
                self._wrapped.add(place)
        for at, block in enumerate(sheet.blocks):
            self._row += at > 0
            self._block(block, name, listing=sheet.listing)
        if sheet.color:
            self._sheet.set_tab_color(sheet.color)
        # Codes are meant to be text: no green corner says that they look like numbers.
        self._sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._for_print(look, listing=sheet.listing)

    def _block(self, block: Block, name: str, *, listing: bool) -> None:
        if block.caption:
            self._sheet.write_string(self._row, 0, one_cell(block.caption), self._looks["caption"])
            self._row += 1
        if block.facts:
            self._facts(block)
            return
        top, table = self._row, as_sheet(block.headed(), name)
        for place, (heading, column) in enumerate(table.items()):
            look = "right head" if column.dtype.kind in "iuf" else "head"
            self._sheet.write_string(top, place, one_cell(str(heading)), self._looks[look])
        self._rows(block, table)
        if listing:
            self._sheet.freeze_panes(top + 1, 1)
            if len(table.columns):
                self._sheet.autofilter(top, 0, self._row - 1, len(table.columns) - 1)
        self._totals(block)

    def _rows(self, block: Block, table: pd.DataFrame) -> None:
        kinds = [
            _kind(column, block.formats.get(str(label)), wrapped=place in self._wrapped)
            for place, (label, (_, column)) in enumerate(
                zip(block.table.columns, table.items(), strict=True)
            )
        ]
        writes = [_writer(self._sheet, kind) for kind in kinds]
        looks = [self._looks[kind] for kind in kinds]
        wrapped = [place for place, kind in enumerate(kinds) if kind == "wrap"]
        columns = [column.astype(object).where(column.notna(), None) for _, column in table.items()]
        for values in zip(*columns, strict=True):
            self._row += 1
            lines = max([0, *(_lines(values[place] or "") for place in wrapped)])
            if lines > 1:
                self._sheet.set_row(self._row, lines * _LINE_HEIGHT)
            for place, value in enumerate(values):
                if value is None:
                    self._sheet.write_blank(self._row, place, None, looks[place])
                elif place == 0 and value in block.links:
                    self._link(value, block)
                else:
                    writes[place](self._row, place, value, looks[place])
        self._row += 1

    def _facts(self, block: Block) -> None:
        for name, *values in zip(*(block.table[label] for label in block.table), strict=True):
            if name in block.links:
                self._link(name, block)
            else:
                self._sheet.write_string(self._row, 0, name, self._looks["fact"])
            for place, value in enumerate(values, 1):
                self._fact(place, value)
            self._row += 1

    def _fact(self, place: int, value: object) -> None:
        if isinstance(value, str):
            self._sheet.write_string(self._row, place, value, self._looks["value"])
        elif not pd.isna(value):  # type: ignore[call-overload]
            kind = "count" if isinstance(value, int) else "amount"
            self._sheet.write_number(self._row, place, value, self._looks[f"{kind} value"])

    def _link(self, text: str, block: Block) -> None:
        title = block.links[text].replace("'", "''")
        self._sheet.write_url(
            self._row, 0, f"internal:'{title}'!A1", self._looks["link"], string=text
        )

    def _totals(self, block: Block) -> None:
        if not block.totals:
            return
        for place, label in enumerate(block.table.columns):
            value, kind = block.totals.get(str(label), ""), block.formats.get(str(label), "count")
            if isinstance(value, str):
                self._sheet.write_string(self._row, place, value, self._looks["total"])
            else:
                self._sheet.write_number(self._row, place, value, self._looks[f"{kind} total"])
        self._row += 1

    def _for_print(self, look: BookLook, *, listing: bool) -> None:
        sheet = self._sheet
        sheet.set_landscape() if listing else sheet.set_portrait()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        if listing:
            sheet.repeat_rows(0)
        sheet.set_header(f"&L{_printed(look.title)}&R&A")
        page = _printed(look.page).format(page="&P", pages="&N")
        sheet.set_footer(f"&L{_printed(look.imprint)}&R{page}")


def _lines(text: str) -> int:
    """Count the lines that a text takes in the widest column, up to the most that a row shows."""
    shown = [line[: _MOST_LINES * WIDEST] for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    # A word that does not fit goes into the next line: a tenth of the width is lost to that.
    lines = sum(1 + text_width(line) * 10 // (9 * WIDEST) for line in shown)
    return min(lines, _MOST_LINES)


def _kind(column: pd.Series, wanted: str | None, *, wrapped: bool) -> str:
    kind = column.dtype.kind
    if kind == "M":
        return "date"
    if kind in "biuf":
        return wanted or "plain"
    return "wrap" if wrapped else "text"


def _writer(sheet: Worksheet, kind: str) -> Any:  # noqa: ANN401 - one of the methods of a sheet
    methods = {"date": sheet.write_datetime}
    methods |= dict.fromkeys(("text", "wrap"), sheet.write_string)
    return methods.get(kind, lambda *cell: _write_number(sheet, *cell))


def _write_number(
    sheet: Worksheet, row: int, place: int, value: float, look: Format | None
) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value, look)
    elif math.isfinite(value):
        sheet.write_number(row, place, value, look)
    else:  # no sheet has a number for it
        sheet.write_string(row, place, str(value), look)


def _printed(text: str) -> str:
    """Keep a text from being read as a code of headers, and short enough for one."""
    return text[:80].replace("&", "&&")
