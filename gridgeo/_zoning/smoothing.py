"""Zones of a better shape: cells change sides where that makes a border shorter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo._zoning.sharing import Moves

if TYPE_CHECKING:
    from gridgeo._zoning.sharing import Bounds, Sharing
    from gridgeo.schema import Bools, Floats, Ints

ROUNDS: Final = 30
"""Most zones are done after ten; what comes later is not worth the time."""

SHORTER: Final = 1e-6
"""Metres below which a border is not shorter but rounded otherwise."""


def smooth(now: Sharing, bounds: Bounds) -> None:
    """Let cells change sides while borders get shorter and loads stay within bounds."""
    stuck = np.zeros(len(now.zone), dtype=bool)
    for _ in range(ROUNDS):
        moves = _shortening(now, bounds, stuck)
        if not len(moves.cell):
            return
        done, breaking = now.move(moves, np.ones(len(moves.cell), dtype=bool))
        moved = np.zeros(len(now.land), dtype=bool)
        moved[moves.old[done]] = moved[moves.new[done]] = True
        stuck &= ~moved[now.zone]
        stuck[moves.cell[breaking]] = True


def _shortening(now: Sharing, bounds: Bounds, stuck: Bools) -> Moves:
    """Propose the changes that shorten a border most, one to a zone."""
    cell, old, new, away, own = now.on_borders(stuck)
    loads, load = now.loads, now.load[cell]
    fine = away - own > SHORTER
    fine &= (loads[old] - load >= bounds.low[old]) & (loads[new] + load <= bounds.high[new])
    cell, old, new, gain = cell[fine], old[fine], new[fine], (away - own)[fine]
    best = are_best(gain, [old, new], len(now.land))
    return Moves(cell[best], old[best], new[best], np.arange(best.sum()))


def are_best(gain: Floats, zones: list[Ints], n_zones: int) -> Bools:
    """Tell which proposals are the best for all of the zones that they concern."""
    rank = np.empty(len(gain), dtype=np.int64)
    rank[np.argsort(-gain, kind="stable")] = np.arange(len(gain))
    first = np.full(n_zones, len(gain))
    for concerned in zones:
        np.minimum.at(first, concerned, rank)
    return np.all([first[concerned] == rank for concerned in zones], axis=0)
