"""Areas cut by a square lattice: exact pieces and whole cells, arrays in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._chains import build_loops, chains_of, link_chains, loops_of
from gridgeo._edges import hash_rows
from gridgeo._outlines import repeated, rings_of, split_outlines
from gridgeo._polygons import polygon_parts

if TYPE_CHECKING:
    from gridgeo._chains import Chains
    from gridgeo._outlines import Outlines, Rings
    from gridgeo.schema import Bools, Floats, Geometries, Ints

ROUNDING: Final = 1e-9
"""Metres, and m2 of a square metre: by how much double coordinates may miss an exact answer."""


@dataclass(frozen=True)
class Pieces:
    """Connected pieces of areas, each in one lattice cell.

    ``area`` is the position of a piece's area, ``m2`` its size, ``whole`` whether it is the whole
    cell.
    """

    area: Ints
    column: Ints
    row: Ints
    geometry: Geometries
    m2: Floats
    whole: Bools


@dataclass(frozen=True)
class _Keys:
    """Numbers (area, column, row) as one integer: by area, north to south, west to east."""

    west: int
    north: int
    n_columns: int
    n_rows: int

    @classmethod
    def covering(cls, xy: Floats, size: float) -> _Keys:
        west, south = (int(low) for low in np.floor(xy.min(axis=0) / size) - 2)
        east, north = (int(high) for high in np.ceil(xy.max(axis=0) / size) + 2)
        return cls(west, north, east - west + 1, north - south + 1)

    def join(self, area: Ints, column: Ints, row: Ints) -> Ints:
        return (area * self.n_rows + self.north - row) * self.n_columns + column - self.west

    def split(self, key: Ints) -> tuple[Ints, Ints, Ints]:
        rest, column = np.divmod(key, self.n_columns)
        area, below = np.divmod(rest, self.n_rows)
        return area, column + self.west, self.north - below


def cut(polygons: Geometries, size: float) -> Pieces:
    """Cut polygons along the lines of a square lattice.

    Parameters
    ----------
    polygons
        (n,) valid polygons or multipolygons in lattice coordinates, metres.
    size
        Side of a lattice cell, metres; lines stand at its whole multiples.

    Returns
    -------
    Pieces
        One for every connected piece of a polygon in a cell, by area, from north to south, each
        row of cells from west to east.
    """
    rings = rings_of(polygons, size)
    keys = _Keys.covering(rings.xy, size)
    outlines = split_outlines(rings, size)
    touched, pieces, hard = _pieces_by_walking(outlines, keys, size)
    by_overlay = _pieces_by_overlay(outlines.rings, keys, hard, size)
    whole = _whole_cells(rings, keys, touched, size)

    cell = np.concatenate([pieces[0], by_overlay[0]])
    geometry = np.concatenate([pieces[1], by_overlay[1]])
    m2 = shapely.area(geometry)
    wrong = _areas_that_do_not_sum_up(polygons, keys, cell, m2, whole, size)
    if len(wrong):
        again = touched[np.isin(keys.split(touched)[0], wrong)]
        kept = ~np.isin(keys.split(cell)[0], wrong)
        redone = _pieces_by_overlay(outlines.rings, keys, again, size)
        cell = np.concatenate([cell[kept], redone[0]])
        geometry = np.concatenate([geometry[kept], redone[1]])
        m2 = shapely.area(geometry)
    return _gather(keys, cell, geometry, m2, whole, size)


def _gather(
    keys: _Keys, cell: Ints, geometry: Geometries, m2: Floats, whole: Ints, size: float
) -> Pieces:
    full = size * size
    is_whole = np.append(np.abs(m2 - full) <= ROUNDING * full, np.ones(len(whole), dtype=bool))
    cell = np.concatenate([cell, whole])
    geometry = np.concatenate([geometry, _boxes(keys, whole, size)])
    m2 = np.append(m2, np.full(len(whole), full))
    order = np.argsort(cell, kind="stable")
    return Pieces(*keys.split(cell[order]), geometry[order], m2[order], is_whole[order])


def _pieces_by_walking(
    outlines: Outlines, keys: _Keys, size: float
) -> tuple[Ints, tuple[Ints, Geometries], Ints]:
    """Give touched cells, (cell, geometry) of pieces, and cells that only overlay can decide."""
    rings = outlines.rings
    cell = keys.join(rings.area[rings.ring], outlines.column, outlines.row)
    chains, chainless = chains_of(outlines, cell)
    following, corners, ambiguous = link_chains(outlines, chains)
    enclosed = cell[rings.start[chainless]]
    touchy = keys.join(*outlines.touchy.T)
    holes = enclosed[rings.hole[chainless]]
    hard = np.unique(np.concatenate([ambiguous, touchy, holes, _pinched(outlines, cell)]))
    touched = np.unique(np.concatenate([chains.cell, enclosed, hard]))

    easy = ~_contains(hard, chains.cell)
    order, start = loops_of(np.where(easy, following, np.arange(len(following))))
    order, start = _select_loops(order, start, easy[order[start[:-1]]])
    loop_cell = chains.cell[order[start[:-1]]]
    loops = build_loops(outlines, chains, corners, order, start, size)
    invalid = _invalid_loops(outlines, chains, order, start, loops)
    kept = ~_contains(np.unique(loop_cell[invalid]), loop_cell)
    hard = np.union1d(hard, loop_cell[invalid])

    inner = chainless[~_contains(hard, enclosed)]
    geometry = np.concatenate([loops[kept], shapely.polygons(_linear_rings(rings, inner))])
    return touched, (np.concatenate([loop_cell[kept], cell[rings.start[inner]]]), geometry), hard


def _select_loops(order: Ints, start: Ints, wanted: Bools) -> tuple[Ints, Ints]:
    n_chains = np.diff(start)
    return order[np.repeat(wanted, n_chains)], np.append(0, np.cumsum(n_chains[wanted]))


def _invalid_loops(
    outlines: Outlines, chains: Chains, order: Ints, start: Ints, loops: Geometries
) -> Ints:
    """Find loops in which a hole touches the shell: a ring that meets itself in a point."""
    by_hole = outlines.rings.hole[chains.ring[order]]
    several = np.flatnonzero((np.diff(start) > 1) & np.logical_or.reduceat(by_hole, start[:-1]))
    return several[~shapely.is_valid(loops[several])]


def _pinched(outlines: Outlines, cell: Ints) -> Ints:
    """Find cells in which rings of one part meet in a vertex."""
    rings = outlines.rings
    many = (np.bincount(rings.part) > 1)[rings.part][rings.ring]
    part = rings.part[rings.ring[many]].astype(np.float64)
    # A collision of these hashes costs an overlay that was not needed, nothing else.
    mixed = hash_rows(rings.xy[many], part[:, None])
    _, position, count = np.unique(mixed, return_inverse=True, return_counts=True)
    meeting = np.flatnonzero(many)[count[position] > 1]
    return np.concatenate([cell[meeting], cell[rings.preceding[meeting]]])


def _linear_rings(rings: Rings, wanted: Ints) -> Geometries:
    """Build the wanted rings as geometries."""
    ring, nth = repeated(np.diff(rings.start)[wanted])
    return shapely.linearrings(rings.xy[rings.start[wanted][ring] + nth], indices=ring)


def _pieces_by_overlay(
    rings: Rings, keys: _Keys, cells: Ints, size: float
) -> tuple[Ints, Geometries]:
    """Cut the few cells that the walk cannot decide, with GEOS, from the split outlines."""
    wanted = np.unique(keys.split(cells)[0])
    chosen = np.flatnonzero(np.isin(rings.area, wanted))
    if not len(chosen):
        return cells[:0], np.empty(0, dtype=object)
    linear = _linear_rings(rings, chosen)
    shells = ~rings.hole[chosen]
    part = np.cumsum(shells) - 1
    parts = shapely.polygons(linear[shells])
    holed = np.unique(part[~shells])
    for position in holed:
        own = linear[(part == position) & ~shells]
        parts[position] = shapely.polygons(linear[shells][position], own)
    broken = ~shapely.is_valid(parts)
    parts[broken] = shapely.make_valid(parts[broken])

    boxes = _boxes(keys, cells, size)
    box, hit = shapely.STRtree(parts).query(boxes, predicate="intersects")
    own = rings.area[chosen][shells][hit] == keys.split(cells[box])[0]
    box, hit = box[own], hit[own]
    result, position = polygon_parts(shapely.intersection(parts[hit], boxes[box]))
    return cells[box[position]], shapely.orient_polygons(result)


def _whole_cells(rings: Rings, keys: _Keys, touched: Ints, size: float) -> Ints:
    """Find cells inside an area that no outline enters, row by row at cell centres."""
    here, there = rings.xy, rings.xy[rings.following]
    row_here, row_there = _centres_below(here[:, 1], size), _centres_below(there[:, 1], size)
    upward = row_there > row_here
    first = np.minimum(row_here, row_there)
    n_rows = np.abs(row_there - row_here)
    edge, nth = repeated(n_rows)
    row = first[edge] + nth
    low, high = here[edge], there[edge]
    along = ((row + 0.5) * size - low[:, 1]) / (high[:, 1] - low[:, 1])
    x = low[:, 0] + np.clip(along, 0, 1) * (high[:, 0] - low[:, 0])
    # The interior lies west of an edge that goes up, east of one that goes down.
    key = keys.join(rings.area[rings.ring[edge]], _centres_below(x, size), row)
    order = np.argsort(key, kind="stable")
    key, inside = key[order], np.cumsum(np.where(upward[edge], -1, 1)[order])
    runs = np.flatnonzero(inside[:-1] > 0)
    run, nth = repeated(key[runs + 1] - key[runs])
    cell = key[runs][run] + nth
    return cell[~_contains(touched, cell)]


def _centres_below(values: Floats, size: float) -> Ints:
    """Give the number of the first cell whose centre is not below each value."""
    return np.ceil(values / size - 0.5).astype(np.int64)


def _boxes(keys: _Keys, cells: Ints, size: float) -> Geometries:
    _, column, row = keys.split(cells)
    return shapely.box(column * size, row * size, (column + 1) * size, (row + 1) * size)


def _areas_that_do_not_sum_up(
    polygons: Geometries, keys: _Keys, cell: Ints, m2: Floats, whole: Ints, size: float
) -> Ints:
    """Find areas whose pieces miss their size: rounding has turned a border around."""
    n = len(polygons)
    pieces = np.bincount(keys.split(cell)[0], weights=m2, minlength=n)
    wholes = np.bincount(keys.split(whole)[0], minlength=n) * size * size
    area = shapely.area(polygons)
    allowed = ROUNDING * (area + shapely.length(polygons))
    return np.flatnonzero(np.abs(pieces + wholes - area) > allowed)


def _contains(ordered: Ints, values: Ints) -> Bools:
    """Tell which values are among ordered unique ones."""
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return ordered[place] == values
