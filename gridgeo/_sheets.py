"""A table as a sheet: what a spreadsheet would change is text, what it cannot hold is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from gridgeo.errors import InputError, name_rows

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

MAX_ROWS: Final = 1_048_576
"""Rows of a sheet, its header included."""

MAX_COLUMNS: Final = 16_384
MAX_CHARACTERS: Final = 32_767
"""Characters of a cell."""

_EXACT: Final = 10**15
"""A spreadsheet keeps fifteen digits of a number."""

_FIRST_YEAR: Final = 1900
_MILLISECOND: Final = 1_000  # microseconds


def as_sheet(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give a table in which all is text but what a spreadsheet keeps as it is.

    Those are truth values, decimal numbers, whole numbers of up to fifteen digits, and times from
    1900 on that have no zone and whole milliseconds.

    Raises
    ------
    InputError
        More rows or columns than a sheet has, or a text longer than a cell holds.
    """
    if len(table) >= MAX_ROWS or table.shape[1] > MAX_COLUMNS:
        raise InputError(
            f"{name!r} cannot hold {len(table):,} rows of {table.shape[1]:,} columns, a sheet has "
            f"at most {MAX_ROWS - 1:,} below its header and {MAX_COLUMNS:,} columns; write .csv or "
            ".parquet, or several files."
        )
    sheet = {
        label: column if _is_kept(column) else column.astype("str")
        for label, column in table.items()
    }
    _refuse_long(sheet, name)
    return pd.DataFrame(sheet, index=table.index)


def _is_kept(column: pd.Series) -> bool:
    kind = column.dtype.kind
    if kind in "iu":
        return bool((column.abs() < _EXACT).all()) if kind == "i" else bool((column < _EXACT).all())
    if kind != "M":
        return kind in "bf"
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return False
    times = column.dropna()
    whole = (times.dt.microsecond % _MILLISECOND == 0) & (times.dt.nanosecond == 0)
    return bool((whole & (times.dt.year >= _FIRST_YEAR)).all())


def _refuse_long(sheet: Mapping[Hashable, pd.Series], name: str) -> None:
    for label, column in sheet.items():
        if column.dtype == "str":
            long = column.str.len() > MAX_CHARACTERS
            if long.any():
                rows = column.index[long]
                raise InputError(
                    f"{name!r}: text in column {label!r} is longer than the {MAX_CHARACTERS:,} "
                    f"characters that a cell holds; write .csv or .parquet {name_rows(rows)}.",
                    rows=rows,
                )
