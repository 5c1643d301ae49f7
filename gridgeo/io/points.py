"""Columns of coordinates -> points; what is no number is named, what is missing has no place."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from gridgeo._collector import collector_held
from gridgeo._locate import is_finite
from gridgeo._texts import NO_VALUE
from gridgeo.errors import InputError

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.schema import Floats
    from gridgeo.validate import Faults

_GEOMETRY = "geometry"
_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$"

_INFINITE = tuple(sign + word for sign in ("", "+", "-") for word in ("inf", "infinity"))
_NO_NUMBER: Final = (*NO_VALUE, *_INFINITE)
"""What is written for a coordinate that is not known; in lower case."""


def to_numbers(column: pd.Series, faults: Faults) -> Floats:
    """Read a column of coordinates; what is missing or infinite becomes NaN.

    Parameters
    ----------
    column
        Numbers, or text.
    faults
        Takes the rows in which another text stands.
    """
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        numbers = _parsed(column, faults)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def to_points(table: pd.DataFrame, x: Floats, y: Floats) -> GeoDataFrame:
    """Give each row of a table its point, or none where a coordinate is NaN.

    A column of the table that is called ``geometry`` becomes ``geometry_1``, or the first number
    that is free.
    """
    with collector_held():
        points = shapely.points(x, y)
    points[np.isnan(x) | np.isnan(y)] = None
    if _GEOMETRY in table:
        free = next(name for n in count(1) if (name := f"{_GEOMETRY}_{n}") not in table)
        table = table.rename(columns={_GEOMETRY: free})
    return gpd.GeoDataFrame(table, geometry=points)


def without_lost(frame: GeoDataFrame) -> GeoDataFrame:
    """Take away geometries with a coordinate that is NaN or infinite: they are nowhere."""
    geometry = frame.geometry.to_numpy()
    lost = ~is_finite(geometry)
    return frame.set_geometry(frame.geometry.mask(lost)) if lost.any() else frame


def _parsed(column: pd.Series, faults: Faults) -> Floats:
    text = pa.array(column.astype("str"), type=pa.large_string())
    try:
        return _cast(text)
    except pa.ArrowInvalid:
        pass
    text = pc.utf8_trim_whitespace(text)
    unknown = pc.is_in(pc.utf8_lower(text), pa.array(_NO_NUMBER, type=text.type))
    text = pc.if_else(unknown, None, text)
    number = pc.fill_null(pc.match_substring_regex(text, _NUMBER), fill_value=True)
    wrong = ~number.to_numpy(zero_copy_only=False)
    if wrong.any():
        example = text.filter(pc.invert(number))[0].as_py()
        remedy = "write a point for the comma" if "," in example else "mend or empty it"
        faults.add(
            InputError,
            wrong,
            f"text in column {column.name!r} that is no number, such as {example!r}; {remedy}",
        )
    return _cast(pc.if_else(number, text, None))


def _cast(text: pa.Array) -> Floats:
    numbers: Floats = pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)
    return numbers
