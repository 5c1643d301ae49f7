"""components, events + cells -> the same features with the cell that owns each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
import pandas as pd
import shapely

from gridgeo._locate import OUTSIDE, is_finite, locate, locate_nearest, place_on
from gridgeo.crs import metric_crs, require_crs, to_crs
from gridgeo.errors import CodeError, CRSError, GeometryError, InputError
from gridgeo.schema import AREA_CODE, CELL_CODE, CLASS_CODE, Outside
from gridgeo.validate import Faults, check_cells, require_columns, require_geoframe, require_option

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo.schema import Bools, Geometries, Ints

PLACED: Final = "placed"
REASON: Final = "reason"

By = Literal["point"]


def geocode(
    features: GeoDataFrame,
    cells: GeoDataFrame,
    *,
    by: By = "point",
    outside: Outside = "keep",
    max_distance: float | None = None,
) -> GeoDataFrame:
    """Put components or events into the cells, each into one.

    On a common border the cell with the lowest ``cell_code`` owns the feature, whatever the order
    of the rows (our own rule; codes compare as text). Features are looked up in the cells' own
    CRS where that is in metres, else in their working CRS.

    Parameters
    ----------
    features
        Points, lines and polygons, also mixed, in any CRS.
    cells
        ``cell_code`` (unique text) and valid polygons; ``area_code`` where they have it.
    by
        ``"point"``: a feature goes where its point lies. A line is placed by the point half way
        along it, a polygon or a collection by a point inside it.
    outside
        What becomes of a feature in no cell: ``"keep"`` leaves its codes empty, ``"nearest"``
        gives it to the nearest cell, ``"raise"`` refuses the frame.
    max_distance
        How far, in metres, the nearest cell may be; no limit where it is None.

    Returns
    -------
    GeoDataFrame
        The features, row by row, in their own CRS, with ``cell_code`` and ``area_code`` (empty
        text where there is none), ``placed`` and ``reason``: empty, ``"nearest"`` (placed, but
        not inside), ``"outside"``, ``"no geometry"`` or ``"no coordinates"`` (NaN or infinite).
        Columns of these names are replaced, all others kept.

    Raises
    ------
    InputError
        An option is unknown, ``max_distance`` is no distance, or a feature lies in no cell and
        ``outside="raise"``; then ``.rows`` names them.
    SchemaError, CodeError, GeometryError, CRSError
        The cells cannot be used, or a frame has no CRS.

    Examples
    --------
    >>> import geopandas, shapely
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": ["A1", "A2"], "area_code": "A"},
    ...     geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)],
    ...     crs="EPSG:4547",
    ... )
    >>> lamps = geopandas.GeoDataFrame(
    ...     {"class_code": "0105"}, geometry=shapely.points([[150, 9], [100, 50], [999, 0]]),
    ...     index=["x", "border", "far"], crs="EPSG:4547",
    ... )
    >>> geocode(lamps, cells)[["cell_code", "area_code", "placed", "reason"]]
           cell_code area_code  placed   reason
    x             A2         A    True
    border        A1         A    True
    far                          False  outside
    """
    _guard(features, cells, by, outside, max_distance)
    crs = metric_crs(cells)
    polygons = to_crs(cells[[CELL_CODE, cells.geometry.name]], crs).geometry.to_numpy()
    rank = np.empty(len(cells), dtype=np.int64)
    rank[np.argsort(cells[CELL_CODE].to_numpy(dtype=object))] = np.arange(len(cells))
    points, reason = _find_points(features, crs)
    owner = np.full(len(features), OUTSIDE, dtype=np.int64)
    owner[reason == ""] = locate(points[reason == ""], polygons, rank)
    reason[(owner == OUTSIDE) & (reason == "")] = "outside"
    if outside == "nearest":
        astray = np.flatnonzero(reason == "outside")
        owner[astray] = locate_nearest(points[astray], polygons, rank, max_distance)
        reason[(owner != OUTSIDE) & (reason == "outside")] = "nearest"
    if outside == "raise":
        _refuse_unplaced(features, reason)
    areas = cells[AREA_CODE] if AREA_CODE in cells else pd.Series("", index=cells.index)
    return features.assign(
        **{
            CELL_CODE: _codes_at(cells[CELL_CODE], owner),
            AREA_CODE: _codes_at(areas, owner),
            PLACED: owner != OUTSIDE,
            REASON: reason,
        }
    )


def count_by_cell(components: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Count the components of each class in each cell.

    Parameters
    ----------
    components
        ``cell_code``, as :func:`geocode` gives it, and ``class_code``. Components without a cell
        are not counted; those without a class are, under empty text.
    cells
        ``cell_code``.

    Returns
    -------
    pandas.DataFrame
        Whole numbers: one row for every cell, in the order of the cells, with ``cell_code`` as
        the index; one column for every class, sorted; 0 where a cell has none.

    Raises
    ------
    SchemaError
        A frame lacks a column.
    CodeError
        Components name cells that are not among the cells.

    Examples
    --------
    >>> components = pd.DataFrame({"cell_code": ["A2", "A2", ""], "class_code": "0105"})
    >>> count_by_cell(components, pd.DataFrame({"cell_code": ["A1", "A2"]}))
               0105
    cell_code
    A1            0
    A2            2
    """
    require_columns(components, [CELL_CODE, CLASS_CODE], "components")
    require_columns(cells, [CELL_CODE], "cells")
    codes = components[CELL_CODE].fillna("")
    faults = Faults("components", components.index)
    strange = ~codes.isin([*cells[CELL_CODE], ""]).to_numpy()
    faults.add(CodeError, strange, f"{CELL_CODE!r} names no cell; geocode them with these cells")
    faults.raise_if_any()
    placed = (codes != "").to_numpy()
    counts = pd.crosstab(
        codes[placed], components[CLASS_CODE].astype(object).fillna("").astype(str)[placed]
    )
    counts = counts.reindex(pd.Index(cells[CELL_CODE], name=CELL_CODE), fill_value=0)
    return counts.rename_axis(columns=None).astype(np.int64)


