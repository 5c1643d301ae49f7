"""Split outlines -> pieces and whole cells, exactly; arrays in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from gridgeo._chains import build_loops, chains_of, link_chains, loops_of
from gridgeo._edges import hash_rows
from gridgeo._polygons import polygon_parts
from gridgeo._rings import linear_rings

if TYPE_CHECKING:
    from gridgeo._chains import Outlines
    from gridgeo.schema import Bools, Floats, Geometries, Ints

ROUNDING: Final = 1e-9
"""Metres, and m2 of a square metre: by how much double coordinates may miss an exact answer."""


@dataclass(frozen=True)
class Cut:
    """Connected pieces of areas, each in one grid cell.

    ``cell`` is the key of (area, grid cell), see :class:`gridgeo._chains.Outlines`; ``m2`` the
    size, ``whole`` whether a piece is the whole cell.
    """

    cell: Ints
    geometry: Geometries
    m2: Floats
    whole: Bools


def cut(outlines: Outlines, areas_m2: Floats) -> Cut:
    """Cut areas into pieces, each in one cell of a grid.

    Parameters
    ----------
    outlines
        Outlines of valid areas, split along the grid.
    areas_m2
        (areas,) their sizes.

    Returns
    -------
    Cut
        One for every connected piece of an area in a cell, by area, from north to south, each
        row of cells from west to east.
    """
    touched, walked, hard = _pieces_by_walking(outlines)
    pieces = _both(walked, _pieces_by_overlay(outlines, hard))
    inside = outlines.whole_cells()
    whole = inside[~_contains(touched, inside)]
    wrong = _areas_that_do_not_sum_up(outlines, pieces, whole, areas_m2)
    if len(wrong):
        again = touched[np.isin(outlines.area_of(touched), wrong)]
        kept = ~np.isin(outlines.area_of(pieces[0]), wrong)
        pieces = _both((pieces[0][kept], pieces[1][kept]), _pieces_by_overlay(outlines, again))
    return _gather(outlines, pieces, whole)


_Keyed: TypeAlias = "tuple[Ints, Geometries]"
"""Keys and geometries of pieces."""


def _both(some: _Keyed, others: _Keyed) -> _Keyed:
    return np.concatenate([some[0], others[0]]), np.concatenate([some[1], others[1]])


def _gather(outlines: Outlines, pieces: _Keyed, whole: Ints) -> Cut:
    m2, full = shapely.area(pieces[1]), outlines.cell_m2(pieces[0])
    is_whole = np.append(np.abs(m2 - full) <= ROUNDING * full, np.ones(len(whole), dtype=bool))
    cell, geometry = _both(pieces, (whole, outlines.cell_polygons(whole)))
    order = np.argsort(cell, kind="stable")
    m2 = np.append(m2, outlines.cell_m2(whole))
    return Cut(cell[order], geometry[order], m2[order], is_whole[order])


def _pieces_by_walking(outlines: Outlines) -> tuple[Ints, _Keyed, Ints]:
    """Give touched cells, (cell, geometry) of pieces, and cells that only overlay can decide."""
    rings, cell = outlines.rings, outlines.cell
    chains, chainless = chains_of(outlines)
    following, corners, ambiguous = link_chains(outlines, chains)
    enclosed = cell[rings.start[chainless]]
    holes = enclosed[rings.hole[chainless]]
    hard = np.unique(np.concatenate([ambiguous, outlines.touchy, holes, _pinched(outlines)]))
    touched = np.unique(np.concatenate([chains.cell, enclosed, hard]))

    easy = ~_contains(hard, chains.cell)
    order, start = loops_of(np.where(easy, following, np.arange(len(following))))
    order, start = _select_loops(order, start, easy[order[start[:-1]]])
    loop_cell = chains.cell[order[start[:-1]]]
    loops = build_loops(outlines, chains, corners, order, start)
    inner = chainless[~_contains(hard, enclosed)]
    walked = np.append(loop_cell, cell[rings.start[inner]])
    geometry = np.append(loops, shapely.polygons(linear_rings(rings, inner)))
    # A hole may touch the shell, or a spike be narrower than rounding.
    invalid = np.unique(walked[~shapely.is_valid(geometry)])
    kept = ~_contains(invalid, walked)
    return touched, (walked[kept], geometry[kept]), np.union1d(hard, invalid)


def _select_loops(order: Ints, start: Ints, wanted: Bools) -> tuple[Ints, Ints]:
    n_chains = np.diff(start)
    return order[np.repeat(wanted, n_chains)], np.append(0, np.cumsum(n_chains[wanted]))


def _pinched(outlines: Outlines) -> Ints:
    """Find cells in which rings of one part meet in a vertex."""
    rings, cell = outlines.rings, outlines.cell
    many = (np.bincount(rings.part) > 1)[rings.part][rings.ring]
    part = rings.part[rings.ring[many]].astype(np.float64)
    # A collision of these hashes costs an overlay that was not needed, nothing else.
    mixed = hash_rows(rings.xy[many], part[:, None])
    _, position, count = np.unique(mixed, return_inverse=True, return_counts=True)
    meeting = np.flatnonzero(many)[count[position] > 1]
    return np.concatenate([cell[meeting], cell[rings.preceding[meeting]]])


def _pieces_by_overlay(outlines: Outlines, cells: Ints) -> _Keyed:
    """Cut the few cells that the walk cannot decide, with GEOS, from the split outlines."""
    rings = outlines.rings
    chosen = np.flatnonzero(np.isin(rings.area, np.unique(outlines.area_of(cells))))
    if not len(chosen):
        return cells[:0], np.empty(0, dtype=object)
    _, first, part = np.unique(rings.part[chosen], return_index=True, return_inverse=True)
    parts = shapely.polygons(linear_rings(rings, chosen), indices=part)
    part_area = rings.area[chosen[first]]
    broken = ~shapely.is_valid(parts)
    parts[broken] = shapely.make_valid(parts[broken])

    outline = outlines.cell_polygons(cells)
    box, hit = shapely.STRtree(parts).query(outline, predicate="intersects")
    own = part_area[hit] == outlines.area_of(cells[box])
    box, hit = box[own], hit[own]
    result, position = polygon_parts(shapely.intersection(parts[hit], outline[box]))
    return cells[box[position]], shapely.orient_polygons(result)


def _areas_that_do_not_sum_up(
    outlines: Outlines, pieces: _Keyed, whole: Ints, areas_m2: Floats
) -> Ints:
    """Find areas whose pieces miss their size: rounding has turned a border around."""
    n = len(areas_m2)
    cell = np.append(pieces[0], whole)
    m2 = np.append(shapely.area(pieces[1]), outlines.cell_m2(whole))
    total = np.bincount(outlines.area_of(cell), weights=m2, minlength=n)
    rings = outlines.rings
    length = np.hypot(*(rings.xy[rings.following] - rings.xy).T)
    border = np.bincount(rings.area[rings.ring], weights=length, minlength=n)
    return np.flatnonzero(np.abs(total - areas_m2) > ROUNDING * (areas_m2 + border))


def _contains(ordered: Ints, values: Ints) -> Bools:
    """Tell which values are among ordered unique ones."""
    if not len(ordered):
        return np.zeros(len(values), dtype=bool)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return ordered[place] == values
