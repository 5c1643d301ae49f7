"""Which areas are covered once, proven by the edges of their cells alone.

Give every polygon's border the direction that has the interior on its left. Where two polygons
meet, their common edges run against each other and cancel. If all edges of an area's cells cancel,
but for those that together are the area's outline, then every point inside has been entered
exactly once and no point outside at all: no gap, no overlap, nothing beyond, whatever the form of
the cells. No tree and no overlay is needed.

What does not cancel is a set of closed lines, and ground is at fault only where one of them winds
around it. So an area with faults is sound as well, but for the boxes around these lines.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._edges import DirectedEdges, directed_edges, hash_points, mix
from gridgeo._families import find_heads

if TYPE_CHECKING:
    from gridgeo._edges import Hashes, Points
    from gridgeo.schema import Bools, Floats, Geometries, Ints

MOST_LEFT: Final = 0.3
"""Share of edges that may be left before it is quicker to lay polygons over one another."""

ROUNDING: Final = 1e-12
"""Share of a sum of lengths that is rounding."""

BATCH_EDGES: Final = 100_000
"""Edges that are looked at in one go: they stay near the processor."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What edges prove of areas, and where they leave a doubt.

    ``proven`` (m,) areas that are covered exactly once by the polygons that claim them;
    ``settled`` (n,) polygons that lie in the area that they claim and share none of its ground
    with another that claims it; ``places`` (k, 4) west, south, east and north of the boxes
    outside which this holds of all polygons; ``area`` (k,) the area that each box is for.
    """

    proven: Bools
    settled: Bools
    places: Floats
    area: Ints

    def take(self, at: Ints) -> Proof:
        """Give the proof for some of the polygons."""
        return replace(self, settled=self.settled[at])


@dataclass(frozen=True, slots=True)
class Laid:
    """Polygons laid over one another.

    ``doubtful`` (n,): all others match their neighbours edge by edge and share no ground;
    ``ground``: the parts of the union of all, or None where only overlay can tell.
    """

    doubtful: Bools
    ground: Geometries | None


@dataclass(frozen=True, slots=True)
class _Edges:
    """Directed edges that nothing cancels, and the area of each; points are x + iy."""

    start: Points
    end: Points
    area: Ints

    def take(self, at: Ints | Bools) -> _Edges:
        return _Edges(self.start[at], self.end[at], self.area[at])

    def turned(self) -> _Edges:
        return _Edges(self.end, self.start, self.area)


def prove(polygons: Geometries, own: Ints, areas: Geometries, tolerance: float) -> Proof:
    """Find the areas whose cells cover them exactly once, and the places to look at in others.

    Parameters
    ----------
    polygons
        (n,) valid polygons or multipolygons, in one projected CRS in metres.
    own
        (n,) position of the area that each claims; negative where it claims none.
    areas
        (m,) valid polygons or multipolygons, likewise.
    tolerance
        Metres: points nearer to each other are taken for the same, and one that subdivides an
        outline's edge may lie so far beside it.

    Returns
    -------
    Proof
        What is not proven may be sound too: where vertices differ, overlay has to decide.
    """
    order = np.argsort(own, kind="stable")
    start = np.searchsorted(own[order], np.arange(len(areas) + 1))
    n_points = np.append(0, np.cumsum(shapely.get_num_coordinates(polygons[order])))[start[:-1]]
    bounds = np.append(np.flatnonzero(np.diff(n_points // BATCH_EDGES, prepend=-1)), len(areas))

    def work(first: int, last: int) -> tuple[Floats, Ints]:
        cells = order[start[first] : start[last]]
        of_cells = directed_edges(polygons[cells])
        cell_area = (own[cells] - first)[of_cells.owner]
        left = _left_over(of_cells, cell_area, directed_edges(areas[first:last]), tolerance)
        places, area = _boxes(left)
        # Points were moved by the tolerance, and those that follow an outline lie that far beside.
        return places + 2 * tolerance * np.array([-1, -1, 1, 1]), area + first

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(work, bounds[:-1], bounds[1:]))
    places = np.concatenate([np.empty((0, 4)), *(boxes for boxes, _ in found)])
    area = np.concatenate([np.empty(0, dtype=np.int64), *(of for _, of in found)])
    proven = np.ones(len(areas), dtype=bool)
    proven[area] = False
    settled = own >= 0
    doubtful = np.flatnonzero(settled & ~np.append(proven, True)[own])
    place, at = shapely.STRtree(polygons[doubtful]).query(shapely.box(*places.T))
    settled[doubtful[at[own[doubtful[at]] == area[place]]]] = False
    return Proof(proven, settled, places, area)


def lay_together(polygons: Geometries) -> Laid:
    """Lay polygons over one another by their edges.

    How many polygons cover a point can change only at an edge that nothing cancels: one look into
    each face between those edges is enough.
    """
    start, end, owner = _uncancelled(polygons)
    doubtful = np.zeros(len(polygons), dtype=bool)
    doubtful[owner] = True
    if len(owner) > MOST_LEFT * shapely.get_num_coordinates(polygons).sum():
        doubtful[:] = True
        return Laid(doubtful, None)
    ends = np.column_stack([start, end]).view(np.float64).reshape(-1, 2, 2)
    lines = shapely.linestrings(ends)
    noded = shapely.union_all(lines)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.STRtree(shapely.point_on_surface(faces))
    covers = np.bincount(inside.query(polygons, "intersects")[1], minlength=len(faces))
    twice = shapely.STRtree(faces[covers > 1])
    doubtful[twice.query(polygons, "intersects")[0]] = True
    if (covers > 1).any() or noded.length < (1 - ROUNDING) * shapely.length(lines).sum():
        return Laid(doubtful, None)  # where edges run along one another faces may be too thin
    return Laid(doubtful, shapely.get_parts(shapely.coverage_union_all(faces[covers > 0])))


def _uncancelled(polygons: Geometries) -> tuple[Points, Points, Ints]:
    """Give the edges that no other polygon's cancel, and whose they are.

    Neighbours mostly stand near each other, so most edges cancel within their batch.
    """
    n_points = np.cumsum(shapely.get_num_coordinates(polygons))
    bounds = np.flatnonzero(np.diff(n_points // BATCH_EDGES, prepend=-1, append=-1))

    def work(first: int, last: int) -> tuple[Points, Points, Ints]:
        edges = directed_edges(polygons[first:last])
        together = np.zeros(len(edges.owner), dtype=np.int64)
        left = _cancel(edges.at, edges.tail, edges.head, together)
        return edges.at[edges.tail[left]], edges.at[edges.head[left]], edges.owner[left] + first

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        batches = [work(0, 0), *pool.map(work, bounds[:-1], bounds[1:])]
    start, end, owner = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    n = len(owner)
    number, together = np.arange(n), np.zeros(n, dtype=np.int64)
    left = _cancel(np.append(start, end), number, number + n, together)
    return start[left], end[left], owner[left]


def _left_over(
    cells: DirectedEdges, area: Ints, outlines: DirectedEdges, tolerance: float
) -> _Edges:
    """Cancel edges area by area; give what is left of the cells and does not follow an outline.

    Only where that leaves anything is it asked which points are the same within the tolerance.
    """
    n_points, n_edges = len(cells.at), len(area)
    at = np.append(cells.at, outlines.at)
    # An outline is turned around, so that it cancels.
    tail = np.append(cells.tail, outlines.head + n_points)
    head = np.append(cells.head, outlines.tail + n_points)
    of_area = np.append(area, outlines.owner)
    left = _cancel(at, tail, head, of_area)
    edges, inner = _Edges(at[tail[left]], at[head[left]], of_area[left]), left < n_edges
    edges, inner = _unfollowed(edges, inner, tolerance)
    if tolerance and len(inner):
        edges = _snapped(edges, inner, tolerance)
        number = np.arange(len(inner))
        at = np.append(edges.start, edges.end)
        left = _cancel(at, number, number + len(inner), edges.area)
        edges, inner = _unfollowed(edges.take(left), inner[left], tolerance)
    # Once more from the far ends, so that a fault on a long edge does not put all of it in doubt.
    return _unfollowed(edges.turned(), inner, tolerance)[0]


def _cancel(at: Points, tail: Ints, head: Ints, area: Ints) -> Ints:
    """Let edges of one area cancel those that run the other way; give those that are left.

    Where more run one way than the other, all that run there are left.
    """
    point = hash_points(at)
    start, end = point[tail], point[head]
    key = mix(start + end, area.astype(np.uint64))  # the same for both directions
    order = np.argsort(key)
    key, forth = key[order], (start < end)[order]
    same = key[1:] == key[:-1]
    group = np.cumsum(np.append(False, ~same)[: len(order)])
    odd = np.bincount(group, np.where(forth, 1.0, -1.0)) != 0
    tail, head, area = tail[order], head[order], area[order]
    low, high = at[np.where(forth, tail, head)], at[np.where(forth, head, tail)]
    twins = (low[1:] == low[:-1]) & (high[1:] == high[:-1]) & (area[1:] == area[:-1])
    # Edges that only share a hash prove nothing.
    odd[group[1:][same & ~twins]] = True
    left = order[odd[group]]
    return left[start[left] != end[left]]


def _unfollowed(edges: _Edges, inner: Bools, tolerance: float) -> tuple[_Edges, Bools]:
    """Drop what follows an outline: edges of cells, those of outlines as far as they are followed.

    Every outline's edge is walked from its start, over the points that subdivide it. An edge of a
    cell serves one outline's edge and no other.
    """
    path, outline = edges.take(inner), edges.take(~inner).turned()
    by_start = _by_point(path.start, path.area)
    order = np.argsort(by_start)
    keys = by_start[order]
    reached = outline.start.copy()
    walked, served = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    edge, along = np.arange(len(reached)), np.zeros(len(reached))
    while len(edge) and len(keys):
        at = reached[edge]
        place = np.searchsorted(keys, _by_point(at, outline.area[edge]))
        step = order[np.minimum(place, len(keys) - 1)]
        going = (path.start[step] == at) & (path.area[step] == outline.area[edge])
        beyond, follows = _follow(outline, edge, path.end[step], along, tolerance)
        going &= follows
        edge, step, along = edge[going], step[going], beyond[going]
        walked.append(edge)
        served.append(step)
        reached[edge] = path.end[step]
        onward = reached[edge] != outline.end[edge]
        edge, along = edge[onward], along[onward]
    one, step = np.concatenate(walked), np.concatenate(served)
    disputed = one[(np.bincount(step, minlength=len(keys)) > 1)[step]]
    reached[disputed] = outline.start[disputed]
    idle = np.ones(len(keys), dtype=bool)
    idle[step[~np.isin(one, disputed)]] = False
    rest = replace(outline, start=reached).take(reached != outline.end).turned()
    path = path.take(idle)
    left = _Edges(
        np.append(path.start, rest.start),
        np.append(path.end, rest.end),
        np.append(path.area, rest.area),
    )
    return left, np.arange(len(left.area)) < len(path.area)


def _follow(
    outline: _Edges, edge: Ints, point: Points, along: Floats, tolerance: float
) -> tuple[Floats, Bools]:
    """Tell how far along outlines' edges points are, and whether they lie on them, further on."""
    start, span = outline.start[edge], outline.end[edge] - outline.start[edge]
    length = np.abs(span)
    # Turned so that the edge runs along the real axis.
    turned = (point - start) * np.conj(span) / length
    beyond = turned.real
    return beyond, (np.abs(turned.imag) <= tolerance) & (beyond > along) & (
        beyond <= length + tolerance
    )


