"""components, events + cells -> the same features with the cell that owns each."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._features import NEAREST, NO_GEOMETRY, OUTSIDE_ALL, REASONS, read_features
from gridgeo._layers import text
from gridgeo._locate import OUTSIDE, find_boxes, locate_nearest, make_locator
from gridgeo._shareout import largest, place, share_out
from gridgeo._suspicion import Layer, find_suspicion
from gridgeo.crs import metric_crs, require_crs, to_crs
from gridgeo.errors import GeometryError, InputError
from gridgeo.schema import AREA_CODE, AREA_M2, CELL_CODE, LENGTH_M, Outside
from gridgeo.validate import (
    Faults,
    check_cells,
    require_geoframe,
    require_number,
    require_option,
)

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas.api.extensions import ExtensionArray
    from pyproj import CRS

    from gridgeo._features import Features, Reasons
    from gridgeo._shareout import Parts
    from gridgeo.schema import Ints

__all__ = ["CellIndex", "geocode"]

PLACED_COLUMN: Final = "placed"
REASON_COLUMN: Final = "reason"

_REASON_TEXTS: Final = pd.array(REASONS, dtype="str")

By = Literal["point", "share", "split"]


class CellIndex:
    """Cells made ready for geocoding, once for any number of calls.

    Parameters
    ----------
    cells
        ``cell_code`` (unique text) and valid polygons of any shape, which may also overlap;
        ``area_code`` where they have it. They are looked at in their own CRS where that is in
        metres, else in their working CRS.

    Raises
    ------
    SchemaError, CodeError, GeometryError, CRSError
        The cells cannot be used.

    Examples
    --------
    >>> import geopandas, shapely
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": ["A1", "A2"]},
    ...     geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)],
    ...     crs="EPSG:4547",
    ... )
    >>> index = CellIndex(cells)
    >>> lamp = geopandas.GeoDataFrame(geometry=[shapely.Point(150, 9)], crs="EPSG:4547")
    >>> geocode(lamp, index)["cell_code"].tolist()
    ['A2']
    """

    def __init__(self, cells: GeoDataFrame) -> None:
        require_geoframe(cells, "cells")
        boxes = find_boxes(cells.geometry.to_numpy())
        check_cells(cells, known=boxes.rectangle)
        self.crs = metric_crs(cells)
        polygons = to_crs(cells[[CELL_CODE, cells.geometry.name]], self.crs).geometry.to_numpy()
        self.locator = make_locator(polygons, boxes if self.crs == cells.crs else None)
        self.codes = _with_blank(cells[CELL_CODE])
        self.areas = _with_blank(cells.get(AREA_CODE, pd.Series("", index=cells.index)))

    def __len__(self) -> int:
        return len(self.locator.polygons)

    def __repr__(self) -> str:
        return f"CellIndex: {len(self):,} cells; {self.crs.name}"


def geocode(
    features: GeoDataFrame,
    cells: GeoDataFrame | CellIndex,
    *,
    by: By = "point",
    outside: Outside = "keep",
    max_distance: float | None = None,
) -> GeoDataFrame:
    """Put components or events into the cells, each into one, or each piece of them into one.

    On a common border the cell with the lowest ``cell_code`` owns what lies there, whatever the
    order of the rows, and where cells overlap too (our own rule; codes compare as text). A line
    within a micrometre of a border runs along it.

    Parameters
    ----------
    features
        Points, lines and polygons, also mixed, in any CRS.
    cells
        As :class:`CellIndex` takes them, or such an index.
    by
        ``"point"``: a feature goes where its point lies. A line is placed by the point half way
        along it, a polygon or a collection by a point inside it.
        ``"share"``: a line goes to the cell that has most of its length, a polygon to that with
        most of its area; all others, and an invalid polygon, by their point.
        ``"split"``: lines and polygons are cut by the cells into one row for each cell, and one
        for what lies in none.
    outside
        What becomes of a feature, or a piece, in no cell: ``"keep"`` leaves its codes empty,
        ``"nearest"`` gives it to the nearest cell, ``"raise"`` refuses the frame.
    max_distance
        How far, in metres, the nearest cell may be; no limit where it is None. With ``"share"``
        and ``"split"`` lines and polygons are as near as their shape, else as their point.

    Returns
    -------
    GeoDataFrame
        The features, row by row, in their own CRS, with ``cell_code`` and ``area_code`` (empty
        text where there is none), ``placed`` and ``reason``: empty, ``"nearest"`` (placed, but
        not inside), ``"outside"``, ``"no geometry"``, ``"no coordinates"`` (NaN or infinite) or
        ``"invalid"`` (a polygon that crosses itself: by its point, whatever ``by`` says).
        ``"share"`` adds ``share``, 0 to 1 of the feature; ``"split"`` also ``length_m`` and
        ``area_m2``, planar in the CRS of the cells, NaN for what is no line or no polygon. The
        pieces of a feature stand together under its label and sum up to it.
        Columns of these names are replaced, all others kept.

    Raises
    ------
    InputError
        An option is unknown, ``max_distance`` is no distance, or a feature lies in no cell and
        ``outside="raise"``; then ``.rows`` names them.
    SchemaError, CodeError, GeometryError, CRSError
        The cells cannot be used, a frame has no CRS, or no feature can be where its CRS puts it:
        degrees in a CRS of metres, or metres in one of degrees.

    Warns
    -----
    UserWarning
        Features lie outside the cells, but inside if their coordinates are read otherwise: axes
        exchanged, other signs, another CRS, or GCJ-02 or BD-09 (either the features' or the
        cells'). The rows stay as they are. A shift is only seen where it puts dozens of features
        outside that stand apart from each other.

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
    >>> pipe = geopandas.GeoDataFrame(
    ...     geometry=[shapely.LineString([(50, 50), (250, 50)])], crs="EPSG:4547"
    ... )
    >>> geocode(pipe, cells, by="split")[["cell_code", "length_m", "share"]].to_numpy().tolist()
    [['A1', 50.0, 0.25], ['A2', 100.0, 0.5], ['', 50.0, 0.25]]
    """
    _guard(features, by, outside, max_distance)
    index = cells if isinstance(cells, CellIndex) else CellIndex(cells)
    found = read_features(features, index.crs)
    if by == "point":
        parts = place(found, index.locator, index.codes)
    else:
        parts = share_out(found, index.locator, index.codes)
    if by == "share":
        parts = largest(parts, index.codes)
    astray = np.flatnonzero((parts.owner == OUTSIDE) & (parts.reason < NO_GEOMETRY))
    parts.reason[astray] = OUTSIDE_ALL
    placed, missed = np.zeros((2, len(features)), dtype=bool)
    placed[parts.feature[parts.owner != OUTSIDE]] = True
    missed[parts.feature[astray]] = True
    missed &= ~placed
    came = Layer(features.geometry.to_numpy(), features.crs)
    if suspicion := find_suspicion(came, index.locator, index.crs, placed, missed):
        suspicion.tell(features.index[missed])
    if outside == "nearest":
        _give_to_nearest(parts, astray, found, index, max_distance)
    if outside == "raise":
        _refuse_unplaced(features.index[parts.feature], parts.reason)
    columns = _told(parts, index)
    if by == "split":
        columns |= {LENGTH_M: parts.length_m, AREA_M2: parts.area_m2}
        features = _in_pieces(features, parts, index.crs)
    if by != "point":
        columns["share"] = parts.share
    return features.assign(**columns)


def _give_to_nearest(
    parts: Parts, astray: Ints, found: Features, index: CellIndex, max_distance: float | None
) -> None:
    """Write down the nearest cell of what lies in none, where there is one within reach.

    What was measured is as near as its shape, all else as its point.
    """
    feature, places = parts.feature[astray], parts.geometry[astray].copy()
    whole = shapely.is_missing(places)
    measured = whole & ~np.isnan(np.fmax(parts.length_m, parts.area_m2)[astray])
    shape = np.searchsorted(found.shaped, feature[measured])
    places[measured] = found.shapes[shape]
    whole &= ~measured
    places[whole] = shapely.points(found.x[feature[whole]], found.y[feature[whole]])
    has = np.isfinite(found.x[feature]) & np.isfinite(found.y[feature])
    astray, places = astray[has], places[has]
    nearest = locate_nearest(places, index.locator.polygons, index.codes, max_distance)
    parts.owner[astray] = nearest
    parts.reason[astray[nearest != OUTSIDE]] = NEAREST


def _in_pieces(features: GeoDataFrame, parts: Parts, crs: CRS) -> GeoDataFrame:
    """Give each part a row, and its own shape where it is not all of its feature."""
    rows = features.iloc[parts.feature]
    cut = np.flatnonzero(~shapely.is_missing(parts.geometry))
    pieces = gpd.GeoDataFrame(geometry=parts.geometry[cut], crs=crs)
    shapes = rows.geometry.to_numpy().copy()
    shapes[cut] = to_crs(pieces, features.crs).geometry.to_numpy()
    return rows.set_geometry(gpd.GeoSeries(shapes, index=rows.index, crs=features.crs))


def _guard(features: GeoDataFrame, by: str, outside: str, max_distance: float | None) -> None:
    require_option(by, get_args(By), "by")
    require_option(outside, get_args(Outside), "outside")
    require_geoframe(features, "features")
    require_crs(features, "features")
    if max_distance is None:
        return
    if outside != "nearest":
        raise InputError(f"`max_distance` goes with outside='nearest', not with {outside!r}.")
    require_number(max_distance, "max_distance")
    if not (math.isfinite(max_distance) and max_distance > 0):
        raise InputError(f"`max_distance` must be more than 0 metres, not {max_distance!r}.")


def _refuse_unplaced(labels: pd.Index, reason: Reasons) -> None:
    faults = Faults("features", labels)
    faults.add(
        InputError,
        reason == OUTSIDE_ALL,
        "features in no cell; check their CRS, or choose outside='keep' or 'nearest'",
    )
    faults.add(
        GeometryError,
        reason >= NO_GEOMETRY,
        "features without coordinates; drop them, or choose outside='keep'",
    )
    faults.raise_if_any()


def _told(parts: Parts, index: CellIndex) -> dict[str, Any]:
    """Write out whose each part is; texts are taken side by side, they are most of the work."""
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        cells = pool.submit(index.codes.take, parts.owner)
        areas = pool.submit(index.areas.take, parts.owner)
        reasons = pool.submit(_REASON_TEXTS.take, parts.reason)
    return {
        CELL_CODE: cells.result(),
        AREA_CODE: areas.result(),
        PLACED_COLUMN: parts.owner != OUTSIDE,
        REASON_COLUMN: reasons.result(),
    }


def _with_blank(codes: pd.Series) -> ExtensionArray:
    """Give codes as text with an empty one at the end, where ``OUTSIDE`` finds it."""
    together = pd.concat([text(codes), pd.Series([""], dtype="str")]).array
    # What is taken from one piece of memory later comes twice as fast as from many.
    return together.take(np.arange(len(together)))
