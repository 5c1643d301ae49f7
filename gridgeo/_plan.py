"""A plan of zones for all units: drafted anew or from the zones of before, and finished."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gridgeo._allot import allot
from gridgeo._carrying import HeldApartError, carry_over
from gridgeo._halving import Ground
from gridgeo._homes import NOWHERE, find_homes
from gridgeo._islands import find_lands, find_nearest
from gridgeo._sharing import Sharing
from gridgeo._zoning import draw, settle

if TYPE_CHECKING:
    from gridgeo._graph import Graph
    from gridgeo._islands import Lands
    from gridgeo._zoning import Rules
    from gridgeo.schema import Bools, Floats, Geometries, Ints


@dataclass(frozen=True, slots=True)
class Task:
    """Cells that are to get zones, in the order of their codes.

    ``graph`` of neighbours inside units; (cells,) ``polygons``, ``load``, ``unit``, ``before``:
    the zone of before or ``NOWHERE``, ``held``: whether it stays there.
    """

    graph: Graph
    polygons: Geometries
    load: Floats
    unit: Ints
    before: Ints
    held: Bools


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
        """Number zones as ``order`` lists them, settle them, and give the zone of every cell."""
        rank = np.full(len(self.now.land), NOWHERE)
        rank[order] = np.arange(len(order))
        now = replace(self.now, zone=rank[self.now.zone], land=self.now.land[order])
        zone = np.full(len(self.lands.anchor), NOWHERE)
        zone[self.lands.mainland] = settle(now, rules)
        return zone[self.lands.anchor]


def share_out(task: Task, n_zones: int | None, limit: float) -> Ints:
    """Say how many zones each unit gets; as before where that is still fair.

    ``n_zones`` None: as many as the limit asks for, or as there were.
    """
    load, n_cells = np.bincount(task.unit, task.load), np.bincount(task.unit)
    home = find_homes(task.before, task.unit, task.load, task.held)
    present = np.bincount(home[home >= 0], minlength=len(load))
    if n_zones is None:
        least = np.ceil(load / limit).astype(np.int64)
        return np.clip(np.maximum(least, present), 1, n_cells)
    share = n_zones * load / max(load.sum(), np.finfo(float).tiny)
    fair = (np.abs(present - share) <= 1) | (present == 1) & (share < 1)
    if present.sum() == n_zones and (fair & (present >= 1) & (present <= n_cells)).all():
        return present
    return allot(load, n_cells, n_zones)


def draft(task: Task, n_zones: Ints, rules: Rules, turn: float) -> Draft:
    """Draft zones for units that get so many each, from those of before where there are any."""
    lands = find_lands(
        task.graph, task.polygons, task.load, task.unit, n_zones, task.before
    )
    lands, held = _anchor_held(task, lands)
    cells = lands.mainland
    xy = shapely.get_coordinates(shapely.centroid(task.polygons[cells]))
    ground = Ground(task.graph.of(cells), xy, lands.carried(task.load))
    land, before = lands.land[cells], task.before[cells]
    home = find_homes(before, land, ground.load, held[cells])
    of_land = _share_out_lands(ground, land, lands.unit, n_zones, home)
    if not (before >= 0).any():
        zone, of_zone = draw(ground, land, of_land, rules, turn)
        return Draft(lands, Sharing(ground.graph, ground.load, zone, of_zone, held[cells]))
    try:
        return Draft(lands, _redraw(ground, land, of_land, before, held[cells], rules))
    except HeldApartError as error:
        raise HeldApartError(cells[error.cells], str(error)) from error


def _redraw(  # noqa: PLR0913, PLR0917 - the columns of a task, on the mainland
    ground: Ground, land: Ints, n_zones: Ints, before: Ints, held: Bools, rules: Rules
) -> Sharing:
    """Carry zones over and settle them, with one more where one exceeds the limit."""
    n_zones, n_cells = n_zones.copy(), np.bincount(land)
    while True:
        carried = carry_over(ground, land, n_zones, before, held)
        now = Sharing(ground.graph, ground.load, carried.zone, carried.land, held)
        present = np.flatnonzero(now.land >= 0)
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
        before = now.zone


def _share_out_lands(
    ground: Ground, land: Ints, unit: Ints, n_zones: Ints, home: Ints
) -> Ints:
    """Say how many zones each land gets of its unit's; as before where they are as many."""
    load, n_cells = np.bincount(land, ground.load), np.bincount(land)
    given = n_zones[unit]
    present = np.bincount(home[home >= 0], minlength=len(unit))
    for several in np.flatnonzero(np.bincount(unit) > 1):
        own = unit == several
        kept = present[own].sum() == n_zones[several] and present[own].all()
        most = int(min(n_zones[several], n_cells[own].sum()))
        given[own] = present[own] if kept else allot(load[own], n_cells[own], most)
    return given


def _anchor_held(task: Task, lands: Lands) -> tuple[Lands, Bools]:
    """Let held cells of islands go with the nearest cell of their zone, which is then held too."""
    anchor, held = lands.anchor.copy(), task.held.copy()
    astray = np.flatnonzero(held & (anchor != np.arange(len(anchor))))
    for zone in np.unique(task.before[astray]):
        cells = astray[task.before[astray] == zone]
        own = np.zeros(len(anchor), dtype=bool)
        own[lands.mainland] = task.before[lands.mainland] == zone
        own &= task.unit == task.unit[cells[0]]
        if not own.any():
            raise HeldApartError(cells, "lie on an island that goes with another zone")
        anchor[cells] = find_nearest(task.polygons, cells, np.flatnonzero(own), cells * 0)
        held[anchor[cells]] = True
    return replace(lands, anchor=anchor, land=lands.land[anchor]), held
