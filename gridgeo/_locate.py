"""Which polygon holds each point: arrays of points and polygons in, positions out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import shapely

from gridgeo._bins import sort_into_bins

if TYPE_CHECKING:
    import numpy.typing as npt
    from pandas.api.extensions import ExtensionArray

    from gridgeo._bins import Bins
    from gridgeo.schema import Bools, Floats, Geometries, Ints

    Codes: TypeAlias = npt.NDArray[Any] | ExtensionArray

OUTSIDE: Final = -1
"""Stands for the polygon of a point that lies in none."""

BATCH: Final = 250_000
"""Points, or polygons, that are looked at in one go: they stay near the processor."""

MANY: Final = 32
"""Vertices above which it pays to prepare a polygon for questions."""

FEWEST_OF_RECTANGLE: Final = 5
"""Vertices of a ring that is a rectangle, the first once more at the end."""

ROUNDING: Final = 1e-9
"""Share of a size that rounding may be."""

LINES: Final = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)


@dataclass(frozen=True, slots=True)
class Locator:
    """Polygons made ready to be asked which of them holds a point.

    ``polygons`` (n,), prepared where they have many vertices; ``bounds`` (n, 4); ``rectangle``
    (n,) which fill their bounds.
    """

    polygons: Geometries
    bounds: Floats
    rectangle: Bools
    bins: Bins


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes around polygons: ``bounds`` (n, 4); ``rectangle`` (n,) which polygons fill theirs."""

    bounds: Floats
    rectangle: Bools


def make_locator(polygons: Geometries, boxes: Boxes | None = None) -> Locator:
    """Make valid polygons ready; they may touch and overlap, and are left as they were.

    Who knows their boxes already may give them.
    """
    boxes = boxes or find_boxes(polygons)
    bounds, rectangle = boxes.bounds, boxes.rectangle
    polygons = polygons.copy()
    several = np.flatnonzero(~rectangle)
    many = several[shapely.get_num_coordinates(polygons[several]) > MANY]
    polygons[many] = shapely.force_2d(polygons[many])
    shapely.prepare(polygons[many])
    return Locator(polygons, bounds, rectangle, sort_into_bins(bounds, rectangle))


def locate(x: Floats, y: Floats, locator: Locator, codes: Codes) -> Ints:
    """Find the polygon that holds each point, or on whose border it lies.

    Parameters
    ----------
    x, y
        (n,) finite coordinates in the CRS of the polygons.
    locator
        The polygons.
    codes
        One value a polygon, none twice: where several hold a point, the lowest owns it.

    Returns
    -------
    Ints
        Position of the owner for each point; ``OUTSIDE`` where there is none.

    Examples
    --------
    >>> locator = make_locator(np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)]))
    >>> locate(np.array([1.0, 2, 5]), np.ones(3), locator, np.array(["b", "a"])).tolist()
    [0, 1, -1]
    """
    owner = np.full(len(x), OUTSIDE, dtype=np.int64)

    def work(first: int) -> tuple[Ints, Ints]:
        part = slice(first, first + BATCH)
        filling, point, polygon = locator.bins.at(x[part], y[part])
        owner[part] = np.maximum(filling, OUTSIDE)
        point += first
        inside = _within(locator.bounds, polygon, x[point], y[point])
        return point[inside], polygon[inside]

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(work, range(0, len(x), BATCH)))
    none = np.empty(0, dtype=np.int64)
    point = np.concatenate([none, *(points for points, _ in found)])
    polygon = np.concatenate([none, *(polygons for _, polygons in found)])
    # Polygon by polygon: each comes from memory once.
    order = np.argsort(polygon, kind="stable")
    point, polygon = point[order], polygon[order]
    holds = _ask(locator, polygon, x[point], y[point])
    settle(owner, point[holds], polygon[holds], codes)
    return owner


def find_boxes(polygons: Geometries) -> Boxes:
    """Find the bounds of polygons, and which fill theirs: all corners there, no vertex inside.

    Polygons may be anything, null and invalid too; those of many vertices are taken for no
    rectangles. A ring that fills its bounds does not cross itself.
    """
    bounds = np.empty((len(polygons), 4))
    rectangle = np.zeros(len(polygons), dtype=bool)

    def work(first: int) -> None:
        part = slice(first, first + BATCH)
        bounds[part] = shapely.bounds(polygons[part])
        rectangle[part] = _are_rectangles(polygons[part], bounds[part])

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(work, range(0, len(polygons), BATCH)))
    return Boxes(bounds, rectangle)


