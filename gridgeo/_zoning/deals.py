"""Deals between zones that lighten one: a cell handed on from zone to zone, or two exchanged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gridgeo._zoning.graph import find_ways
from gridgeo._zoning.sharing import Moves
from gridgeo._zoning.smoothing import are_best

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Borderers:
    """Cells that can change sides, in the order of the pairs of zones between which they do.

    (cells,) ``cell``, ``old`` and ``new`` zone, ``load``; ``shape``: the share of its border that
    it has with its own zone, between 0 for a spur and 1; ``pair``: one number for both zones.
    """

    cell: Ints
    old: Ints
    new: Ints
    load: Floats
    shape: Floats
    n_zones: int

    @property
    def pair(self) -> Ints:
        return self.old * self.n_zones + self.new

    def turned(self) -> Borderers:
        """Give them in the opposite direction, from the new zone to the old one."""
        order = np.argsort(self.new * self.n_zones + self.old, kind="stable")
        return replace(self, old=self.new, new=self.old).take(order)

    def take(self, kept: Bools | Ints) -> Borderers:
        """Give some of the cells."""
        return Borderers(
            self.cell[kept],
            self.old[kept],
            self.new[kept],
            self.load[kept],
            self.shape[kept],
            self.n_zones,
        )


@dataclass(frozen=True, slots=True)
class Offers:
    """Deals that are offered, and how badly each of their moves fits the load wanted."""

    moves: Moves
    misfit: Floats
    n_deals: int


def hand_on(borderers: Borderers, excess: Floats, roots: Ints) -> Offers | None:
    """Offer each root a chain of zones that ends where there is room.

    Every zone of a chain hands a cell on to the next one. Chains are short, of cells that stand
    out from their zones, and no two of them have a zone in common.

    Parameters
    ----------
    borderers
        The cells that may be handed on, in the direction away from the roots.
    excess
        (zones,) what each zone carries beyond what it should.
    roots
        Zones that carry too much.
    """
    n_zones = borderers.n_zones
    pair, first = _groups(borderers.pair)
    ease = 1 + np.minimum.reduceat(borderers.shape, first) if len(first) else borderers.shape
    distance, before, root = find_ways(pair // n_zones, pair % n_zones, ease, n_zones, roots)
    ends = np.flatnonzero(np.isfinite(distance) & (distance > 0) & (excess < 0))
    if not len(ends):
        return None
    wanted = (excess[root[ends]] - excess[ends]) / 2
    best = best_of_each(root[ends], -wanted / distance[ends])
    ends, wanted = ends[best], wanted[best]
    return _choose_cells(borderers, *_walk_back(ends, root, before), wanted)


def exchange(borderers: Borderers, excess: Floats, roots: Ints) -> Offers | None:
    """Offer each root to exchange a cell for a lighter one of a neighbour that carries less.

    Parameters are those of :func:`hand_on`; no two exchanges have a zone in common.
    """
    n_zones = borderers.n_zones
    is_root = np.zeros(n_zones, dtype=bool)
    is_root[roots] = True
    lighter = excess[borderers.old] > excess[borderers.new]
    giving = borderers.take(is_root[borderers.old] & lighter)
    coming = borderers.take(is_root[borderers.new])
    if not len(giving.cell) or not len(coming.cell):
        return None
    wanted = (excess[giving.old] - excess[giving.new]) / 2
    partner, misfit = _find_partners(giving, coming, wanted)
    cost = misfit + (giving.shape + coming.shape[partner]) / 2
    best = best_of_each(giving.old, cost)
    best = best[np.isfinite(cost[best])]
    best = best[are_best(-cost[best], [giving.old[best], giving.new[best]], n_zones)]
    if not len(best):
        return None
    giving, coming, deal = giving.take(best), coming.take(partner[best]), np.arange(len(best))
    moves = Moves(
        np.append(giving.cell, coming.cell),
        np.append(giving.old, coming.old),
        np.append(giving.new, coming.new),
        np.append(deal, deal),
    )
    return Offers(moves, np.tile(misfit[best], 2), len(deal))


def _find_partners(giving: Borderers, coming: Borderers, wanted: Floats) -> tuple[Ints, Floats]:
    """Find for each cell that is given the one to come back, so that the load wanted is left over.

    Gives its position, and by how much that misses what is wanted: below 1 it is to the good, and
    it is infinite where none would be.
    """
    order = np.lexsort((coming.load, coming.pair))
    pair, load = coming.pair[order], coming.load[order]
    opposite = giving.new * giving.n_zones + giving.old
    # One number that sorts by pair and then by load finds the cells that fit best on either side.
    step = 2 * max(float(load.max()), np.finfo(float).tiny)
    sought = opposite * step + np.clip(giving.load - wanted, 0, step / 2)
    place = np.searchsorted(pair * step + load, sought)
    place = np.stack([place - 1, place]).clip(0, len(order) - 1)
    misfit = np.abs(giving.load - load[place] - wanted) / wanted
    misfit[(pair[place] != opposite) | (misfit >= 1)] = np.inf
    nearer = misfit.argmin(axis=0)
    return order[place[nearer, np.arange(len(nearer))]], misfit.min(axis=0)


def _groups(key: Ints) -> tuple[Ints, Ints]:
    """Give each of some sorted keys once, and where it is first."""
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    return key[first], first


def best_of_each(group: Ints, cost: Floats) -> Ints:
    """Give the position of the lowest cost in each group, the first of equal ones."""
    order = np.lexsort((np.arange(len(group)), cost, group))
    return order[_groups(group[order])[1]]


def _walk_back(ends: Ints, root: Ints, before: Ints) -> tuple[Ints, Ints, Ints]:
    """Follow chains from their ends back to their roots; gives old, new and chain of each step."""
    chain, new = np.arange(len(ends)), ends
    steps = []
    while len(chain):
        old = before[new]
        steps.append((old, new, chain))
        going = old != root[new]
        chain, new = chain[going], old[going]
    old, new, chain = (np.concatenate(column) for column in zip(*steps, strict=True))
    return old, new, chain


def _choose_cells(
    borderers: Borderers, old: Ints, new: Ints, chain: Ints, wanted: Floats
) -> Offers:
    """Choose the cell that each step hands on: of the load wanted, and standing out."""
    pair = old * borderers.n_zones + new
    order = np.argsort(pair)
    pair, chain = pair[order], chain[order]
    step = np.searchsorted(pair, borderers.pair).clip(0, len(pair) - 1)
    asked = pair[step] == borderers.pair
    offered, step = borderers.take(asked), step[asked]
    load, amount = offered.load, wanted[chain[step]]
    misfit = np.abs(load - amount) / np.maximum(load, amount)
    best = best_of_each(step, misfit + offered.shape)
    chosen = offered.take(best)
    moves = Moves(chosen.cell, chosen.old, chosen.new, chain)
    return Offers(moves, misfit[best], len(wanted))
