"""A plan of zones for all units: drafted anew or from the zones of before, and finished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gridgeo._zoning.allot import allot
from gridgeo._zoning.carrying import HeldApartError, carry_over, grow, join_held
from gridgeo._zoning.graph import add_up, find_parts
from gridgeo._zoning.halving import Ground
from gridgeo._zoning.islands import find_lands, find_nearest
from gridgeo._zoning.lands import draw, settle
from gridgeo._zoning.sharing import Sharing
from gridgeo._zoning.task import NOWHERE, Before, Task, find_homes

if TYPE_CHECKING:
    from gridgeo._zoning.islands import Lands
    from gridgeo._zoning.lands import Rules
    from gridgeo.schema import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Draft:
    """Zones on the mainland of each unit; islands go with their anchors."""

    lands: Lands
    now: Sharing

    @property
    def unit(self) -> Ints:
        """The unit of each zone, ``NOWHERE`` for one that was given up."""
        return np.append(self.lands.unit, NOWHERE)[self.now.land]

    def finish(self, rules: Rules, order: Ints) -> Ints:
        """Settle zones, counted in an order, and give the zone of every cell, islands too."""
        rank = np.full(len(self.now.land), NOWHERE)
        rank[order] = np.arange(len(order))
        now = replace(self.now, zone=rank[self.now.zone], land=self.now.land[order])
        zone = np.full(len(self.lands.anchor), NOWHERE)
        zone[self.lands.mainland] = settle(now, rules)
        return zone[self.lands.anchor]


def share_out(task: Task, n_zones: int | None, limit: float) -> Ints:
    """Say how many zones each unit gets; as before where that is still fair, or cells are held.

    ``n_zones`` None: as many as the limit asks for, and no fewer than there were.
    """
    n_cells = np.bincount(task.unit)
    load = add_up(task.load, task.unit, len(n_cells))
    home = find_homes(task.before, task.unit, task.load)
    present = np.bincount(home[home != NOWHERE], minlength=len(load))
    if n_zones is None:
        return _within(load, limit, n_cells, present)
    possible = present.sum() == n_zones and (present >= 1).all() and (present <= n_cells).all()
    share = n_zones * load / load.sum()
    fair = (np.abs(present - share) <= 1) | ((present == 1) & (share < 1))
    if possible and (fair.all() or task.before.held.any()):
        return present
    return allot(load, n_cells, n_zones)


def draft(task: Task, n_zones: Ints, rules: Rules, turn: float) -> Draft:
    """Draft zones for units that get so many each, from those of before where there are any.

    Raises
    ------
    HeldApartError
        Held cells that no connected zones can keep.
    """
    lands, held = _anchor_held(task, find_lands(task, n_zones, rules.limit))
    cells = lands.mainland
    xy = shapely.get_coordinates(shapely.centroid(task.polygons[cells]))
    ground = Ground(task.graph.of(cells), xy, lands.carried(task.load))
    main = _Mainland(ground, lands.land[cells], replace(task.before, held=held).of(cells))
    of_land = _share_out_lands(main, lands.unit, n_zones, rules.limit)
    if not main.before.known.any():
        zone, of_zone = draw(ground, main.land, of_land, rules, turn)
        return Draft(lands, Sharing(ground.graph, ground.load, zone, of_zone, main.before.held))
    try:
        return Draft(lands, _redraw(main, of_land, rules))
    except HeldApartError as error:
        # A cell may be held for one of an island that goes with it.
        held_by = task.before.held & np.isin(lands.anchor, cells[error.cells])
        raise HeldApartError(np.flatnonzero(held_by), str(error)) from error


@dataclass(frozen=True, slots=True)
class _Mainland:
    """The cells on no island: their ground, the land of each, and their zones of before."""

    ground: Ground
    land: Ints
    before: Before


def _redraw(main: _Mainland, n_zones: Ints, rules: Rules) -> Sharing:
    """Carry zones over and settle them, with one more where one exceeds the limit."""
    ground, land, before = main.ground, main.land, main.before
    n_zones, n_cells = n_zones.copy(), np.bincount(land)
    while True:
        carried = carry_over(ground, land, n_zones, before)
        now = Sharing(ground.graph, ground.load, carried.zone, carried.land, before.held)
        present = np.flatnonzero(now.land != NOWHERE)
        rank = np.full(len(now.land), NOWHERE)
        rank[present] = np.arange(len(present))
        settled = settle(replace(now, zone=rank[now.zone], land=now.land[present]), rules)
        now = replace(now, zone=present[settled])
        over = np.zeros(len(n_zones), dtype=bool)
        over[now.land[now.loads > rules.limit]] = True
        over &= n_zones < n_cells
        if not over.any():
            return now
        n_zones[over] += 1
        before = Before(now.zone, before.held, len(now.land))


def _share_out_lands(main: _Mainland, unit: Ints, n_zones: Ints, limit: float) -> Ints:
    """Say how many zones each land gets of its unit's; as before where they are as many."""
    n_cells = np.bincount(main.land)
    load = add_up(main.ground.load, main.land, len(n_cells))
    home = find_homes(main.before, main.land, main.ground.load)
    present = np.bincount(home[home != NOWHERE], minlength=len(unit))
    if limit < np.inf:
        return _within(load, limit, n_cells, present)
    given = n_zones[unit]
    for several in np.flatnonzero(np.bincount(unit) > 1):
        own = unit == several
        kept = present[own].sum() == n_zones[several] and present[own].all()
        given[own] = present[own] if kept else allot(load[own], n_cells[own], n_zones[several])
    return given


def _within(load: Floats, limit: float, n_cells: Ints, present: Ints) -> Ints:
    """Say how many zones a limit asks for; no fewer than there are, no more than cells."""
    least = np.ceil(load / limit).astype(np.int64)
    return np.clip(np.maximum(least, present), 1, n_cells)


def _anchor_held(task: Task, lands: Lands) -> tuple[Lands, Bools]:
    """Let islands with held cells go with the zones of these, as far as each is theirs.

    What is on an island goes with the nearest cell of its zone, which is then held too.
    """
    anchor, held = lands.anchor.copy(), task.before.held.copy()
    part = find_parts(task.graph)
    astray = held & (anchor != np.arange(len(anchor)))
    islands = np.flatnonzero(np.isin(part, part[astray]))
    if not len(islands):
        return lands, held
    zone = _zones_on(task, islands)
    mainland = lands.mainland
    for own in np.unique(zone):
        cells = islands[zone == own]
        theirs = mainland[task.before.zone[mainland] == own]
        theirs = theirs[task.unit[theirs] == task.unit[cells[0]]]
        if not len(theirs):
            raise HeldApartError(cells[held[cells]], "lie on an island that goes with another zone")
        anchor[cells] = find_nearest(task.polygons, cells, theirs, part[cells])
        held[anchor[cells]] = True
    return replace(lands, anchor=anchor, land=lands.land[anchor]), held


def _zones_on(task: Task, islands: Ints) -> Ints:
    """Share out the cells of islands among the zones that hold some of them."""
    graph, before = task.graph.of(islands), task.before.of(islands)
    try:
        zone, _ = join_held(graph, np.where(before.held, before.zone, NOWHERE), before.held)
    except HeldApartError as error:
        raise HeldApartError(islands[error.cells], str(error)) from error
    return grow(graph, zone)
