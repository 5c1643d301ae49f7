"""Workbooks -> rows of text: xlsx, xls and ods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
from python_calamine import CalamineError

from gridgeo.errors import InputError, SchemaError
from gridgeo.io.delimited import distinct_names

if TYPE_CHECKING:
    import os

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""Endings of workbooks."""

_EXACT: Final = 10**15
"""A spreadsheet keeps fifteen digits of a number; from here on the last are made up."""


def read_sheet(
    path: str | os.PathLike[str], sheet: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Read a sheet as text, and what the user should hear of it.

    A number becomes its digits, a date is written in ISO order. A whole number of more than
    fifteen digits is written as 1.10101001001001e+15: its last ones were lost in the spreadsheet.
    Rows in which nothing stands are no rows.

    Parameters
    ----------
    path
        A workbook.
    sheet
        Which sheet; the only one in which something stands where not given.

    Raises
    ------
    InputError
        The workbook cannot be read, or it is not said which sheet is meant.
    SchemaError
        Nothing stands in the sheet.
    """
    try:
        with pd.ExcelFile(path, engine="calamine") as book:
            names = [str(name) for name in book.sheet_names]
            asked = names if sheet is None else [name for name in names if name == sheet]
            sheets = {name: _cells(book, name) for name in asked}
    except (CalamineError, OSError, ValueError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as a workbook: {error}; if it is a page or a text under "
            "such a name, save it as .xlsx or .csv."
        ) from error
    filled = {name: cells for name, cells in sheets.items() if not cells.empty}
    if (sheet is None and len(filled) > 1) or not asked:
        raise InputError(
            f"say which `sheet` of {str(path)!r} is to be read; it has: {', '.join(names)}."
        )
    if not filled:
        raise SchemaError(f"{str(path)!r} is empty.")
    return _table(next(iter(filled.values())))


def _cells(book: pd.ExcelFile, sheet: str) -> pd.DataFrame:
    """Give the cells of a sheet in which something stands, with what surrounds them."""
    cells = pd.read_excel(book, sheet_name=sheet, header=None, dtype=object, na_filter=False)
    return cells[(cells != "").any(axis=1)]


def _table(cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    named = (cells.iloc[0] != "").to_numpy()
    cells = cells.loc[:, named | (cells != "").any().to_numpy()]
    header, rows = cells.iloc[0], cells.iloc[1:].reset_index(drop=True)
    names, notes = distinct_names([str(name) for name in header])
    columns = {name: _text(rows[place]) for name, place in zip(names, rows, strict=True)}
    return pd.DataFrame(columns, index=rows.index), notes


def _text(column: pd.Series) -> pd.Series:
    text = column.map(str).astype("str").mask(column == "")
    numbers = column[column.map(type).isin([int, float]).to_numpy()]
    long = numbers[numbers.astype("float64").abs() >= _EXACT]
    text[long.index] = long.map("{:.15g}".format)
    return text
