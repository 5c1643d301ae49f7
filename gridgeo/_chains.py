"""Split outlines -> pieces: walk each cell's border from chain to chain.

A chain is a run of edges in one lattice cell. It leaves the cell on its border; from there the
interior is followed counter-clockwise along the border to where the next chain enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gridgeo._outlines import ON_COLUMN_LINE, VERTEX, repeated

if TYPE_CHECKING:
    from gridgeo._outlines import Outlines
    from gridgeo.schema import Bools, Floats, Geometries, Ints

BOTTOM, RIGHT, TOP, LEFT = range(4)


@dataclass(frozen=True)
class Chains:
    """Per chain: its first edge, edge count, first point of the next chain, cell and ring."""

    first: Ints
    n_edges: Ints
    end: Ints
    cell: Ints
    ring: Ints


def chains_of(outlines: Outlines, cell: Ints) -> tuple[Chains, Ints]:
    """Group edges into chains.

    Parameters
    ----------
    outlines
        Split outlines.
    cell
        (edges,) key of the (area, cell) in which each edge lies.

    Returns
    -------
    Chains
        Runs of edges with one key, around each ring.
    Ints
        Rings that lie in one cell altogether and have no chain.
    """
    rings = outlines.rings
    first = np.flatnonzero(cell != cell[rings.preceding])
    ring = rings.ring[first]
    chainless = np.flatnonzero(np.bincount(ring, minlength=len(rings.area)) == 0)
    last_of_ring = np.ones(len(first), dtype=bool)
    last_of_ring[:-1] = ring[1:] != ring[:-1]
    first_of_ring = np.roll(last_of_ring, 1)
    end = np.roll(first, -1)
    end[last_of_ring] = first[first_of_ring]
    n_points = np.diff(rings.start)[ring]
    n_edges = np.where(last_of_ring, end + n_points - first, end - first)
    return Chains(first, n_edges, end, cell[first], ring), chainless


def link_chains(outlines: Outlines, chains: Chains) -> tuple[Ints, Ints, Ints]:
    """Find the chain that follows each one around its piece.

    Returns
    -------
    Ints
        (chains,) the next chain.
    Ints
        (chains,) the number of cell corners walked past on the way.
    Ints
        Keys of cells where the walk is ambiguous: entries and exits coincide or do not alternate.
    """
    n = len(chains.first)
    entry_side, entry_place = _on_border(outlines, chains.first, chains.first)
    exit_side, exit_place = _on_border(outlines, chains.end, chains.first)
    cell = np.concatenate([chains.cell, chains.cell])
    side = np.concatenate([entry_side, exit_side])
    place = np.concatenate([entry_place, exit_place])
    order = np.lexsort((place, cell * 4 + side))
    cell, side, place = cell[order], side[order], place[order]
    leaves = order >= n

    new_cell = np.ones(2 * n, dtype=bool)
    new_cell[1:] = cell[1:] != cell[:-1]
    start = np.flatnonzero(new_cell)
    after = np.arange(1, 2 * n + 1)
    after[np.append(start, 2 * n)[1:] - 1] = start
    coincide = (cell == cell[after]) & (side == side[after]) & (place == place[after])
    doubtful = coincide | (leaves == leaves[after])

    exits = np.flatnonzero(leaves)
    entries = after[exits]
    chain = order[exits] - n
    following, corners = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    following[chain] = order[entries] % n
    around = (side[entries] == side[exits]) & (place[entries] < place[exits])
    corners[chain] = np.where(around, 4, (side[entries] - side[exits]) % 4)
    vertex_ends = (outlines.kind[chains.first] == VERTEX) | (outlines.kind[chains.end] == VERTEX)
    ambiguous = np.concatenate([cell[doubtful], chains.cell[vertex_ends]])
    return following, corners, np.unique(ambiguous)


def _on_border(outlines: Outlines, point: Ints, edge: Ints) -> tuple[Ints, Floats]:
    """Give the side of the edge's cell on which a point lies, and how far along it."""
    line = outlines.line[point]
    side = np.where(
        outlines.kind[point] == ON_COLUMN_LINE,
        np.where(outlines.column[edge] == line, LEFT, RIGHT),
        np.where(outlines.row[edge] == line, BOTTOM, TOP),
    )
    xy = outlines.rings.xy[point]
    along = np.where((side == BOTTOM) | (side == TOP), xy[:, 0], xy[:, 1])
    return side, np.where((side == TOP) | (side == LEFT), -along, along)