def _are_rectangles(polygons: Geometries, bounds: Floats) -> Bools:
    n_vertices = shapely.get_num_coordinates(polygons)
    polygon = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    rectangle = np.zeros(len(polygons), dtype=bool)
    plain = np.flatnonzero(polygon & (n_vertices == FEWEST_OF_RECTANGLE))
    xy = shapely.get_coordinates(polygons[plain]).reshape(-1, FEWEST_OF_RECTANGLE, 2)
    rectangle[plain] = _turn_four_times(xy) & (bounds[plain, :2] < bounds[plain, 2:]).all(axis=1)
    others = np.flatnonzero(polygon & (n_vertices > FEWEST_OF_RECTANGLE) & (n_vertices <= MANY))
    m2 = np.prod(bounds[others, 2:] - bounds[others, :2], axis=1)
    others = others[np.abs(shapely.area(polygons[others]) - m2) <= ROUNDING * m2]
    for n in np.unique(n_vertices[others]):
        same = others[n_vertices[others] == n]
        xy = shapely.get_coordinates(polygons[same]).reshape(-1, n, 2)
        rectangle[same] = _fill(xy[:, :-1, 0], xy[:, :-1, 1], bounds[same])
    return rectangle


def _turn_four_times(xy: Floats) -> Bools:
    """Tell which closed rings of four sides, (n, 5, 2), go along the axes by turns."""
    same = xy[:, 1:] == xy[:, :-1]
    x, y = same[..., 0], same[..., 1]
    by_turns: Bools = (x[:, 0] & y[:, 1] & x[:, 2] & y[:, 3]) | (
        y[:, 0] & x[:, 1] & y[:, 2] & x[:, 3]
    )
    return by_turns


def _fill(x: Floats, y: Floats, bounds: Floats) -> Bools:
    """Tell which rings, (n, vertices) each, have all corners of their bounds and none inside."""
    west, south, east, north = bounds.T[..., None]
    at_west, at_east, at_south, at_north = x == west, x == east, y == south, y == north
    fill: Bools = (at_west | at_east | at_south | at_north).all(axis=1)
    for side in (at_west, at_east):
        for end in (at_south, at_north):
            fill &= (side & end).any(axis=1)
    return fill


def ranks(codes: Codes, at: Ints) -> Ints:
    """Rank positions by their codes, the lowest first; only the codes of these are compared."""
    among, number = np.unique(at, return_inverse=True)
    rank = np.empty(len(among), dtype=np.int64)
    rank[codes[among].argsort()] = np.arange(len(among))
    return rank[number]


def _within(bounds: Floats, polygon: Ints, x: Floats, y: Floats) -> Bools:
    west, south, east, north = bounds[polygon].T
    within: Bools = (west <= x) & (x <= east) & (south <= y) & (y <= north)
    return within


def _ask(locator: Locator, polygon: Ints, x: Floats, y: Floats) -> Bools:
    """Ask polygons, in order, whether they hold points inside their bounds."""
    holds = locator.rectangle[polygon]
    ask = np.flatnonzero(~holds)
    asked = polygon[ask]
    # A prepared polygon must not be asked in two threads at once.
    first = np.searchsorted(asked, asked[::BATCH])
    parts = np.split(ask, np.unique(first)[1:])

    def work(at: Ints) -> None:
        holds[at] = shapely.intersects_xy(locator.polygons[polygon[at]], x[at], y[at])

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(work, parts))
    return holds


def settle(owner: Ints, point: Ints, polygon: Ints, codes: Codes) -> None:
    """Write down who holds each point, of several the one with the lowest code."""
    owner[point] = polygon
    tied = np.zeros(len(owner), dtype=bool)
    tied[point[owner[point] != polygon]] = True
    several = tied[point]
    point, polygon = point[several], polygon[several]
    last_wins = np.argsort(-ranks(codes, polygon), kind="stable")
    owner[point[last_wins]] = polygon[last_wins]


def locate_nearest(
    points: Geometries, polygons: Geometries, codes: Codes, max_distance: float | None
) -> Ints:
    """Find the polygon nearest to each point, the lowest code where several are equally near.

    ``OUTSIDE`` where none lies within ``max_distance``, in units of the CRS; None is no limit.
    """
    tree = shapely.STRtree(polygons)
    point, polygon = tree.query_nearest(points, max_distance=max_distance)
    owner = np.full(len(points), OUTSIDE, dtype=np.int64)
    settle(owner, point, polygon, codes)
    return owner


def place_on(geometries: Geometries) -> Geometries:
    """Give the point that stands for each geometry; an empty point where there is none.

    A point stands for itself, the middle along it for a line, a point inside for anything else.
    """
    kind = shapely.get_type_id(geometries)
    usable = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    point = usable & (kind == shapely.GeometryType.POINT)
    line = usable & np.isin(kind, LINES)
    other = usable & ~point & ~line
    places = np.full(len(geometries), shapely.Point(), dtype=object)
    places[point] = geometries[point]
    places[line] = shapely.line_interpolate_point(geometries[line], 0.5, normalized=True)
    places[other] = shapely.point_on_surface(geometries[other])
    return places


def has_place(geometries: Geometries) -> Bools:
    """Tell which geometries lie somewhere: not null, not empty, all coordinates finite."""
    nowhere = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    return np.asarray(is_finite(geometries) & ~nowhere)


def is_finite(geometries: Geometries) -> Bools:
    """Tell which geometries have finite coordinates only; nulls and empty ones have no other."""
    xy, row = shapely.get_coordinates(geometries, return_index=True)
    finite = np.ones(len(geometries), dtype=bool)
    finite[row[~np.isfinite(xy).all(axis=1)]] = False
    return finite
