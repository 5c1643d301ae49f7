"""Features as they are geocoded: the place or the shape of each in one CRS, and what is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from gridgeo._locate import LINES, is_finite, place_on
from gridgeo.crs import to_crs, transform_xy
from gridgeo.errors import CRSError
from gridgeo.validate import POLYGONS

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo.schema import Bools, Floats, Geometries, Ints

    Reasons: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int8]]

PLACED, NEAREST, INVALID, OUTSIDE_ALL, NO_GEOMETRY, NO_COORDINATES = range(6)

REASONS: Final = ("", "nearest", "invalid", "outside", "no geometry", "no coordinates")
"""Why a feature is placed as it is, by number; it cannot be from ``NO_GEOMETRY`` on."""


@dataclass(frozen=True, slots=True)
class Features:
    """Features in the CRS of the cells.

    ``x``, ``y`` (n,) the point that stands for each, NaN where there is none; ``reason`` (n,)
    numbers of ``REASONS``; ``shapes`` the lines and polygons in the CRS, at the positions
    ``shaped`` among all features.
    """

    x: Floats
    y: Floats
    reason: Reasons
    shapes: Geometries
    shaped: Ints

    def lines(self) -> Ints:
        """Give the positions, among the shapes, of lines that have a length."""
        kind = np.isin(shapely.get_type_id(self.shapes), LINES)
        return np.flatnonzero(kind & (shapely.length(self.shapes) > 0))

    def polygons(self) -> Ints:
        """Give the positions, among the shapes, of polygons, valid or not."""
        return np.flatnonzero(np.isin(shapely.get_type_id(self.shapes), POLYGONS))


def read_features(frame: GeoDataFrame, crs: CRS) -> Features:
    """Read features in the CRS of the cells, noting what is wrong with their rows."""
    own = frame.geometry.to_numpy()
    empty = shapely.is_empty(own)
    points = np.where(empty, None, own) if empty.any() else own
    with ThreadPoolExecutor(max_workers=2) as pool:
        x, y = pool.map(lambda get: get(points), (shapely.get_x, shapely.get_y))
    # NaN for all that is no point, infinite where the CRS has no such place.
    x, y = transform_xy(x, y, frame.crs, crs)
    reason = np.full(len(own), PLACED, dtype=np.int8)
    lost = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    nothing = shapely.is_missing(own[lost]) | empty[lost]
    finite = is_finite(own[lost])
    point = shapely.get_type_id(own[lost]) == shapely.GeometryType.POINT
    reason[lost] = np.where(nothing, NO_GEOMETRY, np.where(finite, OUTSIDE_ALL, NO_COORDINATES))
    shaped = lost[finite & ~nothing & ~point]
    shapes, placeless = _move(frame.geometry.iloc[shaped], crs)
    shaped = shaped[~placeless]
    places = place_on(shapes)
    x[shaped], y[shaped] = shapely.get_x(places), shapely.get_y(places)
    reason[shaped] = PLACED
    return Features(x, y, reason, shapes, shaped)


def _move(geometry: pd.Series, crs: CRS) -> tuple[Geometries, Bools]:
    """Reproject shapes; those for which the CRS has no coordinates are told, not raised."""
    frame = geometry.reset_index(drop=True).to_frame("geometry")
    lost = np.zeros(len(frame), dtype=bool)
    try:
        moved = to_crs(frame, crs)
    except CRSError as error:
        lost[np.array(error.rows, dtype=np.int64)] = True
        moved = to_crs(frame[~lost], crs)
    return moved.geometry.to_numpy(), lost
