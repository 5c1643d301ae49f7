"""What zones are made of, read from cells: what each carries, where it belongs, what stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import shapely

from gridgeo._layers import text
from gridgeo._texts import as_text
from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.schema import AREA_CODE, AREA_M2, CELL_CODE
from gridgeo.validate import Faults, check_areas, check_cells, require_columns, require_number

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.schema import Bools, Floats, Geometries

Load: TypeAlias = "str | pd.Series | Mapping[str, float]"
"""A column, values on the index of the cells, or the weights of several columns."""


def require_cells(cells: GeoDataFrame) -> str:
    """Guard cells, or areas in their place; gives the column of their codes."""
    if CELL_CODE in getattr(cells, "columns", ()) or AREA_CODE not in getattr(cells, "columns", ()):
        check_cells(cells)
        return CELL_CODE
    check_areas(cells, "cells")
    return AREA_CODE


def read_load(cells: GeoDataFrame, load: Load, m2: Floats) -> Floats:
    """Read what each cell carries, 0 or more.

    Parameters
    ----------
    cells
        The cells.
    load
        As the user gave it.
    m2
        (cells,) their areas, where the cells have no column ``area_m2``.

    Raises
    ------
    SchemaError
        A column is missing or holds no numbers, or a Series lacks cells.
    InputError
        Loads are missing, negative or not finite, or there is none at all.
    """
    weights = load if isinstance(load, Mapping) else {load: 1.0} if isinstance(load, str) else {}
    if isinstance(load, pd.Series):
        total = _numbers(on_cells(load, cells, "load"), "load")
    elif weights:
        total = np.zeros(len(cells))
        for column, weight in weights.items():
            require_number(weight, f"load[{column!r}]", at_least=0)
            if column != AREA_M2 or column in cells:
                require_columns(cells, [column], "cells")
            values = cells[column] if column in cells else pd.Series(m2, cells.index)
            total += weight * _numbers(values, column)
    else:
        raise InputError(
            "`load` must be a column of the cells, a Series on their index, or a dictionary of "
            f"columns and their weights, not {load!r}."
        )
    faults = Faults("cells", cells.index)
    faults.add(InputError, np.isnan(total), "cells without a load; fill it, with 0 for none")
    faults.add(InputError, total < 0, "cells with a negative load; it must be 0 or more")
    faults.add(InputError, np.isinf(total), "cells with an infinite load; give it a number")
    faults.raise_if_any()
    return total


def read_unit(cells: GeoDataFrame, within: str | None) -> pd.Series:
    """Read the code of the unit in which each cell's zone must lie; empty text where in none."""
    if within is None:
        return pd.Series("", index=cells.index, dtype="str")
    if not isinstance(within, str):
        raise InputError(
            f"`within` must be the name of a column of the cells, not {type(within).__name__}."
        )
    require_columns(cells, [within], "cells")
    codes = _codes(cells[within])
    faults = Faults("cells", cells.index)
    blank = (codes.str.strip() == "").to_numpy()
    faults.add(CodeError, blank, f"every cell needs a code in {within!r}; fill it")
    faults.raise_if_any()
    return codes


def read_zones(cells: GeoDataFrame, zones: str | pd.Series | None, name: str) -> pd.Series:
    """Read the code of each cell's zone; empty text where it has none."""
    if zones is None:
        return pd.Series("", index=cells.index, dtype="str")
    codes = _codes(_column(cells, zones, name, complete=False))
    return codes.where(codes.str.strip() != "", "")


def read_locked(cells: GeoDataFrame, locked: str | pd.Series | None) -> Bools:
    """Read which cells must stay in their zones."""
    if locked is None:
        return np.zeros(len(cells), dtype=bool)
    stays = _column(cells, locked, "locked")
    if not pd.api.types.is_bool_dtype(stays.dtype) or stays.isna().any():
        raise SchemaError(f"`locked` must be True or False for every cell, not {stays.dtype}.")
    return stays.to_numpy(bool)


def on_cells(
    values: pd.Series, cells: pd.DataFrame, name: str, *, complete: bool = True
) -> pd.Series:
    """Bring a Series onto the index of the cells; ``complete``: it must have all of them."""
    if values.index.equals(cells.index):
        return values
    if not (values.index.is_unique and cells.index.is_unique):
        raise SchemaError(f"`{name}` and the cells have labels that repeat; use reset_index().")
    missing = ~cells.index.isin(values.index)
    if complete or missing.all():
        faults = Faults("cells", cells.index)
        faults.add(SchemaError, missing, f"cells whose labels the Series `{name}` lacks")
        faults.raise_if_any()
    return values.reindex(cells.index)


def force_plane(polygons: Geometries) -> Geometries:
    """Drop heights."""
    flat: Geometries = shapely.force_2d(polygons) if shapely.has_z(polygons).any() else polygons
    return flat


def _column(
    cells: GeoDataFrame, given: str | pd.Series, name: str, *, complete: bool = True
) -> pd.Series:
    """Give a column of the cells, or a Series brought onto their index."""
    if isinstance(given, pd.Series):
        return on_cells(given, cells, name, complete=complete)
    if not isinstance(given, str):
        raise InputError(f"`{name}` must be a column of the cells or a Series, not {given!r}.")
    require_columns(cells, [given], "cells")
    column: pd.Series = cells[given]
    return column


def _codes(values: pd.Series) -> pd.Series:
    """Give codes as text, empty where one is missing.

    Whole numbers have no point, though a column of them with gaps comes as fractions.
    """
    if pd.api.types.is_float_dtype(values.dtype):
        return as_text(values, exact=False).fillna("")
    return text(values)


def _numbers(values: pd.Series, name: str) -> Floats:
    if not pd.api.types.is_numeric_dtype(values.dtype):
        raise SchemaError(f"{name!r} must hold numbers to be a load, not {values.dtype}.")
    return values.to_numpy(dtype=float, na_value=np.nan)