def loops_of(following: Ints) -> tuple[Ints, Ints]:
    """Order chains loop by loop.

    Parameters
    ----------
    following
        (chains,) a permutation: the next chain of each.

    Returns
    -------
    Ints
        Chains in loop order, every loop beginning with its lowest chain.
    Ints
        (loops + 1,) where each loop begins in that order.
    """
    chain = np.arange(len(following))
    leader, reach = np.minimum(chain, following), following
    while True:
        # Every round doubles the stretch of the loop whose lowest chain is known.
        lower, reach = np.minimum(leader, leader[reach]), reach[reach]
        if (lower == leader).all():
            break
        leader = lower
    rank = np.zeros(len(following), dtype=np.int64)
    leaders = np.flatnonzero(leader == chain)
    walker = following[leaders]
    step = 0
    while True:
        walker = walker[leader[walker] != walker]
        if not len(walker):
            break
        step += 1
        rank[walker] = step
        walker = following[walker]
    order = np.lexsort((rank, leader))
    return order, np.append(np.searchsorted(leader[order], leaders), len(order))


def build_loops(
    outlines: Outlines, chains: Chains, corners: Ints, order: Ints, start: Ints, size: float
) -> Geometries:
    """Build one polygon for each loop of chains, in bulk.

    Parameters
    ----------
    outlines, chains
        Split outlines and their chains.
    corners
        (chains,) cell corners that follow each chain.
    order, start
        Chains in loop order and where each loop begins: see :func:`loops_of`.
    size
        Side of a lattice cell, metres.
    """
    first, n_edges, n_corners = chains.first[order], chains.n_edges[order], corners[order]
    closing = np.zeros(len(order), dtype=np.int64)
    closing[start[1:] - 1] = 1
    n_points = n_edges + 1 + n_corners + closing
    place = np.cumsum(n_points) - n_points
    xy = np.empty((int(n_points.sum()), 2))

    chain, nth = repeated(n_edges + 1)
    point = first[chain] + nth
    ring = chains.ring[order][chain]
    beyond = point >= outlines.rings.start[ring + 1]
    point[beyond] -= np.diff(outlines.rings.start)[ring[beyond]]
    xy[place[chain] + nth] = outlines.rings.xy[point]

    at, corner_xy = _corner_points(outlines, chains, order, n_corners, size)
    xy[(place + n_edges + 1)[at[0]] + at[1]] = corner_xy
    last = start[1:] - 1
    xy[place[last] + n_points[last] - 1] = xy[place[start[:-1]]]
    offsets = np.append(place[start[:-1]], len(xy))
    return shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, xy, (offsets, np.arange(len(offsets)))
    )


def _corner_points(
    outlines: Outlines, chains: Chains, order: Ints, n_corners: Ints, size: float
) -> tuple[tuple[Ints, Ints], Floats]:
    chain, nth = repeated(n_corners)
    side, _ = _on_border(outlines, chains.end[order], chains.first[order])
    passed: Ints = (side[chain] + nth) % 4
    edge = chains.first[order][chain]
    east: Bools = (passed == BOTTOM) | (passed == RIGHT)
    north: Bools = (passed == RIGHT) | (passed == TOP)
    xy = np.column_stack([outlines.column[edge] + east, outlines.row[edge] + north])
    return (chain, nth), xy.astype(np.float64) * size
