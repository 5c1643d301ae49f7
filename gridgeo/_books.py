"""Tables laid out as the sheets of a workbook: names, widths, and what a cell cannot hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from gridgeo import _sheets
from gridgeo._sheets import MAX_CHARACTERS
from gridgeo._tables import text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gridgeo.schema import Bools

Format: TypeAlias = Literal["count", "amount"]
"""How numbers are shown: whole with separators of thousands, or with two decimals too."""

MAX_TITLE: Final = 31
"""Characters of a sheet's name."""

_REFUSED: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_ENDS: Final = re.compile(r"^[\s']+|[\s']+$")
_RESERVED: Final = ("", "history")
"""Names that a spreadsheet keeps for itself, in lower case."""

# What XML cannot hold; a tab and a line feed it can.
_NO_XML_SIGNS: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
_NO_XML: Final = re.compile(_NO_XML_SIGNS.replace("]", "\ud800-\udfff]"))
_HALVES: Final = re.compile("[\ud800-\udfff]")
UNKNOWN: Final = "\ufffd"
"""What stands for a character that no workbook can hold."""

WIDEST: Final = 48
"""Width of a column, in characters, beyond which its text goes on in a second line."""

_HEADING: Final = 255
"""Characters of a heading; more of them say no more."""

_NARROWEST: Final = 8
_AIR: Final = 2.5
"""Room beside the text of a column: its margins, and the button of the filter."""


@dataclass(frozen=True)
class Block:
    """A table on a sheet.

    Parameters
    ----------
    table
        Its rows, without a geometry.
    headings
        What its columns are called; one that is not named keeps its own name.
    formats
        How its numbers are shown; those of other columns as they are.
    totals
        The row below the table, by column; none where empty.
    caption
        A line above the table; none where empty.
    facts
        Whether each row is a fact with its name in the first column: no head, no filter.
    links
        Texts of the first column and the titles of the sheets that they lead to.
    spoken
        What values are called, by column; one that is not named stands as it is.
    """

    table: pd.DataFrame
    headings: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, Format] = field(default_factory=dict)
    totals: Mapping[str, object] = field(default_factory=dict)
    caption: str = ""
    facts: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    spoken: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)

    def headed(self) -> pd.DataFrame:
        """Give the table in words, under its headings, numbered where they repeat."""
        taken: set[str] = set()
        names = []
        for column in self.table.columns:
            wanted = self.headings.get(column, str(column))
            numbered = (f"{wanted} ({n})" for n in count(2))
            name = wanted if wanted not in taken else next(n for n in numbered if n not in taken)
            taken.add(name)
            names.append(name)
        table = self.table.copy(deep=False)
        for column, said in self.spoken.items():
            if column in table:
                told = table[column].astype(object)
                table[column] = told.map(said).where(told.isin(said), told)
        return table.set_axis(names, axis=1)


@dataclass(frozen=True)
class Sheet:
    """A sheet: its title, and its tables one below the other.

    A ``listing`` is one table whose head stays in view and can be filtered. Tabs of a ``color``
    stand out.
    """

    title: str
    blocks: tuple[Block, ...]
    listing: bool = True
    color: str = ""


