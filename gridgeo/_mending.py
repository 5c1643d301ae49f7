"""Duties that cannot be, taken away and given to others: arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from gridgeo._ground import ANYWHERE, NOBODY

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints

_PASSES: Final = 5
"""How often all blocks are levelled; those who serve everywhere tie them together."""

BLOCK: Final = 400
"""Posts that are levelled together: whole places, or stretches of the curve in a large one."""

_MOST_PAIRS: Final = 4_000_000
"""Zones times persons up to which posts that stay empty are looked at all together."""

_SLIGHT: Final = 1e-9
"""Share of a load by which a move must level others to be made."""


class Barred:
    """Pairs of a zone and a person that must not serve there, found by hash.

    Parameters
    ----------
    zone, person
        (n,) the pairs, in any order.
    n_persons
        How many there are.
    """

    def __init__(self, zone: Ints, person: Ints, n_persons: int) -> None:
        self._n = max(n_persons, 1)
        self._pairs = np.unique(zone.astype(np.int64) * self._n + person)

    def hold(self, zone: Ints, person: Ints) -> Bools:
        """Tell which pairs, broadcast against one another, are barred."""
        if not len(self._pairs):
            return np.zeros(np.broadcast_shapes(zone.shape, person.shape), dtype=bool)
        pairs = zone * self._n + person
        at = np.minimum(np.searchsorted(self._pairs, pairs), len(self._pairs) - 1)
        found: Bools = self._pairs[at] == pairs
        return found


@dataclass(frozen=True, slots=True)
class Hands:
    """Persons as duties are given to them: ``load`` and ``room`` change with every one."""

    place: Ints
    load: Floats
    room: Ints
    xy: Floats

    def book(self, person: Ints, load: Floats) -> None:
        """Give persons duties, or take them away where the load is negative."""
        np.add.at(self.load, person, load)
        np.subtract.at(self.room, person, np.where(load < 0, -1, 1))


@dataclass(frozen=True, slots=True)
class Board:
    """Posts and who fills them, one value a post; ``person`` changes."""

    zone: Ints
    place: Ints
    load: Floats
    xy: Floats
    person: Ints


def mend(board: Board, hands: Hands, barred: Barred) -> None:
    """Take away duties that cannot be, fill the posts that are empty, and level the loads."""
    _drop(board, hands, barred)
    filled = np.flatnonzero(board.person != NOBODY)
    hands.book(board.person[filled], board.load[filled])
    blocks = _blocks(board.place)
    for _ in range(_PASSES):
        moved = [_level(board, at, hands, barred) for at in blocks]
        if not any(moved) or len(blocks) == 1:
            break
    for some in _parts(np.flatnonzero(board.person == NOBODY)):
        _level(board, some, hands, barred, everyone=True)
    if (board.person == NOBODY).any() and (hands.room <= 0).any():
        _exchange(board, hands, barred)


def _drop(board: Board, hands: Hands, barred: Barred) -> None:
    """Empty the posts whose person is barred, has the zone already, or has no room for it."""
    at = np.flatnonzero(board.person != NOBODY)
    board.person[at[barred.hold(board.zone[at], board.person[at])]] = NOBODY
    at = np.flatnonzero(board.person != NOBODY)
    pairs = np.column_stack([board.zone[at], board.person[at]])
    _, first = np.unique(pairs, axis=0, return_index=True)
    again = np.ones(len(at), dtype=bool)
    again[first] = False
    board.person[at[again]] = NOBODY
    at = at[~again]
    order = at[np.argsort(board.person[at], kind="stable")]
    who = board.person[order]
    nth = np.arange(len(who)) - np.searchsorted(who, who)
    board.person[order[nth >= hands.room[who]]] = NOBODY


def _blocks(place: Ints) -> list[Ints]:
    """Part posts, which stand by place, into blocks of whole places, a large one into several."""
    start = np.flatnonzero(np.diff(place, prepend=-1))
    # A place that begins in another stretch of so many posts than the one before opens a block.
    opens = np.diff(start // BLOCK, prepend=0) > 0
    blocks = np.split(np.arange(len(place)), start[opens])
    return [some for block in blocks for some in _parts(block)]


def _parts(at: Ints) -> list[Ints]:
    """Part posts into blocks of equal size."""
    if not len(at):
        return []
    return np.array_split(at, -(-len(at) // (2 * BLOCK)))


def _level(board: Board, at: Ints, hands: Hands, barred: Barred, *, everyone: bool = False) -> bool:
    """Fill the empty posts of a block, then move duties as long as that levels the load.

    Tells whether it did anything.
    """
    who = _candidates(board, at, hands, everyone=everyone)
    if not len(who):
        return False
    zone, row = np.unique(board.zone[at], return_inverse=True)
    place = np.empty(len(zone), dtype=np.int64)
    place[row] = board.place[at]
    at_home = (hands.place[who] == place[:, None]) | (hands.place[who] == ANYWHERE)
    may = at_home & ~barred.hold(zone[:, None], who[None, :])
    # Posts of these zones that stand in other blocks count too.
    there = np.flatnonzero(np.isin(board.zone, zone) & np.isin(board.person, who))
    may[np.searchsorted(zone, board.zone[there]), np.searchsorted(who, board.person[there])] = False
    away = _distances(board, at, hands, who)
    moved = False
    while (move := _best_move(board, at, who, hands, may[row], away)) is not None:
        post, taker = move
        giver = board.person[at[post]]
        if giver != NOBODY:
            hands.book(np.array([giver]), -board.load[at[[post]]])
            may[row[post], np.searchsorted(who, giver)] = True
        hands.book(who[[taker]], board.load[at[[post]]])
        may[row[post], taker] = False
        board.person[at[post]] = who[taker]
        moved = True
    return moved


def _best_move(
    board: Board, at: Ints, who: Ints, hands: Hands, may: Bools, away: Floats
) -> tuple[int, int] | None:
    """Find the post and the person who should take it: an empty one first, else what levels most.

    Of equal moves it is the one to the nearest person.
    """
    load = board.load[at][:, None]
    may = may & (hands.room[who] > 0)
    empty = board.person[at] == NOBODY
    if may[empty].any():
        n_open = np.where(empty, may.sum(axis=1), 0)
        scarce = empty & (n_open == n_open[n_open > 0].min())
        worth = np.where(may & scarce[:, None], -hands.load[who] - load, -np.inf)
    else:
        level = np.where(empty, 0.0, hands.load[board.person[at]])[:, None] - hands.load[who]
        worth = np.where(may & ~empty[:, None], load * (level - load), -np.inf)
        if worth.max(initial=-np.inf) <= _SLIGHT * np.square(board.load[at]).max(initial=0.0):
            return None
    best = worth.max()
    equal = worth >= best - _SLIGHT * abs(best)
    post, taker = np.unravel_index(np.argmin(np.where(equal, away, np.inf)), away.shape)
    return int(post), int(taker)


def _candidates(board: Board, at: Ints, hands: Hands, *, everyone: bool) -> Ints:
    """Give those who may take posts of a block, in order.

    In a place of several blocks it is those who serve in this block, but ``everyone`` of the
    place where they are asked for.
    """
    here = np.unique(board.place[at])
    n_all = np.isin(board.place, here).sum()
    home = np.isin(hands.place, [*here, ANYWHERE])
    if n_all > len(at) and not everyone:
        serving = np.zeros(len(home), dtype=bool)
        serving[board.person[at][board.person[at] != NOBODY]] = True
        home &= serving
    return np.flatnonzero(home)


def _distances(board: Board, at: Ints, hands: Hands, who: Ints) -> Floats:
    """Measure from posts to the middle of what each person has; far where that is nothing."""
    n = len(hands.load)
    filled = at[board.person[at] != NOBODY]
    person, xy = board.person[filled], board.xy[filled]
    held = ~np.isnan(hands.xy[:, 0])
    number = np.bincount(person, minlength=n) + held
    middle = (
        np.column_stack(
            [
                np.bincount(person, weights=xy[:, axis], minlength=n)
                + np.where(held, hands.xy[:, axis], 0.0)
                for axis in (0, 1)
            ]
        )
        / np.maximum(number, 1)[:, None]
    )
    away = np.hypot(*(board.xy[at][:, None, :] - middle[who][None, :, :]).transpose(2, 0, 1))
    far = np.ptp(board.xy[at], axis=0).sum() + 1 if len(at) else 1.0
    return np.where(number[who] > 0, away, far)


def _exchange(board: Board, hands: Hands, barred: Barred) -> None:
    """Fill posts that only a chain of persons can fill who pass a zone on; a maximum flow.

    Where all pairs of a zone and a person would be too many to look at, those of places without
    empty posts are left out, and all where that is not enough.
    """
    zones = np.unique(board.zone)
    bare = np.unique(board.place[board.person == NOBODY])
    for some in (zones, np.unique(board.zone[np.isin(board.place, bare)])):
        place = np.zeros(int(zones.max()) + 1, dtype=np.int64)
        place[board.zone] = board.place
        who = np.flatnonzero(np.isin(hands.place, [*np.unique(place[some]), ANYWHERE]))
        if len(some) * len(who) <= _MOST_PAIRS:
            _flow(board, some, place[some], who, hands, barred)
            return


def _flow(board: Board, zones: Ints, place: Ints, who: Ints, hands: Hands, barred: Barred) -> None:
    at = np.flatnonzero(np.isin(board.zone, zones))
    row = np.searchsorted(zones, board.zone[at])
    filled = board.person[at] != NOBODY
    held = np.zeros((len(zones), len(who)), dtype=bool)
    held[row[filled], np.searchsorted(who, board.person[at[filled]])] = True
    may = (hands.place[who] == place[:, None]) | (hands.place[who] == ANYWHERE)
    may &= ~held & ~barred.hold(zones[:, None], who[None, :])
    n_empty = np.bincount(row[~filled], minlength=len(zones))
    changed = _augment(may, held, n_empty, np.clip(hands.room[who], 0, len(zones)))
    taken, gone = np.nonzero(changed > 0), np.nonzero(changed < 0)
    left = (
        np.isin(
            row * len(who) + np.searchsorted(who, board.person[at]), gone[0] * len(who) + gone[1]
        )
        & filled
    )
    hands.book(board.person[at[left]], -board.load[at[left]])
    board.person[at[left]] = NOBODY
    empty = at[board.person[at] == NOBODY]
    order = np.argsort(taken[0], kind="stable")
    target = _first_empty(board.zone[empty], zones[taken[0][order]], empty)
    board.person[target] = who[taken[1][order]]
    hands.book(board.person[target], board.load[target])


def _first_empty(empty_zone: Ints, zone: Ints, empty: Ints) -> Ints:
    """Give an empty post for each duty of a zone, a further one for a further duty."""
    order = np.argsort(empty_zone, kind="stable")
    nth = np.arange(len(zone)) - np.searchsorted(zone, zone)
    return empty[order][np.searchsorted(empty_zone[order], zone) + nth]


def _augment(may: Bools, held: Bools, n_empty: Ints, room: Ints) -> Ints:
    """Tell by how much each pair of zone and person changes, so that most posts are filled."""
    n_zones, n_persons = may.shape
    source, sink = 0, n_zones + n_persons + 1
    new, old = np.nonzero(may), np.nonzero(held)
    zones, persons = np.arange(n_zones) + 1, np.arange(n_persons) + n_zones + 1
    start = np.concatenate([np.full(n_zones, source), zones[new[0]], persons[old[1]], persons])
    end = np.concatenate([zones, persons[new[1]], zones[old[0]], np.full(n_persons, sink)])
    ones = np.ones(len(new[0]) + len(old[0]), dtype=np.int64)
    capacity = np.concatenate([n_empty, ones, room]).astype(np.int32)
    graph = csr_array((capacity, (start, end)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, source, sink).flow
    return np.asarray(flow[1 : n_zones + 1, n_zones + 1 : sink].todense())
