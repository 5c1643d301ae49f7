"""Polygons checked, laid over one another and joined; what an overlay leaves, taken apart."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridgeo.schema import Bools, Geometries, Ints

_DIGITS: Final = 14
"""Of these GEOS says that its overlays on a grid hold; in floating point they go astray on slivers,
up to whole areas."""

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
    size = np.fmax.reduce(np.abs(shapely.total_bounds(polygons)), initial=1.0)
    return float(10.0 ** (np.ceil(np.log10(size)) - _DIGITS))


def overlay(
    operation: Callable[..., Geometries], some: Geometries, others: Geometries
) -> Geometries:
    """Overlay pairs of polygons, twice where that is needed.

    Where borders nearly coincide GEOS can go astray by whole polygons in floating point, not on a
    grid; the grid in turn moves vertices by its step, which the finest findings would show.
    """
    result = operation(some, others)
    if not len(result):
        return result
    step = finest_grid(np.append(some, others))
    snapped = operation(some, others, grid_size=step)
    rounding = 4 * step * (shapely.length(some) + shapely.length(others))
    astray = np.abs(shapely.area(result) - shapely.area(snapped)) > rounding
    return np.where(astray, snapped, result)


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
    order = np.argsort(group, kind="stable")
    start = np.searchsorted(group[order], np.arange(n_groups + 1))
    batches = np.array_split(np.arange(n_groups), max(1, n_groups // JOIN_BATCH))

    def work(groups: Ints) -> list[shapely.Geometry]:
        return [_joined(polygons[order[start[one] : start[one + 1]]]) for one in groups]

    joined = np.empty(n_groups, dtype=object)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        joined[:] = [polygon for batch in pool.map(work, batches) for polygon in batch]
    m2 = np.bincount(group, shapely.area(polygons), minlength=n_groups)
    astray = np.abs(shapely.area(joined) - m2) > _ROUNDING * m2
    astray |= ~shapely.is_valid(joined)
    for one in np.flatnonzero(astray):
        joined[one] = shapely.union_all(polygons[order[start[one] : start[one + 1]]])
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
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(n_groups + 1))
    joined = np.full(n_groups, shapely.Polygon(), dtype=object)
    joined[:] = [join(polygons[order[start:stop]]) for start, stop in pairwise(bounds)]
    return joined
