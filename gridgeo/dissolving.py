"""cells -> zones, streets, districts: cells of one code united, and zones given codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._collector import collector_held
from gridgeo._polygons import join_coverage
from gridgeo._zone_columns import (
    force_plane,
    read_load,
    read_unit,
    read_zones,
    require_cells,
)
from gridgeo._zone_numbers import number_zones, order_zones, write_codes
from gridgeo.crs import metric_crs, to_crs
from gridgeo.errors import CodeError
from gridgeo.schema import AREA_M2, LOAD, N_CELLS, ZONE_CODE, ZONE_NAME
from gridgeo.validate import Faults, require_columns, require_geoframe, require_rows

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo._zone_columns import Load
    from gridgeo.codes import CodeScheme
    from gridgeo.schema import Ints

CODE: Final = "_code"
"""What the names of columns of codes end in."""


@collector_held()
def dissolve_zones(
    cells: GeoDataFrame,
    *,
    by: str = ZONE_CODE,
    load: Load | None = None,
    name: str | None = None,
) -> GeoDataFrame:
    """Unite the cells of each zone, or of any other level.

    Parameters
    ----------
    cells
        ``cell_code``, or ``area_code`` where areas stand in their place; the column ``by``;
        polygons in any CRS.
    by
        Column with the codes of the level: ``zone_code``, ``street_code``, ``area_code``.
    load
        What is summed up as ``load``: as for :func:`cells_to_zones`; by default a column ``load``
        of the cells, where there is one.
    name
        Column of the cells with the names of the level; it becomes ``zone_name``. A zone has the
        first name among its cells.

    Returns
    -------
    GeoDataFrame
        In the CRS of the cells, one row a zone, sorted by code: the column ``by``, ``zone_name``,
        ``area_m2`` (planar, in metres), ``n_cells``, ``load``, and every other column of codes
        (``..._code``) that is the same in all cells of each zone: the levels in which zones lie.
        Polygons keep all vertices, so that zones tile what the cells tile; they are
        multipolygons only where a zone is in parts that share no border.

    Raises
    ------
    SchemaError, CodeError, GeometryError, CRSError
        The cells cannot be used as they are, lack a column, or a cell has no code in ``by``.

    Examples
    --------
    >>> import geopandas, shapely
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": ["A1", "A2", "B1"], "zone_code": ["Z01", "Z01", "Z02"],
    ...      "street_code": ["S", "S", "S"]},
    ...     geometry=[shapely.box(x, 0, x + 100, 100) for x in (0, 100, 200)], crs="EPSG:4547",
    ... )
    >>> dissolve_zones(cells)[["zone_code", "area_m2", "n_cells", "street_code"]]
      zone_code  area_m2  n_cells street_code
    0       Z01  20000.0        2           S
    1       Z02  10000.0        1           S
    """
    code = require_cells(cells)
    zones = read_zones(cells, by, "by")
    faults = Faults("cells", cells.index)
    faults.add(CodeError, (zones == "").to_numpy(), f"every cell needs a code in {by!r}; fill it")
    faults.raise_if_any()
    zone, names = pd.factorize(zones.array, sort=True)
    polygons = force_plane(cells.geometry.to_numpy())
    m2 = shapely.area(force_plane(to_crs(cells, metric_crs(cells)).geometry.to_numpy()))
    order = np.argsort(cells[code].to_numpy(object), kind="stable")
    columns = {by: pd.array(names, dtype="str")}
    if name is not None:
        require_columns(cells, [name], "cells")
        columns[ZONE_NAME] = cells[name].groupby(zone).first().to_numpy()
    columns[AREA_M2] = np.bincount(zone, m2)
    columns[N_CELLS] = np.bincount(zone)
    if load is not None or LOAD in cells:
        carried = read_load(cells, LOAD if load is None else load, m2)
        columns[LOAD] = np.bincount(zone, carried)
    columns |= _levels(cells, zone, {by, code})
    united = join_coverage(polygons[order], zone[order], len(names))
    return gpd.GeoDataFrame(columns, geometry=united, crs=cells.crs)


def zone_codes(
    cells: GeoDataFrame,
    *,
    by: str = ZONE_CODE,
    within: str | None = None,
    scheme: CodeScheme | None = None,
) -> pd.Series:
    """Give zones codes of a scheme: the code of their unit, and a number from north to south.

    Parameters
    ----------
    cells
        Cells with a zone each, or zones themselves; polygons in any CRS.
    by
        Column that tells the zones apart, whatever is in it.
    within
        Column with the code of the unit in which each zone lies; None: there is none.
    scheme
        How codes are written: ``ZONE_2``, ``ZONE_3`` or a ``CodeScheme`` of your own; by default
        with as few digits as all units can do with, two or more.

    Returns
    -------
    Series
        Text, on the index of the cells. In each unit numbers go from north to south in rows as
        high as a zone is wide, and in each row from west to east.

    Raises
    ------
    CodeError
        A cell has no zone or unit, a zone lies in two units, or there are more zones in a unit
        than the scheme can number.

    Examples
    --------
    >>> import geopandas, shapely
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": ["A1", "A2", "B1"], "drawn": ["south", "north", "south"],
    ...      "street_code": ["S1", "S1", "S1"]},
    ...     geometry=[shapely.box(x, y, x + 100, y + 100) for x, y in ((0, 0), (0, 100), (100, 0))],
    ...     crs="EPSG:4547",
    ... )
    >>> zone_codes(cells, by="drawn", within="street_code").tolist()
    ['S1Z02', 'S1Z01', 'S1Z02']
    """
    require_geoframe(cells, "cells")
    require_rows(cells, "cells")
    zones, units = read_zones(cells, by, "by"), read_unit(cells, within)
    faults = Faults("cells", cells.index)
    faults.add(CodeError, (zones == "").to_numpy(), f"every row needs a zone in {by!r}; fill it")
    faults.raise_if_any()
    zone, names = pd.factorize(zones.array, sort=True)
    of_cell, unit_names = pd.factorize(units.array, sort=True)
    unit = np.zeros(len(names), dtype=np.int64)
    unit[zone] = of_cell
    faults.add(CodeError, unit[zone] != of_cell, f"zones that lie in two of {within!r}; split them")
    faults.raise_if_any()
    moved = force_plane(to_crs(cells, metric_crs(cells)).geometry.to_numpy())
    m2, xy = shapely.area(moved), shapely.get_coordinates(shapely.centroid(moved))
    total = np.bincount(zone, m2).astype(np.float64)
    centers = np.column_stack([np.bincount(zone, m2 * axis) / total for axis in xy.T])
    numbers = number_zones(
        order_zones(centers, total, unit), unit, np.zeros(len(unit_names), dtype=np.int64)
    )
    codes = write_codes(pd.Index(unit_names), unit, numbers, scheme)
    return pd.Series(codes.array[zone], index=cells.index, name=ZONE_CODE, dtype="str")


def _levels(cells: GeoDataFrame, zone: Ints, own: set[str]) -> dict[str, Any]:
    """Give the columns of codes that say the same of all cells of each zone."""
    first = np.zeros(int(zone.max()) + 1, dtype=np.int64)
    first[zone[::-1]] = np.arange(len(zone))[::-1]
    found = {}
    for column in cells.columns:
        if not str(column).endswith(CODE) or column in own:
            continue
        values, _ = pd.factorize(cells[column].array, use_na_sentinel=False)
        if (values == values[first][zone]).all():
            found[column] = cells[column].array[first]
    return found
