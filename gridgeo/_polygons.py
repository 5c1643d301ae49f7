"""Polygons checked, laid over one another and joined; what an overlay leaves, taken apart."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridgeo.schema import Bools, Floats, Geometries, Ints

_DIGITS: Final = 14
"""Of these GEOS says that its overlays on a grid hold; in floating point they go astray on slivers,
up to whole areas."""

_FINEST: Final = 2.0**-30
"""About a nanometre: the coordinates of a city, some thousand km from the origin, are no finer."""

JOIN_BATCH: Final = 1_000
"""Groups that are united in one go."""

_ROUNDING: Final = 1e-9
"""Share by which the size of a coverage and the sum of its polygons differ by rounding."""

VALID_BATCH: Final = 100_000
"""Polygons that are looked at in one go."""


def are_valid(polygons: Geometries) -> Bools:
    """Tell which are valid, in threads; nulls are not."""
    parts = np.array_split(polygons, max(1, len(polygons) // VALID_BATCH))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(shapely.is_valid, parts)))


def polygon_parts(geometry: Geometries) -> tuple[Geometries, Ints]:
    """Give the polygons among the parts of geometries, and the position each came from.

    Points and lines, in which an overlay only touches, are dropped, and so is what has no area.
    """
    parts, outer = shapely.get_parts(geometry, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    polygon &= shapely.area(parts) > 0
    return parts[polygon], outer[inner][polygon]


def finest_grid(polygons: Geometries) -> float:
    """Give the step, in metres, to which an overlay of these polygons may round."""
    return float(10.0 ** (np.ceil(np.log10(_size(polygons))) - _DIGITS))


def overlay(
    operation: Callable[..., Geometries], some: Geometries, others: Geometries
) -> Geometries:
    """Overlay pairs of polygons, twice where that is needed.

    Where borders nearly coincide GEOS can go astray in floating point, by micrometres and at times
    by whole polygons. On a grid it does not; the finest one, near the origin, is good enough to
    tell, and to take its place.
    """
    some, others = _without_lines(some), _without_lines(others)
    result = operation(some, others)
    if not len(result):
        return result
    west, south, east, north = shapely.bounds(some).T
    corner = np.nan_to_num(np.floor([(west + east) / 2, (south + north) / 2])).T
    near, beside = _moved(some, -corner), _moved(others, -corner)
    step = _own_grid(np.append(some, others), np.append(near, beside))
    snapped = operation(near, beside, grid_size=step)
    rounding = 4 * step * (shapely.length(result) + shapely.length(snapped))
    astray = np.abs(shapely.area(result) - shapely.area(snapped)) > rounding
    result[astray] = _moved(snapped[astray], corner[astray])
    return result


def _without_lines(polygons: Geometries) -> Geometries:
    """Drop the lines that a union leaves beside polygons whose borders nearly coincide."""
    mixed = shapely.get_type_id(polygons) == shapely.GeometryType.GEOMETRYCOLLECTION
    if mixed.any():
        polygons = polygons.copy()
        polygons[mixed] = polygonal(polygons[mixed])
    return polygons


def _own_grid(far: Geometries, near: Geometries) -> float:
    """Give the step of the grid on which coordinates are where they lie, in metres.

    A power of two, so that polygons near the origin keep their coordinates when they move back.
    """
    step = max(np.spacing(_size(far)), _size(near) * 10.0**-_DIGITS, _FINEST)
    return float(2.0 ** np.ceil(np.log2(step)))


def _size(polygons: Geometries) -> float:
    return float(np.fmax.reduce(np.abs(shapely.total_bounds(polygons)), initial=1.0))


def _moved(polygons: Geometries, by: Floats) -> Geometries:
    """Move polygons by whole metres, each by its own or all alike: where they go nothing rounds."""
    steps = np.broadcast_to(by, (len(polygons), 2))
    each = np.repeat(steps, shapely.get_num_coordinates(polygons), axis=0)
    moved: Geometries = shapely.transform(polygons, lambda at: at + each)
    return moved


def polygonal(geometry: Geometries) -> Geometries:
    """Drop the points and lines that an overlay leaves where borders touch."""
    return collect(*polygon_parts(geometry), len(geometry))


def collect(parts: Geometries, group: Ints, n_groups: int) -> Geometries:
    """Put the polygons of each group, given in order, into one geometry."""
    number = np.bincount(group, minlength=n_groups)
    collected = np.full(n_groups, shapely.Polygon(), dtype=object)
    single = number[group] == 1
    collected[group[single]] = parts[single]
    shapely.multipolygons(parts[~single], indices=group[~single], out=collected)
    return collected


def unite(polygons: Geometries, group: Ints, n_groups: int) -> Geometries:
    """Unite the polygons of each group; empty where a group has none."""
    return by_group(shapely.union_all, polygons, group, n_groups)


def join_coverage(polygons: Geometries, group: Ints, n_groups: int) -> Geometries:
    """Unite the polygons of each group, which share edges and do not overlap; every vertex stays.

    Where they do overlap, or neighbours have other vertices, the group is united as any polygons.
    """
    joined = by_group(_joined, polygons, group, n_groups)
    m2 = np.bincount(group, shapely.area(polygons), minlength=n_groups)
    astray = np.abs(shapely.area(joined) - m2) > _ROUNDING * m2
    astray |= ~shapely.is_valid(joined)
    again = astray[group]
    joined[astray] = unite(polygons[again], group[again], n_groups)[astray]
    return joined


def _joined(polygons: Geometries) -> shapely.Geometry:
    """Unite the polygons of a coverage; empty where GEOS finds that they are none."""
    try:
        return shapely.coverage_union_all(polygons)
    except shapely.GEOSException:
        return shapely.Polygon()


def by_group(
    join: Callable[[Geometries], shapely.Geometry],
    polygons: Geometries,
    group: Ints,
    n_groups: int,
) -> Geometries:
    """Join the polygons of each group, in threads; those with a negative group are left out."""
    order = np.argsort(group, kind="stable")
    start = np.searchsorted(group[order], np.arange(n_groups + 1))
    batches = np.array_split(np.arange(n_groups), max(1, n_groups // JOIN_BATCH))

    def work(groups: Ints) -> list[shapely.Geometry]:
        return [join(polygons[order[start[one] : start[one + 1]]]) for one in groups]

    joined = np.empty(n_groups, dtype=object)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        joined[:] = [polygon for batch in pool.map(work, batches) for polygon in batch]
    return joined