def _guard(
    features: GeoDataFrame, cells: GeoDataFrame, by: str, outside: str, max_distance: float | None
) -> None:
    require_option(by, get_args(By), "by")
    require_option(outside, get_args(Outside), "outside")
    require_geoframe(features, "features")
    require_crs(features, "features")
    check_cells(cells)
    if max_distance is None:
        return
    if outside != "nearest":
        raise InputError(f"`max_distance` goes with outside='nearest', not with {outside!r}.")
    if not (math.isfinite(max_distance) and max_distance > 0):
        raise InputError(f"`max_distance` must be more than 0 metres, not {max_distance!r}.")


def _find_points(features: GeoDataFrame, crs: CRS) -> tuple[Geometries, Geometries]:
    """Find the point of each feature in a CRS, empty where there is none, and why."""
    own = features.geometry.to_numpy()
    reason = np.full(len(own), "", dtype=object)
    reason[~is_finite(own)] = "no coordinates"
    reason[shapely.is_missing(own) | shapely.is_empty(own)] = "no geometry"
    points = np.full(len(own), shapely.Point(), dtype=object)
    usable = np.flatnonzero(reason == "")
    moved, lost = _move(features.geometry.iloc[usable], crs)
    points[usable[~lost]] = place_on(moved)
    return points, reason


def _move(geometry: pd.Series, crs: CRS) -> tuple[Geometries, Bools]:
    """Reproject geometries; those for which the CRS has no coordinates are told, not raised."""
    frame = geometry.reset_index(drop=True).to_frame("geometry")
    lost = np.zeros(len(frame), dtype=bool)
    try:
        moved = to_crs(frame, crs)
    except CRSError as error:
        lost[np.array(error.rows, dtype=np.int64)] = True
        moved = to_crs(frame[~lost], crs)
    return moved.geometry.to_numpy(), lost


def _refuse_unplaced(features: GeoDataFrame, reason: Geometries) -> None:
    faults = Faults("features", features.index)
    faults.add(
        InputError,
        reason == "outside",
        "features in no cell; check their CRS, or choose outside='keep' or 'nearest'",
    )
    faults.add(
        GeometryError,
        np.isin(reason, ["no geometry", "no coordinates"]),
        "features without coordinates; drop them, or choose outside='keep'",
    )
    faults.raise_if_any()


def _codes_at(codes: pd.Series, owner: Ints) -> Geometries:
    known: Geometries = codes.fillna("").to_numpy(dtype=object)
    return np.append(known, "")[owner]
