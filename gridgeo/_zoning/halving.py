"""The first cut of cells into zones: halve what is there until there are as many as asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo._zoning.graph import find_parts, is_largest_part

if TYPE_CHECKING:
    from gridgeo._zoning.graph import Graph
    from gridgeo.schema import Bools, Floats, Ints

DIRECTIONS: Final = 6
"""Straight cuts that are tried; the one with the shortest border is taken."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Cells that are to be shared out: neighbours, a point inside each, and load."""

    graph: Graph
    xy: Floats
    load: Floats

    def of(self, cells: Ints) -> Ground:
        """Give some of the cells, in order; they count from 0."""
        return Ground(self.graph.of(cells), self.xy[cells], self.load[cells])


def cut_apart(ground: Ground, group: Ints, n_zones: Ints, turn: float) -> Ints:
    """Cut every group of cells into zones of like load.

    Parameters
    ----------
    ground
        The cells; those of a group are connected.
    group
        (cells,) the group of each.
    n_zones
        (groups,) how many zones a group is cut into; at least 1 and no more than it has cells.
    turn
        Angle by which the cuts are turned, radians.

    Returns
    -------
    Ints
        (cells,) zone of each, every one connected; zones of a group follow one another, in the
        order of the groups.
    """
    first = np.cumsum(n_zones) - n_zones
    zone = first[group]
    ahead = np.zeros(n_zones.sum(), dtype=np.int64)
    ahead[first] = n_zones
    while (ahead > 1).any():
        cells = np.flatnonzero(ahead[zone] > 1)
        whole, half = np.unique(zone[cells], return_inverse=True)
        beyond, taken = _halve(ground.of(cells), half, ahead[whole], turn)
        ahead[whole] -= taken
        ahead[whole + ahead[whole]] = taken
        zone[cells[beyond]] += ahead[whole][half[beyond]]
    return zone


def _halve(ground: Ground, group: Ints, n_zones: Ints, turn: float) -> tuple[Bools, Ints]:
    """Halve groups: which cells lie beyond the cut, and how many of the zones do."""
    graph = ground.graph.keep(group[ground.graph.source] == group[ground.graph.target])
    shortest = np.full(len(n_zones), np.inf)
    beyond = np.zeros(len(group), dtype=bool)
    for angle in turn + np.arange(DIRECTIONS) * np.pi / DIRECTIONS:
        along = ground.xy @ np.array([np.cos(angle), np.sin(angle)])
        tried = _cut_across(along, ground.load, group, n_zones)
        crossing = tried[graph.source] != tried[graph.target]
        length = np.bincount(group[graph.source], graph.border * crossing, minlength=len(n_zones))
        better = length < shortest
        shortest[better] = length[better]
        beyond = np.where(better[group], tried, beyond)
    beyond = _connect(graph, group, ground.load, beyond)
    return beyond, _zones_beyond(ground.load, group, n_zones, beyond)


def _cut_across(along: Floats, load: Floats, group: Ints, n_zones: Ints) -> Bools:
    """Tell which cells come after the place where the zones before it have their load."""
    n_groups = len(n_zones)
    low, high = np.full(n_groups, np.inf), np.full(n_groups, -np.inf)
    np.minimum.at(low, group, along)
    np.maximum.at(high, group, along)
    span = np.maximum(high - low, np.finfo(float).tiny)
    order = np.argsort(group + 0.999 * (along - low[group]) / span[group], kind="stable")
    n_cells = np.bincount(group, minlength=n_groups)
    start = np.cumsum(n_cells) - n_cells
    total = np.bincount(group, load, minlength=n_groups)
    sorted_load, sorted_group = load[order], group[order]
    passed = np.cumsum(sorted_load)
    passed -= sorted_load / 2 + (np.append(0.0, passed)[start])[sorted_group]
    here = n_zones // 2
    before = passed < (total * here / n_zones)[sorted_group]
    n_before = np.bincount(sorted_group, before, minlength=n_groups).astype(np.int64)
    n_before = np.clip(n_before, here, n_cells - (n_zones - here))
    beyond = np.empty(len(group), dtype=bool)
    beyond[order] = np.arange(len(order)) - start[sorted_group] >= n_before[sorted_group]
    return beyond


def _connect(graph: Graph, group: Ints, load: Floats, beyond: Bools) -> Bools:
    """Let the smaller parts of each half change sides, so that both halves are connected.

    What changes from the first half borders only on the second. Thereafter the parts of the
    second that change border on the one part of the first.
    """
    size = load + load.mean() / len(load) + np.finfo(float).tiny
    for side in (False, True):
        half = 2 * group + beyond
        stays = is_largest_part(find_parts(graph, half), half, size)
        beyond = np.where((beyond == side) & ~stays, ~beyond, beyond)
    return beyond


def _zones_beyond(load: Floats, group: Ints, n_zones: Ints, beyond: Bools) -> Ints:
    """Share out the zones of each group between its halves, by load."""
    n_groups = len(n_zones)
    total = np.bincount(group, load, minlength=n_groups)
    share = np.divide(
        np.bincount(group, load * beyond, minlength=n_groups),
        total,
        out=np.full(n_groups, 0.5),
        where=total > 0,
    )
    n_beyond = np.bincount(group, beyond, minlength=n_groups).astype(np.int64)
    n_before = np.bincount(group, minlength=n_groups) - n_beyond
    fitting = np.floor(n_zones * share + 0.5).astype(np.int64)
    return np.clip(fitting, np.maximum(1, n_zones - n_before), np.minimum(n_beyond, n_zones - 1))