def _snapped(edges: _Edges, inner: Bools, tolerance: float) -> _Edges:
    """Move points that are the same within the tolerance to one place, an outline's where it can.

    No point moves further than that.
    """
    outlines_first = np.argsort(np.tile(inner, 2), kind="stable")
    at = np.append(edges.start, edges.end)[outlines_first]
    runs = (_runs(values, tolerance) for values in (at.real, at.imag))
    _, first, group = np.unique(mix(*runs), return_index=True, return_inverse=True)
    place = at[first[group]]
    moved = np.empty_like(at)
    moved[outlines_first] = np.where(np.abs(place - at) <= tolerance, place, at)
    return _Edges(moved[: len(inner)], moved[len(inner) :], edges.area)


def _runs(values: Floats, tolerance: float) -> Hashes:
    """Give each value the number of its run, of values within the tolerance of the next."""
    order = np.argsort(values)
    run = np.zeros(len(values), dtype=np.uint64)
    run[order[1:]] = np.cumsum(np.diff(values[order]) > tolerance)
    return run


def _boxes(edges: _Edges) -> tuple[Floats, Ints]:
    """Give the box around each set of edges that hang together, and its area."""
    n = len(edges.area)
    ends = np.append(_by_point(edges.start, edges.area), _by_point(edges.end, edges.area))
    point = np.unique(ends, return_inverse=True)[1]
    head = find_heads(point[:n], point[n:], len(ends))[point[:n]]
    order = np.argsort(head, kind="stable")
    first = np.flatnonzero(np.diff(head[order], prepend=-1))
    if not n:
        return np.empty((0, 4)), edges.area
    start, end = edges.start[order], edges.end[order]
    sides = [
        bound.reduceat(bound(here, there), first)
        for bound in (np.minimum, np.maximum)
        for here, there in ((start.real, end.real), (start.imag, end.imag))
    ]
    return np.column_stack(sides), edges.area[order][first]


def _by_point(at: Points, area: Ints) -> Hashes:
    return mix(hash_points(at), area.astype(np.uint64))
