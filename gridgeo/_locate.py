"""Which polygon holds each point: arrays of points and polygons in, positions out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Geometries, Ints

OUTSIDE: Final = -1
"""Stands for the polygon of a point that lies in none."""

_LINES: Final = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)


def locate(points: Geometries, polygons: Geometries, rank: Ints) -> Ints:
    """Find the polygon that holds each point, or on whose border it lies.

    Parameters
    ----------
    points
        Points with finite coordinates.
    polygons
        Valid polygons in the CRS of the points; they may touch and overlap.
    rank
        One number a polygon, none twice: where several hold a point, the lowest rank owns it.

    Returns
    -------
    Ints
        Position of the owner for each point; ``OUTSIDE`` where there is none.

    Examples
    --------
    >>> points = shapely.points([[1, 1], [2, 1], [5, 5]])
    >>> polygons = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)])
    >>> locate(points, polygons, np.array([0, 1])).tolist()
    [0, 0, -1]
    """
    point, polygon = shapely.STRtree(polygons).query(points)
    # The copy keeps the caller's polygons free of the prepared state.
    prepared = shapely.force_2d(polygons)
    shapely.prepare(prepared)
    # Falling rank: the last entry, which wins, is the lowest; and each polygon is asked in one go.
    order = np.argsort(-rank[polygon], kind="stable")
    point, polygon = point[order], polygon[order]
    holds = shapely.intersects_xy(prepared[polygon], *shapely.get_coordinates(points[point]).T)
    owner = np.full(len(points), OUTSIDE, dtype=np.int64)
    owner[point[holds]] = polygon[holds]
    return owner


def locate_nearest(
    points: Geometries, polygons: Geometries, rank: Ints, max_distance: float | None
) -> Ints:
    """Find the polygon nearest to each point, the lowest rank where several are equally near.

    ``OUTSIDE`` where none lies within ``max_distance``, in units of the CRS; None is no limit.
    """
    tree = shapely.STRtree(polygons)
    point, polygon = tree.query_nearest(points, max_distance=max_distance)
    order = np.argsort(-rank[polygon], kind="stable")
    owner = np.full(len(points), OUTSIDE, dtype=np.int64)
    owner[point[order]] = polygon[order]
    return owner


def place_on(geometries: Geometries) -> Geometries:
    """Give the point that stands for each geometry; an empty point where there is none.

    A point stands for itself, the middle along it for a line, a point inside for anything else.
    """
    kind = shapely.get_type_id(geometries)
    usable = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    point = usable & (kind == shapely.GeometryType.POINT)
    line = usable & np.isin(kind, _LINES)
    other = usable & ~point & ~line
    places = np.full(len(geometries), shapely.Point(), dtype=object)
    places[point] = geometries[point]
    places[line] = shapely.line_interpolate_point(geometries[line], 0.5, normalized=True)
    places[other] = shapely.point_on_surface(geometries[other])
    return places


def is_finite(geometries: Geometries) -> Bools:
    """Tell which geometries have finite coordinates only; nulls and empty ones have no other."""
    xy, row = shapely.get_coordinates(geometries, return_index=True)
    finite = np.ones(len(geometries), dtype=bool)
    finite[row[~np.isfinite(xy).all(axis=1)]] = False
    return finite
