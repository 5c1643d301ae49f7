"""Split outlines -> pieces: walk each grid cell's border from chain to chain.

A chain is a run of edges in one lattice cell. It leaves the cell on its border; from there the
interior is followed counter-clockwise along the border to where the next chain enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import shapely

from gridgeo._rings import repeated

if TYPE_CHECKING:
    from gridgeo._rings import Rings
    from gridgeo.schema import Bools, Floats, Geometries, Ints

MOST_SIDES: Final = 16
"""More than a cell has: four of a square, six of an H3 cell, ten where it lies over an edge of
the icosahedron."""


class Outlines(Protocol):
    """Outlines of areas, split so that every edge lies in one cell of a grid.

    A key numbers (area, cell): by area, from north to south, west to east. ``cell`` (edges,) is
    the key of each edge, from its point to the next one. ``crossing`` (points,) tells the points
    in which an outline crosses the border of a cell from its vertices. ``touchy`` are keys of cells
    where an outline meets a border in a vertex, or in a corner. Sides are counted
    counter-clockwise.
    """

    @property
    def rings(self) -> Rings: ...
    @property
    def cell(self) -> Ints: ...
    @property
    def touchy(self) -> Ints: ...
    @property
    def crossing(self) -> Bools: ...

    def area_of(self, key: Ints) -> Ints:
        """Give the areas of keys."""

    def beside(self, key: Ints) -> Ints:
        """Give the keys of cells and of those beside them, in the same areas."""

    def border_place(self, point: Ints, edge: Ints) -> tuple[Ints, Floats]:
        """Give the side of the edge's cell on which a crossing lies, and how far along it."""

    def n_sides(self, edge: Ints) -> Ints:
        """Give the number of sides of the edges' cells."""

    def corner(self, edge: Ints, side: Ints) -> Floats:
        """Give the point where a side of the edge's cell ends."""

    def cell_m2(self, key: Ints) -> Floats:
        """Give the sizes of cells."""

    def cell_polygons(self, key: Ints) -> Geometries:
        """Build the outlines of cells, on which outlines of areas meet them at the same points."""

    def whole_cells(self) -> Ints:
        """Find the keys of all cells that lie in an area, and maybe some that are cut; in order."""


@dataclass(frozen=True)
class Chains:
    """Per chain: its first edge, edge count, first point of the next chain, cell and ring."""

    first: Ints
    n_edges: Ints
    end: Ints
    cell: Ints
    ring: Ints


def chains_of(outlines: Outlines) -> tuple[Chains, Ints]:
    """Group edges into chains.

    Returns
    -------
    Chains
        Runs of edges with one key, around each ring.
    Ints
        Rings that lie in one cell altogether and have no chain.
    """
    rings, cell = outlines.rings, outlines.cell
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
    entry_side, entry_place = outlines.border_place(chains.first, chains.first)
    exit_side, exit_place = outlines.border_place(chains.end, chains.first)
    cell = np.concatenate([chains.cell, chains.cell])
    side = np.concatenate([entry_side, exit_side])
    place = np.concatenate([entry_place, exit_place])
    order = np.lexsort((place, cell * MOST_SIDES + side))
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
    n_sides = outlines.n_sides(chains.first)[chain]
    around = (side[entries] == side[exits]) & (place[entries] < place[exits])
    corners[chain] = np.where(around, n_sides, (side[entries] - side[exits]) % n_sides)
    vertex_ends = ~(outlines.crossing[chains.first] & outlines.crossing[chains.end])
    ambiguous = np.concatenate([cell[doubtful], chains.cell[vertex_ends]])
    return following, corners, np.unique(ambiguous)


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
    outlines: Outlines, chains: Chains, corners: Ints, order: Ints, start: Ints
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

    at, corner_xy = _corner_points(outlines, chains, order, n_corners)
    xy[(place + n_edges + 1)[at[0]] + at[1]] = corner_xy
    last = start[1:] - 1
    xy[place[last] + n_points[last] - 1] = xy[place[start[:-1]]]
    offsets = np.append(place[start[:-1]], len(xy))
    return shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, xy, (offsets, np.arange(len(offsets)))
    )


def _corner_points(
    outlines: Outlines, chains: Chains, order: Ints, n_corners: Ints
) -> tuple[tuple[Ints, Ints], Floats]:
    chain, nth = repeated(n_corners)
    edge = chains.first[order][chain]
    side, _ = outlines.border_place(chains.end[order][chain], edge)
    return (chain, nth), outlines.corner(edge, (side + nth) % outlines.n_sides(edge))
