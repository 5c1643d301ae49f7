"""components + cells -> how many of each class, and how much, each cell has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo.crs import metric_crs, to_crs
from gridgeo.errors import CodeError, SchemaError
from gridgeo.schema import AREA_M2, CELL_CODE, CLASS_CODE, LENGTH_M
from gridgeo.validate import Faults, require_columns

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats

LINEAR, POLYGONAL = 1, 2
"""The dimensions of lines and of polygons."""


def count_by_cell(components: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Count the components of each class in each cell, and measure lines and polygons.

    Parameters
    ----------
    components
        ``cell_code``, as :func:`geocode` gives it, and ``class_code``. Components without a cell
        are not counted; those without a class are, under empty text. Rows are counted: of a line
        that was split, every cell that has a piece counts one. ``length_m`` and ``area_m2`` are
        taken each where it is there, else measured on lines and polygons in metres.
    cells
        ``cell_code``.

    Returns
    -------
    pandas.DataFrame
        One row for every cell, in the order of the cells, with ``cell_code`` as the index. One
        column of whole numbers for every class, sorted; then ``<class>_length_m`` for every class
        that has lines and ``<class>_area_m2`` for every class that has polygons; 0 where a cell
        has none.

    Raises
    ------
    SchemaError
        A frame lacks a column, or lengths or areas are no numbers.
    CodeError
        Components name cells that are not among the cells.

    Examples
    --------
    >>> components = pd.DataFrame(
    ...     {
    ...         "cell_code": ["A2", "A2", "", "A1", "A2"],
    ...         "class_code": ["0105", "0105", "0105", "0301", "0301"],
    ...         "length_m": [None, None, None, 40.0, 60.0],
    ...     }
    ... )
    >>> count_by_cell(components, pd.DataFrame({"cell_code": ["A1", "A2"]}))
               0105  0301  0301_length_m
    cell_code
    A1            0     1           40.0
    A2            2     1           60.0
    """
    require_columns(components, [CELL_CODE, CLASS_CODE], "components")
    require_columns(cells, [CELL_CODE], "cells")
    codes = components[CELL_CODE].fillna("")
    faults = Faults("components", components.index)
    strange = ~codes.isin([*cells[CELL_CODE], ""]).to_numpy()
    faults.add(CodeError, strange, f"{CELL_CODE!r} names no cell; geocode them with these cells")
    faults.raise_if_any()
    placed = (codes != "").to_numpy()
    sizes = component_sizes(components, placed)
    sizes[CELL_CODE] = codes[placed].to_numpy()
    sizes[CLASS_CODE] = components[CLASS_CODE].astype(object).fillna("").astype(str)[placed].array
    of_cell = pd.Index(cells[CELL_CODE], name=CELL_CODE)
    counts = pd.crosstab(sizes[CELL_CODE], sizes[CLASS_CODE])
    tables = [counts.reindex(of_cell, fill_value=0).astype(np.int64)]
    for size in (LENGTH_M, AREA_M2):
        has = sizes[sizes[size].notna()]
        sums = pd.crosstab(has[CELL_CODE], has[CLASS_CODE], values=has[size], aggfunc="sum")
        tables.append(sums.reindex(of_cell).fillna(0.0).add_suffix(f"_{size}"))
    return pd.concat(tables, axis=1).rename_axis(columns=None)


def component_sizes(components: pd.DataFrame, rows: Bools) -> pd.DataFrame:
    """Give the length of lines and the area of polygons of some rows, NaN for all else.

    ``length_m`` and ``area_m2``, as the components have them or measured in metres.
    """
    own = components[rows]
    sizes = pd.DataFrame({LENGTH_M: np.nan, AREA_M2: np.nan}, index=range(len(own)))
    measures = {LENGTH_M: (LINEAR, shapely.length), AREA_M2: (POLYGONAL, shapely.area)}
    for size, (dimension, measure) in measures.items():
        if size in own:
            sizes[size] = _numbers(own[size])
        elif isinstance(own, gpd.GeoDataFrame):
            at = np.flatnonzero(shapely.get_dimensions(own.geometry.to_numpy()) == dimension)
            if len(at):
                shapes = to_crs(own, metric_crs(own, "components")).geometry.to_numpy()
                sizes.loc[at, size] = measure(shapes[at])
    return sizes


def _numbers(column: pd.Series) -> Floats:
    numbers = pd.to_numeric(column, errors="coerce")
    faults = Faults("components", column.index)
    wrong = numbers.isna() & column.notna() & (column.astype("str").str.strip() != "")
    faults.add(
        SchemaError,
        wrong.to_numpy(bool),
        f"{column.name!r} must be numbers; mend it, or drop it to have the components measured",
    )
    faults.raise_if_any()
    return numbers.to_numpy(dtype=np.float64, na_value=np.nan)
