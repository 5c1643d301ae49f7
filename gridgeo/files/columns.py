"""Which columns a format can hold, and under which names."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgeo.errors import InputError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
"""Endings of the files that GDAL writes."""

_TABLES = (".csv", ".xlsx")
_RESERVED = ("fid", "geom", "geometry")
_INT64_MAX = np.iinfo(np.int64).max
# A minus before a number makes no formula; components read from a table keep numbers as text.
_FORMULA = r"(?![-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\Z)[=+\-@\t\r]"


def check_columns(frame: pd.DataFrame, name: str, ending: str, *, table: bool = False) -> None:
    """Refuse a frame that a file of this ending cannot hold, naming the columns."""
    drawn = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    if ending in DRIVERS and drawn is None and not table:
        raise InputError(f"{name!r} needs a frame with a geometry; write a table as .csv or .xlsx.")
    names = frame.columns
    _refuse(names[names.duplicated()], name, "repeat; rename them")
    no_text = [column for column in names if not isinstance(column, str)]
    _refuse(no_text, name, "have names that are no text; see frame.rename(columns=str)")
    if ending in DRIVERS:
        second = [column for column in geometries(frame) if column != drawn]
        _refuse(second, name, "are second geometries; drop them, or write .parquet")
    foreign = [column for column in names if not _fits(frame[column], ending)]
    _refuse(foreign, name, "hold what the format cannot; make them numbers or text")


def _refuse(columns: Iterable[object], name: str, fault: str) -> None:
    if listed := ", ".join(map(repr, columns)):
        raise SchemaError(f"{name!r}: columns {listed} {fault}.")


def geometries(frame: pd.DataFrame) -> list[str]:
    """Name the columns that hold geometries."""
    return [str(name) for name, dtype in frame.dtypes.items() if dtype == "geometry"]


def _fits(column: pd.Series, ending: str) -> bool:
    """Tell whether a format has a type for a column: no timedelta, complex, half or long one."""
    kind = column.dtype.kind
    if ending not in DRIVERS:
        return kind != "c" or ending in _TABLES
    if kind == "u":
        return not (column.dropna() > _INT64_MAX).any()
    return kind not in "mc" and column.dtype != np.float16


def gpkg_names(frame: pd.DataFrame) -> dict[str, str]:
    """Give new names to the columns that a GeoPackage cannot tell apart or keeps for itself."""
    columns = [column for column in frame.columns if column not in geometries(frame)]
    taken = {*_RESERVED, *map(str.lower, columns)}
    keepers = {column.lower(): column for column in reversed(columns)}
    keepers |= {column: column for column in columns if column == column.lower()}
    renamed = {}
    for column in columns:
        if column.lower() in _RESERVED or keepers[column.lower()] != column:
            number = next(n for n in count(2) if f"{column}_{n}".lower() not in taken)
            renamed[column] = f"{column}_{number}"
            taken.add(renamed[column].lower())
    return renamed


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop geometries, and put an apostrophe before texts that would be formulas."""
    table = pd.DataFrame(frame.drop(columns=geometries(frame)))
    for name, column in table.items():
        if column.dtype.kind not in "biufcM":
            text = column.astype("str")
            risky = text.str.match(_FORMULA, na=False)
            table[name] = column.astype(object).mask(risky, "'" + text)
    return table.rename(columns=lambda name: re.sub(f"^(?={_FORMULA})", "'", name))
