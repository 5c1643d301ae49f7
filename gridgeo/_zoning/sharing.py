"""Zones as they stand while cells change sides, and whether a change leaves them connected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gridgeo._zoning.graph import add_up, borders_with, find_parts

if TYPE_CHECKING:
    from gridgeo._zoning.graph import Graph
    from gridgeo.schema import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Bounds:
    """What each zone should carry, and from where to where it may: (zones,) each."""

    target: Floats
    low: Floats
    high: Floats

    def of(self, zones: Ints) -> Bounds:
        """Give the bounds of some of the zones."""
        return Bounds(self.target[zones], self.low[zones], self.high[zones])


@dataclass(frozen=True, slots=True)
class Moves:
    """Cells that change sides; those of one ``deal`` do so together or not at all.

    (moves,) ``cell``, the zone it leaves, ``old``, and the one it joins, ``new``. A zone takes
    part in one deal only.
    """

    cell: Ints
    old: Ints
    new: Ints
    deal: Ints


@dataclass(slots=True)
class Sharing:
    """Zones as they stand.

    ``load`` (cells,); ``zone`` (cells,), which changes; ``land`` (zones,): cells change between
    zones of one land only; ``held`` (cells,): those that stay where they are.
    """

    graph: Graph
    load: Floats
    zone: Ints
    land: Ints
    held: Bools

    @property
    def loads(self) -> Floats:
        """What each zone carries."""
        return add_up(self.load, self.zone, len(self.land))

    def of(self, lands: Bools) -> tuple[Sharing, Ints, Ints]:
        """Give some of the lands; and their cells and zones, which count from 0 in it."""
        zones = np.flatnonzero(lands[self.land])
        number = np.full(len(self.land), -1)
        number[zones] = np.arange(len(zones))
        cells = np.flatnonzero(number[self.zone] >= 0)
        part = Sharing(
            self.graph.of(cells),
            self.load[cells],
            number[self.zone[cells]],
            self.land[zones],
            self.held[cells],
        )
        return part, cells, zones

    def on_borders(self, passed_over: Bools) -> tuple[Ints, Ints, Ints, Floats, Floats]:
        """Give the cells that can change sides: cell, old zone, new zone, and its two borders.

        The borders are those with the new zone, which the change would take away, and with its
        own zone, which it would make. The last cell of a zone stays, and so does what is held or
        ``passed_over`` (cells,).
        """
        n_zones = len(self.land)
        cell, new, away = borders_with(self.graph, self.zone, n_zones)
        old = self.zone[cell]
        several = np.bincount(self.zone, minlength=n_zones) > 1
        free = (self.land[old] == self.land[new]) & several[old]
        free &= ~(self.held | passed_over)[cell]
        inner = self.zone[self.graph.source] == self.zone[self.graph.target]
        own = np.bincount(
            self.graph.source, self.graph.border * inner, minlength=self.graph.n_cells
        )
        return cell[free], old[free], new[free], away[free], own[cell[free]]

    def move(self, moves: Moves, wanted: Bools) -> tuple[Bools, Bools]:
        """Carry out the deals that are ``wanted`` (deals,) and leave every zone connected.

        Gives which deals were done, and which moves (moves,) would have left a zone in pieces.
        """
        trying = wanted[moves.deal]
        self.zone[moves.cell[trying]] = moves.new[trying]
        broken = self._in_pieces(moves.old[trying])
        breaking = trying & broken[moves.old]
        done = wanted.copy()
        done[moves.deal[breaking]] = False
        undone = trying & ~done[moves.deal]
        self.zone[moves.cell[undone]] = moves.old[undone]
        return done, breaking

    def _in_pieces(self, zones: Ints) -> Bools:
        """Tell of some zones whether they are in several pieces; the others are not looked at."""
        asked = np.zeros(len(self.land), dtype=bool)
        asked[zones] = True
        cells = np.flatnonzero(asked[self.zone])
        part = find_parts(self.graph.of(cells), self.zone[cells])
        zone_of = np.zeros(int(part.max(initial=-1)) + 1, dtype=np.int64)
        zone_of[part] = self.zone[cells]
        return np.bincount(zone_of, minlength=len(self.land)) > 1
