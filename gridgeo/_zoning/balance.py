"""Zones of like load: deals between neighbours until no zone carries too much or too little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from gridgeo._zoning.deals import Borderers, best_of_each, exchange, hand_on
from gridgeo._zoning.sharing import Moves

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridgeo._zoning.deals import Offers
    from gridgeo._zoning.sharing import Bounds, Sharing
    from gridgeo.schema import Bools, Floats, Ints

ROUNDS: Final = 10_000
"""Rounds of one pass at most. Every deal evens loads out, so that they come to an end by
themselves; this is for the patience of the user."""

PATIENCE: Final = 40
"""Rounds without a deal after which a land is left as it is: what is left to try seldom helps, and
where cells are large for their zones there is much of it."""

LESS: Final = 1e-3
"""Share by which a deal must even loads out: crumbs would take their time, and rounding go in
circles."""

Deal: TypeAlias = "Callable[[Borderers, Floats, Ints], Offers | None]"
DEALS: Final[tuple[Deal, ...]] = (hand_on, exchange)


def level(now: Sharing, bounds: Bounds) -> None:
    """Let cells change sides until all loads are within bounds, or no deal brings them nearer.

    The same zones with the same bounds are left as they are when they come again: whatever could
    be tried has been tried from here.
    """
    while _pass(now, bounds):
        pass


def _pass(now: Sharing, bounds: Bounds) -> bool:
    """Go once over all lands that have a zone out of bounds; tells whether a cell moved."""
    moved = False
    loads = now.loads
    out = (loads > bounds.high) | (loads < bounds.low)
    open_lands = np.zeros(int(now.land.max(initial=-1)) + 1, dtype=bool)
    open_lands[now.land[out]] = True
    while open_lands.any():
        part, cells, zones = now.of(open_lands)
        session = _Session(part, bounds.of(zones), open_lands)
        session.run()
        moved |= bool((now.zone[cells] != zones[part.zone]).any())
        now.zone[cells] = zones[part.zone]
        open_lands = session.open_lands
    return moved


class _Session:
    """Deals in some lands, until half of them need no more, or all.

    (cells,) ``stuck``: what would have torn a zone, or was exchanged for nothing; ``closed``: pairs
    of zones, one number each, between which no cell fitted; either until one of the zones has
    changed. (lands,) ``dealt``: whether there was a deal since all was tried from the start;
    ``futile``: rounds since the last one.
    """

    def __init__(self, now: Sharing, bounds: Bounds, open_lands: Bools) -> None:
        self.now, self.bounds = now, bounds
        self.n_zones = len(now.land)
        self.open_lands = open_lands.copy()
        self.stuck = np.zeros(len(now.zone), dtype=bool)
        self.closed = np.zeros(0, dtype=np.int64)
        self.dealt = np.zeros(len(open_lands), dtype=bool)
        self.futile = np.zeros(len(open_lands), dtype=np.int64)

    def run(self) -> None:
        """Deal; ``open_lands`` are then those that need more."""
        n_open = self.open_lands.sum()
        for _ in range(ROUNDS):
            self._close(~self._round())
            self.futile += 1
            self.open_lands &= self.futile < PATIENCE
            if 2 * self.open_lands.sum() <= n_open:
                return
        self.open_lands[:] = False

    def _close(self, untried: Bools) -> None:
        """Try anew from the start in lands that have nothing left to try, or be done with them."""
        ending = self.open_lands & untried
        self.open_lands &= ~(ending & ~self.dealt)
        again = ending & self.dealt
        if again.any():
            self.dealt &= ~again
            self.stuck &= ~again[self.now.land[self.now.zone]]
            self.closed = self.closed[~again[self.now.land[self.closed // self.n_zones]]]

    def _round(self) -> Bools:
        """Offer deals to zones out of bounds, one to a zone; tells in which lands there was one."""
        borderers = self._borderers()
        tried = np.zeros_like(self.open_lands)
        for deal in DEALS:
            for sign in (1, -1):
                offers = self._offers(deal, sign, borderers, tried)
                if offers is None:
                    continue
                tried[self.now.land[offers.moves.old]] = True
                changed = self._carry_out(offers, deal, sign)
                if changed.any():
                    borderers = borderers.take(~(changed[borderers.old] | changed[borderers.new]))
        return tried

    def _borderers(self) -> Borderers:
        """Give the cells that can change sides and with them some load."""
        cell, old, new, away, own = self.now.on_borders(self.stuck)
        load, pair = self.now.load[cell], old * self.n_zones + new
        order = np.flatnonzero((load > 0) & self.open_lands[self.now.land[old]])
        order = order[np.argsort(pair[order], kind="stable")]
        shape = own[order] / (own[order] + away[order])
        return Borderers(cell[order], old[order], new[order], load[order], shape, self.n_zones)

    def _offers(self, deal: Deal, sign: int, borderers: Borderers, tried: Bools) -> Offers | None:
        """Find deals for the zones that carry too much, or by sign too little."""
        now, loads = self.now, self.now.loads
        out = loads > self.bounds.high if sign > 0 else loads < self.bounds.low
        asked = out & self.open_lands[now.land]
        if deal is hand_on:
            borderers = borderers.take(~self._are_closed(borderers.pair))
        else:
            asked &= ~tried[now.land]
        roots = np.flatnonzero(asked)
        if not len(roots) or not len(borderers.cell):
            return None
        excess = sign * (loads - self.bounds.target)
        return deal(borderers if sign > 0 else borderers.turned(), excess, roots)

    def _are_closed(self, pair: Ints) -> Bools:
        """Tell between which zones a cell was handed on in vain."""
        if not len(self.closed):
            return np.zeros(len(pair), dtype=bool)
        place = np.searchsorted(self.closed, pair).clip(0, len(self.closed) - 1)
        return self.closed[place] == pair

    def _carry_out(self, offers: Offers, deal: Deal, sign: int) -> Bools:
        """Do what evens loads out, remember what does not go; tells which zones changed."""
        now, n_zones, moves = self.now, self.n_zones, offers.moves
        if sign < 0:
            moves = Moves(moves.cell, moves.new, moves.old, moves.deal)
        fair = self._evens_out(moves, offers.n_deals)
        done, breaking = now.move(moves, fair)
        changed = np.zeros(n_zones, dtype=bool)
        changed[moves.old[done[moves.deal]]] = changed[moves.new[done[moves.deal]]] = True
        self.dealt[now.land[changed]] = True
        self.futile[now.land[changed]] = -1
        self.stuck &= ~changed[now.zone]
        self.stuck[moves.cell[breaking]] = True
        self.closed = self.closed[
            ~(changed[self.closed // n_zones] | changed[self.closed % n_zones])
        ]
        unfair = np.flatnonzero(~fair[moves.deal])
        if deal is hand_on:
            worst = unfair[best_of_each(moves.deal[unfair], -offers.misfit[unfair])]
            pairs = moves.old[worst] * n_zones + moves.new[worst]
            self.closed = np.union1d(self.closed, pairs)
        else:
            self.stuck[moves.cell[unfair]] = True
        return changed

    def _evens_out(self, moves: Moves, n_deals: int) -> Bools:
        """Tell which deals lessen the sum of the squares of what zones carry too much or little."""
        now, n_zones = self.now, self.n_zones
        load = now.load[moves.cell]
        excess = now.loads - self.bounds.target
        change = np.bincount(moves.new, load, minlength=n_zones)
        change -= np.bincount(moves.old, load, minlength=n_zones)
        deal = np.full(n_zones, -1)
        deal[moves.old] = deal[moves.new] = moves.deal
        zones = np.flatnonzero(deal >= 0)
        before = excess[zones] ** 2
        after = (excess + change)[zones] ** 2
        was = np.bincount(deal[zones], before, minlength=n_deals)
        gain = np.bincount(deal[zones], before - after, minlength=n_deals)
        return gain > LESS * was