def sheet_titles(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Give sheets names that a spreadsheet takes: short, unlike each other, without its signs.

    Examples
    --------
    >>> sheet_titles(["1/2", "History", "Zones", "ZONES", "'a'"])
    ['1_2', 'History_', 'Zones', 'ZONES (2)', 'a']
    """
    used = {title.lower() for title in taken}
    titles = []
    for text in wanted:
        plain = _short(_ENDS.sub("", _REFUSED.sub("_", text)), MAX_TITLE)
        if plain.lower() in _RESERVED:
            plain += "_"
        title = plain
        for n in count(2):
            if title.lower() not in used:
                break
            ending = f" ({n})"
            title = _short(plain, MAX_TITLE - len(ending)) + ending
        used.add(title.lower())
        titles.append(title)
    return titles


def one_cell(text: str) -> str:
    """Make a heading of a text from data: what a workbook can hold, and no longer than one."""
    return _units(_NO_XML.sub(UNKNOWN, text), _HEADING)


def without_long_texts(sheets: Sequence[Sheet]) -> tuple[list[Sheet], pd.DataFrame]:
    """Cut texts to what a cell holds, and take out what no workbook can.

    Returns
    -------
    list of Sheet, DataFrame
        The sheets; and the whole of each text that was cut, in as many rows as it takes:
        ``sheet``, ``row`` (what the row's first column says), ``column``, ``part``, ``text``.
    """
    found: list[pd.DataFrame] = []
    cut = [
        replace(sheet, blocks=tuple(_cut(block, sheet.title, found) for block in sheet.blocks))
        for sheet in sheets
    ]
    columns = ["sheet", "row", "column", "part", "text"]
    long = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    return cut, long


def continued(sheet: Sheet) -> list[Sheet]:
    """Go on, where a listing has more rows than a sheet, on sheets of their own.

    The totals stand at the end of the last.
    """
    # A row for the head, one for the totals.
    most = _sheets.MAX_ROWS - 2
    (block,) = sheet.blocks if sheet.listing else (None,)
    if block is None or len(block.table) <= most:
        return [sheet]
    starts = range(0, len(block.table), most)
    titles = sheet_titles([sheet.title] * len(starts))
    return [
        replace(
            sheet,
            title=title,
            blocks=(
                replace(
                    block,
                    table=block.table.iloc[start : start + most],
                    totals=block.totals if start == starts[-1] else {},
                ),
            ),
        )
        for title, start in zip(titles, starts, strict=True)
    ]


def column_widths(sheet: Sheet) -> list[float]:
    """Give the widths of a sheet's columns, in characters; a Chinese one is two wide."""
    widths: list[float] = []
    for block in sheet.blocks:
        for place, (heading, column) in enumerate(block.headed().items()):
            if place == len(widths):
                widths.append(_NARROWEST)
            total = block.totals.get(str(block.table.columns[place]), "")
            values = [] if block.facts and place else [text_width(str(heading)), _shown(total)]
            values += _text_widths(column, numbers_only=block.facts and place > 0)
            widths[place] = max([widths[place], *(width + _AIR for width in values)])
    return [min(width, WIDEST) for width in widths]


def _short(text: str, most: int) -> str:
    """Cut a title to a number of UTF-16 units, as spreadsheets count, and no apostrophe last."""
    return _units(text, most).rstrip(" '")


def _units(text: str, most: int) -> str:
    """Cut a text to a number of UTF-16 units, but never through a character."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", errors="ignore")


def _cut(block: Block, title: str, found: list[pd.DataFrame]) -> Block:
    table = block.table.copy(deep=False)
    headings = block.headed().columns
    for place, name in enumerate(table.columns):
        column = table[name] if block.facts else _plain(table[name])
        at_fault = _suspicious(column)
        if at_fault.any():
            kept = column.astype(object)
            texts = kept[at_fault].map(lambda text: _NO_XML.sub(UNKNOWN, text))
            pieces = texts.map(_pieces)
            kept[at_fault] = pieces.str[0]
            column = kept if block.facts else kept.astype("str")
            found.append(_told(table.iloc[:, 0], pieces, title, headings[place]))
        table[name] = column
    return replace(block, table=table)


def _plain(column: pd.Series) -> pd.Series:
    """Make text of what is neither numbers, truth values nor times."""
    if column.dtype.kind in "biufcmM" or column.dtype == "str":
        return column
    known = column.notna()
    column = column.astype(object).where(known, None)
    # Halves of a pair, as broken files have them, are no characters to any column of text.
    texts = column[known].map(lambda value: _HALVES.sub(UNKNOWN, str(value)))
    return texts.reindex(column.index).astype("str")


def _suspicious(column: pd.Series) -> Bools:
    """Tell which texts may be too long for a cell, or have characters that XML cannot hold."""
    if column.dtype == "str":
        signs = column.str.contains(_NO_XML_SIGNS, na=False)
        return (signs | (column.str.len() > MAX_CHARACTERS // 2)).to_numpy(bool)
    if column.dtype == object:
        return np.array([isinstance(value, str) and _is_suspicious(value) for value in column])
    return np.zeros(len(column), bool)


def _is_suspicious(text: str) -> bool:
    return len(text) > MAX_CHARACTERS // 2 or _NO_XML.search(text) is not None


def _told(names: pd.Series, pieces: pd.Series, title: str, heading: str) -> pd.DataFrame:
    """List texts that were taken apart, a row for each piece."""
    long = pieces[pieces.str.len() > 1]
    told = pd.DataFrame(
        {
            "sheet": title,
            "row": names[long.index].astype("str").str.slice(0, MAX_TITLE),
            "column": heading,
            "part": long.map(lambda some: range(1, len(some) + 1)),
            "text": long,
        }
    )
    told = told.explode(["part", "text"], ignore_index=True)
    return told.astype({"part": "int64"})


def _pieces(text: str) -> list[str]:
    """Take a text apart into what a cell holds, in the units that spreadsheets count."""
    pieces = []
    while True:
        piece = text if 2 * len(text) <= MAX_CHARACTERS else _units(text, MAX_CHARACTERS)
        pieces.append(piece)
        text = text[len(piece) :]
        if not text:
            return pieces


def _text_widths(column: pd.Series, *, numbers_only: bool) -> list[int]:
    if column.empty:
        return []
    kind = column.dtype.kind
    if kind == "M":
        return [16]
    if kind in "iuf":
        return [_shown(column.min()), _shown(column.max())]
    if numbers_only:
        return [_shown(value) for value in column if isinstance(value, (int, float))]
    lines = {line for text in column.dropna().unique() for line in str(text).split("\n")}
    return [len(line) if line.isascii() else text_width(line) for line in lines]


def _shown(value: object) -> int:
    """Count the columns that a number takes with its separators and decimals."""
    if isinstance(value, str):
        return text_width(value)
    return 0 if pd.isna(value) else len(f"{value:,.2f}")  # type: ignore[call-overload]
