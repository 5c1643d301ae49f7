"""Tables -> frames of text."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from gridgeo._texts import require_encoding
from gridgeo.io.delimited import DELIMITED, DelimitedFile
from gridgeo.io.frames import require_file
from gridgeo.io.workbooks import WORKBOOKS, read_sheet

if TYPE_CHECKING:
    import os

    import pandas as pd


TABLES: Final = (*DELIMITED, *WORKBOOKS)
"""Endings of tables."""


def read_table(
    path: str | os.PathLike[str], *, encoding: str | None = None, sheet: str | None = None
) -> pd.DataFrame:
    """Read a table with every value as text: a code keeps its zeros, and a class may be called NA.

    Parameters
    ----------
    path
        A text table (csv, tsv, txt, also packed by gzip) cut by commas, semicolons or tabs, or a
        workbook (xlsx, xls, ods).
    encoding
        How a text table is written. Where not given, a mark at its beginning says UTF-8 or
        UTF-16; else it is UTF-8, or else GB18030 if all of it is valid in it and looks Chinese.
    sheet
        Which sheet of a workbook; the only one in which something stands where not given.

    Returns
    -------
    DataFrame
        Text columns; only an empty cell is missing. Columns whose names repeat are numbered.

    Raises
    ------
    InputError
        The file does not exist or cannot be read, or rows have more fields than the header.
    SchemaError
        The file is empty.

    Warns
    -----
    UserWarning
        Rows have fewer fields than the header, or columns' names repeat.

    Examples
    --------
    >>> from gridgeo.datasets import sample_path
    >>> read_table(sample_path("staff")).loc[0, ["staff_id", "full_time"]].tolist()
    ['W0001', 'True']
    """
    frame, notes = text_table(path, encoding, sheet)
    tell(notes)
    return frame


def text_table(
    path: str | os.PathLike[str], encoding: str | None, sheet: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """Read a table, and what the user should hear of it."""
    require_file(path)
    require_encoding(encoding)
    if str(path).lower().endswith(WORKBOOKS):
        return read_sheet(path, sheet)
    file = DelimitedFile(path, encoding)
    frame = pa.concat_tables(file.tables()).to_pandas()
    return frame, file.take_notes()


def tell(notes: list[str]) -> None:
    """Warn of each note, as from the line that called the public function that calls this."""
    for note in notes:
        warnings.warn(note, stacklevel=3)
