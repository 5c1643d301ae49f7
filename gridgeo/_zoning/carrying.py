"""Zones of before carried over to cells: kept whole, split or given up as numbers ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridgeo._zoning.allot import allot
from gridgeo._zoning.graph import add_up, borders_with, find_parts, find_ways, is_largest_part
from gridgeo._zoning.halving import cut_apart
from gridgeo._zoning.task import NOWHERE, find_homes

if TYPE_CHECKING:
    from gridgeo._zoning.graph import Graph
    from gridgeo._zoning.halving import Ground
    from gridgeo._zoning.task import Before
    from gridgeo.schema import Bools, Ints


class HeldApartError(Exception):
    """Locked cells that no connected zones can keep.

    Parameters
    ----------
    cells
        Positions of the cells.
    why
        What is wrong with them.
    """

    def __init__(self, cells: Ints, why: str) -> None:
        super().__init__(why)
        self.cells = cells


@dataclass(frozen=True, slots=True)
class Carried:
    """(cells,) ``zone`` of each; (zones,) ``land`` of each, ``NOWHERE`` for one given up."""

    zone: Ints
    land: Ints


def carry_over(ground: Ground, land: Ints, n_zones: Ints, before: Before) -> Carried:
    """Carry zones over to cells: connected, and as many in each land as are asked for.

    Parameters
    ----------
    ground
        The cells.
    land
        (cells,) the land of each.
    n_zones
        (lands,) how many zones each one gets.
    before
        The zones of the cells before.

    Returns
    -------
    Carried
        Zones of before keep their numbers, new ones come after them.

    Raises
    ------
    HeldApartError
        Held cells of a zone cannot be joined, or there are more zones with held cells in a land
        than it gets.
    """
    home = find_homes(before, land, ground.load)
    at_home = before.known & (home[before.zone] == land)
    abroad = np.flatnonzero(before.held & ~at_home)
    if len(abroad):
        raise HeldApartError(abroad, "lie apart from the other locked cells of their zone")
    zone = np.where(at_home, before.zone, NOWHERE)
    zone, held = join_held(ground.graph, zone, before.held)
    zone = _without_strays(ground, zone, held)
    zone, home = _settle_empty(zone, land, home, len(n_zones))
    zone = grow(ground.graph, zone)
    zone, home = _give_up(ground, zone, home, n_zones, held)
    zone, home = _split(ground, zone, home, n_zones, held)
    return Carried(zone, home)


def join_held(graph: Graph, zone: Ints, held: Bools) -> tuple[Ints, Bools]:
    """Join the held cells of each zone by the shortest way over cells that nobody holds."""
    zone, held = zone.copy(), held.copy()
    part = find_parts(graph, np.where(held, zone, NOWHERE))
    pairs = np.unique(np.stack([zone[held], part[held]]), axis=1)
    names, n_parts = np.unique(pairs[0], return_counts=True)
    for name in names[n_parts > 1]:
        own = np.flatnonzero(held & (zone == name))
        joined = own[part[own] == part[own[0]]]
        for piece in np.unique(part[np.setdiff1d(own, joined)]):
            cells = own[part[own] == piece]
            way = _way_between(graph, zone, held, joined, cells)
            zone[way], held[way] = name, True
            joined = np.concatenate([joined, cells, way])
    return zone, held


def _way_between(graph: Graph, zone: Ints, held: Bools, some: Ints, others: Ints) -> Ints:
    """Find the cells on the shortest way between two pieces of a zone."""
    own = zone == zone[some[0]]
    free = ~held | own
    usable = free[graph.source] & free[graph.target]
    # No way is worth leaving the zone for.
    step = np.where(own[graph.target[usable]], 1.0, float(graph.n_cells))
    distance, before, _ = find_ways(
        graph.source[usable], graph.target[usable], step, graph.n_cells, some
    )
    at = int(others[np.argmin(distance[others])])
    if not np.isfinite(distance[at]):
        raise HeldApartError(others, "are cut off from the other locked cells of their zone")
    way = [at]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    return np.array(way)


def _without_strays(ground: Ground, zone: Ints, held: Bools) -> Ints:
    """Take from each zone what is not connected with its main part, the one that is held."""
    known = np.flatnonzero(zone >= 0)
    part = find_parts(ground.graph.of(known), zone[known])
    load = ground.load[known]
    # One held cell outweighs all loads, one cell any rounding of them.
    size = load + held[known] * 2 * (load.sum() + 1) + 1e-9 * (load.mean() if len(load) else 0)
    stays = is_largest_part(part, zone[known], size)
    kept = np.full_like(zone, NOWHERE)
    kept[known[stays]] = zone[known[stays]]
    return kept


def _settle_empty(zone: Ints, land: Ints, home: Ints, n_lands: int) -> tuple[Ints, Ints]:
    """Give a zone of its own to each land that has none."""
    kept = np.zeros(len(home), dtype=bool)
    kept[zone[zone >= 0]] = True
    home = np.where(kept, home, NOWHERE)
    empty = np.bincount(land[zone >= 0], minlength=n_lands) == 0
    new = np.cumsum(empty) - 1 + len(home)
    zone = np.where(empty[land], new[land], zone)
    return zone, np.append(home, np.flatnonzero(empty))


def grow(graph: Graph, zone: Ints) -> Ints:
    """Give cells without a zone to the neighbour with the longest border, from zones outwards."""
    zone = zone.copy()
    while True:
        onto = graph.keep((zone[graph.source] < 0) & (zone[graph.target] >= 0))
        if not len(onto.source):
            return zone
        cell, label, border = borders_with(onto, zone, int(zone.max()) + 1)
        order = np.lexsort((label, -border, cell))
        cell, first = np.unique(cell[order], return_index=True)
        zone[cell] = label[order[first]]


def _give_up(
    ground: Ground, zone: Ints, home: Ints, n_zones: Ints, held: Bools
) -> tuple[Ints, Ints]:
    """Hand the lightest zones out to neighbours where a land has too many; of equals the last."""
    loads = np.bincount(zone, ground.load, minlength=len(home))
    fixed = np.zeros(len(home), dtype=bool)
    fixed[zone[held]] = True
    there = np.flatnonzero(home >= 0)
    order = there[np.lexsort((-there, loads[there], fixed[there], home[there]))]
    lands = home[order]
    nth = np.arange(len(order)) - np.searchsorted(lands, lands)
    leaving = order[nth < (np.bincount(lands, minlength=len(n_zones)) - n_zones)[lands]]
    if fixed[leaving].any():
        cells = np.flatnonzero(held & np.isin(zone, leaving))
        raise HeldApartError(cells, "keep more zones than there are to be")
    if not len(leaving):
        return zone, home
    home = home.copy()
    home[leaving] = NOWHERE
    return grow(ground.graph, np.where(np.isin(zone, leaving), NOWHERE, zone)), home


def _split(ground: Ground, zone: Ints, home: Ints, n_zones: Ints, held: Bools) -> tuple[Ints, Ints]:
    """Cut the heaviest zones apart where a land has too few.

    The heaviest piece is the old zone; of a zone with held cells it is what has these.
    """
    loads = add_up(ground.load, zone, len(home))
    fixed = np.zeros(len(home), dtype=bool)
    fixed[zone[held]] = True
    # What is held is one piece.
    n_cells = np.bincount(zone[~held], minlength=len(home)) + fixed
    into = np.ones(len(home), dtype=np.int64)
    present = np.bincount(home[home >= 0], minlength=len(n_zones))
    for short in np.flatnonzero(present < n_zones):
        own = np.flatnonzero(home == short)
        if n_cells[own].sum() < n_zones[short]:
            cells = np.flatnonzero(held & np.isin(zone, own))
            raise HeldApartError(cells, "leave no room for the zones that are missing")
        into[own] = allot(loads[own], n_cells[own], int(n_zones[short]))
    part, pieces = _parts_to_cut(ground, zone, into, fixed, held)
    cells = np.flatnonzero(pieces[part] > 0)
    if not len(cells):
        return zone, home
    whole, first, own = np.unique(part[cells], return_index=True, return_inverse=True)
    cut = cut_apart(ground.of(cells), own, pieces[whole], 0.0)
    piece_of = np.repeat(zone[cells[first]], pieces[whole])
    piece_load = np.bincount(cut, ground.load[cells], minlength=len(piece_of))
    order = np.lexsort((np.arange(len(piece_of)), -piece_load, piece_of))
    oldest = np.zeros(len(piece_of), dtype=bool)
    oldest[order[np.append(True, piece_of[order][1:] != piece_of[order][:-1])]] = True
    oldest &= ~fixed[piece_of]
    number = np.where(oldest, piece_of, len(home) + np.cumsum(~oldest) - 1)
    zone = zone.copy()
    zone[cells] = number[cut]
    return zone, np.append(home, home[piece_of[~oldest]])


def _parts_to_cut(
    ground: Ground, zone: Ints, into: Ints, fixed: Bools, held: Bools
) -> tuple[Ints, Ints]:
    """Tell what of the zones that are split is cut, and into how many pieces each part of it.

    It is all of a zone, or where cells are held, the heaviest parts of what is not.
    """
    part = find_parts(ground.graph, 2 * zone + held)
    load, n_cells = add_up(ground.load, part, int(part.max()) + 1), np.bincount(part)
    zone_of, is_held = np.zeros((2, len(n_cells)), dtype=np.int64)
    zone_of[part], is_held[part] = zone, held
    pieces = np.where(into[zone_of] > 1, into[zone_of], 0)
    pieces[fixed[zone_of]] = 0
    for one in np.flatnonzero(fixed & (into > 1)):
        own = np.flatnonzero((zone_of == one) & (is_held == 0))
        n_new = int(into[one]) - 1
        own = own[np.argsort(-load[own], kind="stable")][:n_new]
        pieces[own] = allot(load[own], n_cells[own], n_new)
    return part, pieces
