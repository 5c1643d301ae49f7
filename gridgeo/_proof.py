"""Which areas are covered once, proven by the edges of their cells alone.

Give every polygon's border the direction that has the interior on its left. Where two polygons
meet, their common edges run against each other and cancel. If all edges of an area's cells cancel,
but for those that together are the area's outline, then every point inside has been entered
exactly once and no point outside at all: no gap, no overlap, nothing beyond, whatever the form of
the cells. No tree and no overlay is needed.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._edges import DirectedEdges, directed_edges, hash_rows, mix

if TYPE_CHECKING:
    from gridgeo._edges import Hashes
    from gridgeo.schema import Bools, Floats, Geometries, Ints

MOST_LEFT: Final = 0.3
"""Share of edges that may be left before it is quicker to lay polygons over one another."""

BATCH_CELLS: Final = 40_000
"""Cells that are looked at in one go: their edges stay near the processor."""


def prove(polygons: Geometries, own: Ints, areas: Geometries, tolerance: float) -> Bools:
    """Find the areas whose cells cover them exactly once.

    Parameters
    ----------
    polygons
        (n,) polygons or multipolygons, in one projected CRS in metres.
    own
        (n,) position of the area that each claims; negative where it claims none.
    areas
        (m,) valid polygons or multipolygons, likewise.
    tolerance
        Metres that a point which subdivides an outline's edge may lie beside it.

    Returns
    -------
    Bools
        (m,) which areas are proven. The others may be sound too: where cells and outline have
        other vertices, overlay has to decide.
    """
    order = np.argsort(own, kind="stable")
    start = np.searchsorted(own[order], np.arange(len(areas) + 1))
    bounds = np.append(np.flatnonzero(np.diff(start[:-1] // BATCH_CELLS, prepend=-1)), len(areas))

    def work(first: int, last: int) -> Bools:
        cells = order[start[first] : start[last]]
        of_cells = directed_edges(polygons[cells])
        outlines = directed_edges(areas[first:last])
        cell_area = (own[cells] - first)[of_cells.owner]
        proven = np.ones(last - first, dtype=bool)
        proven[_unproven(of_cells, cell_area, outlines, tolerance)] = False
        return proven

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(work, bounds[:-1], bounds[1:])))


def no_ground_twice(polygons: Geometries) -> bool:
    """Tell whether polygons are proven to match edge by edge and to share no ground.

    How many polygons cover a point can change only at an edge that nothing cancels. One look into
    each face between those edges is enough.
    """
    edges = directed_edges(polygons)
    together = np.zeros(len(edges.tail), dtype=np.int64)
    left, several = _cancel(edges.xy, edges.tail, edges.head, together)
    if len(several) or len(left) > MOST_LEFT * len(together):
        return False
    ends = np.stack([edges.xy[edges.tail[left]], edges.xy[edges.head[left]]], axis=1)
    lines = shapely.linestrings(ends)
    noded = shapely.union_all(lines)
    if not np.isclose(noded.length, shapely.length(lines).sum(), rtol=1e-12, atol=0):
        return False  # some run along one another
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.STRtree(shapely.point_on_surface(faces))
    _, face = inside.query(polygons, predicate="intersects")
    return bool((np.bincount(face, minlength=1) <= 1).all())


@dataclass(frozen=True, slots=True)
class _Left:
    """Edges that nothing cancels, and the area of each."""

    start: Floats
    end: Floats
    area: Ints


def _unproven(cells: DirectedEdges, area: Ints, outlines: DirectedEdges, tolerance: float) -> Ints:
    """Cancel edges area by area; what is left of the cells must run along what is left outside."""
    n_points, n_edges = len(cells.xy), len(area)
    xy = np.concatenate([cells.xy, outlines.xy])
    # An outline is turned around, so that it cancels.
    tail = np.append(cells.tail, outlines.head + n_points)
    head = np.append(cells.head, outlines.tail + n_points)
    of_area = np.append(area, outlines.owner)
    left, several = _cancel(xy, tail, head, of_area)
    inner, outer = left[left < n_edges], left[left >= n_edges]
    path = _Left(xy[tail[inner]], xy[head[inner]], of_area[inner])
    outline = _Left(xy[head[outer]], xy[tail[outer]], of_area[outer])
    return np.append(of_area[several], _astray(path, outline, tolerance))


def _cancel(xy: Floats, tail: Ints, head: Ints, area: Ints) -> tuple[Ints, Ints]:
    """Let edges of one area cancel those that run the other way.

    Gives the edges that are left, and of these the ones that run where others run too.
    """
    point = hash_rows(xy)
    start, end = point[tail], point[head]
    real = np.flatnonzero(start != end)
    start, end = start[real], end[real]
    forth = start < end
    key = mix(np.minimum(start, end), np.maximum(start, end), area[real].astype(np.uint64))
    order = np.argsort(key)
    edge, key = real[order], key[order]
    same = key[1:] == key[:-1]
    group = np.cumsum(np.append(False, ~same)[: len(edge)])
    odd = (np.bincount(group, np.where(forth[order], 1, -1)) != 0)[group]
    alone = (np.bincount(group) == 1)[group]
    one, other = edge[1:][same], edge[:-1][same]
    at = np.ascontiguousarray(xy).view(np.complex128)[:, 0]
    twins = (at[tail[one]] == at[head[other]]) & (at[head[one]] == at[tail[other]])
    twins &= area[one] == area[other]
    # Edges that run the same way, or only share a hash, prove nothing.
    return edge[odd], np.append(edge[odd & ~alone], one[~twins])


def _astray(path: _Left, outline: _Left, tolerance: float) -> Ints:
    """Find areas where edges of cells do not run along an outline's edge from end to end.

    Every outline's edge is followed from its start, over the points that subdivide it; an edge of a
    cell that no outline needs, or that two need, is astray too.
    """
    by_start = _by_point(path.start, path.area)
    order = np.argsort(by_start)
    keys = by_start[order]
    used = np.zeros(len(keys), dtype=np.int64)
    astray = [path.area[order][1:][keys[1:] == keys[:-1]]]
    edge, at, along = np.arange(len(outline.area)), outline.start, np.zeros(len(outline.area))
    while len(edge):
        place = np.searchsorted(keys, _by_point(at, outline.area[edge]))
        place = np.minimum(place, len(keys) - 1)
        if not len(keys):
            astray.append(outline.area[edge])
            break
        step = order[place]
        going = (path.start[step] == at).all(axis=1) & (path.area[step] == outline.area[edge])
        beyond, follows = _follow(outline, edge, path.end[step], along, tolerance)
        going &= follows
        np.add.at(used, place[going], 1)
        astray.append(outline.area[edge[~going]])
        onward = going & (path.end[step] != outline.end[edge]).any(axis=1)
        edge, at, along = edge[onward], path.end[step][onward], beyond[onward]
    astray.append(path.area[order][used != 1])
    return np.unique(np.concatenate(astray))


def _follow(
    outline: _Left, edge: Ints, point: Floats, along: Floats, tolerance: float
) -> tuple[Floats, Bools]:
    """Tell how far along outlines' edges points are, and whether they lie on them, further on."""
    start, span = outline.start[edge], outline.end[edge] - outline.start[edge]
    length = np.hypot(span[:, 0], span[:, 1])
    away = point - start
    aside = np.abs(span[:, 0] * away[:, 1] - span[:, 1] * away[:, 0]) / length
    beyond = (span * away).sum(axis=1) / length
    return beyond, (aside <= tolerance) & (beyond > along) & (beyond <= length + tolerance)


def _by_point(xy: Floats, area: Ints) -> Hashes:
    return hash_rows(xy, area[:, None].astype(np.float64))
