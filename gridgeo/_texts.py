"""How the text of a file is written, and how its numbers become text."""

from __future__ import annotations

import codecs
import glob
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gridgeo.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from gridgeo.schema import Bools

# Language byte of a .dbf: none, and what Windows and GDAL write whatever the text is.
_UNSAID = (0, 0x57)
_DBF_HEAD = 32

NO_VALUE: Final = ("", "-", "na", "n/a", "#n/a", "nan", "none", "null", r"\n", "无")
"""What databases and spreadsheets write where nothing is known; in lower case."""

ENCODINGS: Final = ("utf-8", "gb18030")
"""How text may be written that does not say, in the order in which they are tried."""

_IN_COMMON_USE: Final = 0.9
"""Share of GB 2312 in Chinese text; in Western text read as GB18030 it is about none."""


def require_encoding(encoding: str | None) -> None:
    """Refuse the name of an encoding that there is not."""
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError as error:
        raise InputError(f"`encoding` {encoding!r} is none that Python knows.") from error


def inexact(column: pd.Series) -> Bools:
    """Tell which numbers of a decimal column are not whole, or too long to be sure of."""
    if not pd.api.types.is_float_dtype(column):
        return np.zeros(len(column), bool)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    double = np.dtype(np.float64).itemsize
    # Whole numbers are exact up to 2**53 in eight bytes, and up to 2**24 in four.
    limit = 2.0**24 if getattr(column.dtype, "itemsize", double) < double else 2.0**53
    return ~np.isnan(values) & ~((np.abs(values) < limit) & (values == np.round(values)))


def as_text(column: pd.Series, *, exact: bool = True) -> pd.Series:
    """Write a column as text, whole numbers without a point; what is missing stays missing."""
    if pd.api.types.is_float_dtype(column) and (exact or not inexact(column).any()):
        column = column.astype("Float64").astype("Int64")
    return column.astype("str").str.strip()


def looks_chinese(text: str) -> bool:
    """Tell whether text that was read as GB18030 is such: most of it is in common use.

    Nearly all bytes are GB18030 of something. In Western text an accented letter and the one
    that follows make a character, but none of GB 2312, the 7,445 that Chinese is written with.
    """
    foreign = "".join(filter(lambda letter: letter > "\x7f", text))
    known = len(foreign.encode("gb2312", errors="ignore")) // 2
    return known >= _IN_COMMON_USE * len(foreign)


def dbf_encoding(path: Path) -> str | None:
    """Tell how a Shapefile's text is written where its files do not say: all of it, strictly."""
    beside = {file.suffix.lower(): file for file in path.parent.glob(f"{glob.escape(path.stem)}.*")}
    if path.suffix.lower() != ".shp" or ".cpg" in beside or ".dbf" not in beside:
        return None
    data = beside[".dbf"].read_bytes()
    if len(data) < _DBF_HEAD or data[29] not in _UNSAID:
        return None
    start = int.from_bytes(data[8:10], "little")
    names = [data[at : at + 11].split(b"\0")[0] for at in range(_DBF_HEAD, start - 1, _DBF_HEAD)]
    for encoding in ENCODINGS:
        try:
            text = b"\n".join([*names, data[start:]]).decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding if encoding == "utf-8" or looks_chinese(text) else None
    return None
