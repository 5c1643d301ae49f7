"""Small pieces join a neighbour: which one goes where, on arrays of a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gridgeo._edges import shared_borders, sum_pairs

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints


@dataclass
class _State:
    """Pieces grow as others join them; ``host`` points to where each has gone."""

    m2: Floats
    limit: Floats
    host: Ints

    @property
    def small(self) -> Bools:
        return (self.host == np.arange(len(self.host))) & (self.m2 < self.limit)


def merge_small(
    geometry: Geometries,
    area: Ints,
    m2: Floats,
    limit: Floats,
    *,
    near: Ints | None = None,
    spacing: float | None = None,
) -> tuple[Ints, Geometries]:
    """Join every piece below its limit to a neighbour of the same area.

    A piece joins the neighbour with the longest common border (then the larger, then the earlier
    one), the smallest pieces first, until none is left or the area has one cell. A detached
    piece joins the nearest cell of its area. This is our own rule.

    Parameters
    ----------
    geometry
        (n,) pieces, in the order of their addresses, matched edge by edge.
    area
        (n,) position of each piece's area.
    m2
        (n,) their sizes.
    limit
        (n,) m2 below which a piece is too small.
    near
        (m,) positions of pieces that may border on a small one; no others are looked at.
    spacing
        Distance of the lattice lines, along which alone pieces of one area meet; metres.

    Returns
    -------
    Ints
        (n,) the piece into which each one has gone; itself where it stays.
    Geometries
        (n,) geometry of those that stay, with what has joined them; None for the others.
    """
    state = _State(m2.copy(), limit, np.arange(len(geometry)))
    if not state.small.any():
        return state.host, geometry
    near = np.arange(len(geometry)) if near is None else near
    left, right, length = shared_borders(geometry[near], spacing=spacing)
    left, right = near[left], near[right]
    same = area[left] == area[right]
    links = _both_ways(left[same], right[same], length[same])
    _merge_along(state, *links)
    while len((links := _nearest_links(state, geometry, area))[0]):
        _merge_once(state, *links)
    return state.host, _joined(geometry, state.host)


def _both_ways(left: Ints, right: Ints, length: Floats) -> tuple[Ints, Ints, Floats]:
    return (
        np.concatenate([left, right]),
        np.concatenate([right, left]),
        np.concatenate([length, length]),
    )


def _merge_along(state: _State, source: Ints, target: Ints, weight: Floats) -> None:
    """Merge in rounds; in one round no piece both joins another and is joined."""
    while True:
        wanted = state.small[source]
        source, target, weight = source[wanted], target[wanted], weight[wanted]
        if not len(source):
            return
        moved = _merge_once(state, source, target, weight)
        source, target = moved[source], moved[target]
        apart = source != target
        source, target, weight = sum_pairs(source[apart], target[apart], weight[apart])


def _merge_once(state: _State, source: Ints, target: Ints, weight: Floats) -> Ints:
    """Merge one round of pieces; gives where each piece now is."""
    joining, to = _round(state, source, target, weight)
    state.m2 += np.bincount(to, weights=state.m2[joining], minlength=len(state.m2))
    state.host[joining] = to
    state.host = state.host[state.host]
    return state.host


def _round(state: _State, source: Ints, target: Ints, weight: Floats) -> tuple[Ints, Ints]:
    """Choose the pieces that join now: smaller than their target and than who wants them."""
    best = np.lexsort((target, -state.m2[target], -weight, source))
    first = np.ones(len(best), dtype=bool)
    first[1:] = source[best][1:] != source[best][:-1]
    source, target = source[best[first]], target[best[first]]
    rank = np.full(len(state.m2), len(state.m2))
    rank[source[np.lexsort((source, state.m2[source]))]] = np.arange(len(source))
    lowest_suitor = np.full(len(state.m2), len(state.m2))
    np.minimum.at(lowest_suitor, target, rank[source])
    joining = (rank[source] < rank[target]) & (lowest_suitor[source] > rank[source])
    return source[joining], target[joining]


def _nearest_links(state: _State, geometry: Geometries, area: Ints) -> tuple[Ints, Ints, Floats]:
    """Link small pieces that have no neighbour to the nearest cell of their area."""
    cells = np.flatnonzero(state.host == np.arange(len(area)))
    n_cells = np.bincount(area[cells], minlength=int(area.max()) + 1)
    alone = state.small & (n_cells[area] > 1)
    links = [(area[:0], area[:0], state.m2[:0])]
    for place in np.unique(area[alone]):
        pieces = np.flatnonzero(area == place)
        own, group = np.unique(state.host[pieces], return_inverse=True)
        grown = shapely.multipolygons(
            geometry[pieces[np.argsort(group, kind="stable")]], indices=np.sort(group)
        )
        lone = np.flatnonzero(alone[own])
        (source, target), distance = shapely.STRtree(grown).query_nearest(
            grown[lone], exclusive=True, return_distance=True
        )
        # Of equally near ones the smallest, or islets in rows would all gather in one cell.
        source, target = own[lone[source]], own[target]
        apart = source != target
        source, target, distance = source[apart], target[apart], distance[apart]
        order = np.lexsort((target, state.m2[target], distance, source))
        source, kept = np.unique(source[order], return_index=True)
        links.append((source, target[order][kept], -distance[order][kept]))
    source, target, weight = (np.concatenate(column) for column in zip(*links, strict=True))
    return source, target, weight


def _joined(geometry: Geometries, host: Ints) -> Geometries:
    """Unite every piece with those that joined it, groups of one size at a time."""
    members = np.argsort(host, kind="stable")
    hosts, start, count = np.unique(host[members], return_index=True, return_counts=True)
    united = geometry.copy()
    united[host != np.arange(len(host))] = None
    for size in np.unique(count[count > 1]):
        chosen = count == size
        stacked = geometry[members[start[chosen][:, None] + np.arange(size)]]
        united[hosts[chosen]] = shapely.coverage_union_all(stacked, axis=1)
    return united
