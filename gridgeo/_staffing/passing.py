"""Duties passed on along chains of persons: what no single change can do, by a maximum flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from gridgeo._staffing.ground import ANYWHERE, NOBODY

if TYPE_CHECKING:
    from gridgeo._staffing.board import Barred, Board, Hands
    from gridgeo.schema import Bools, Ints

_MOST_PAIRS: Final = 4_000_000
"""Zones times persons up to which all are looked at together."""


def fill_by_chains(board: Board, hands: Hands, barred: Barred) -> None:
    """Fill as many empty posts as there can be: whoever may not serve there passes a zone on."""
    bare = board.person == NOBODY
    excess = np.zeros(len(hands.load), dtype=np.int64)
    _pass_on(board, hands, barred, board.place[bare], excess, hands.room)


def level_by_chains(board: Board, hands: Hands, barred: Barred, bound: float) -> None:
    """Pass duties that count one each on, until nobody has more than in any other assignment.

    ``bound`` is a number below which that cannot be.
    """
    while (most := hands.load.max(initial=0.0)) > bound:
        excess = np.maximum(hands.load - most + 1, 0).astype(np.int64)
        room = np.minimum(hands.room, (most - 1 - hands.load).astype(np.int64))
        over = np.isin(board.person, np.flatnonzero(excess))
        _pass_on(board, hands, barred, board.place[over], excess, room)
        if hands.load.max() >= most:
            return


def _pass_on(
    board: Board, hands: Hands, barred: Barred, places: Ints, excess: Ints, room: Ints
) -> None:
    """Pass duties on from persons with too many, and to empty posts, to persons with room.

    Where all pairs of a zone and a person would be too many to look at, it is those of the
    ``places`` alone, and none where that is not enough.
    """
    for some in (np.arange(len(board.zone)), np.flatnonzero(np.isin(board.place, places))):
        zones, first = np.unique(board.zone[some], return_index=True)
        place = board.place[some[first]]
        who = np.flatnonzero(np.isin(hands.place, [*np.unique(place), ANYWHERE]))
        if 0 < len(zones) * len(who) <= _MOST_PAIRS:
            at_home = (hands.place[who] == place[:, None]) | (hands.place[who] == ANYWHERE)
            may = at_home & ~barred.hold(zones[:, None], who[None, :])
            _flow(board, hands, some, who, may, (excess[who], room[who]))
            return


def _flow(
    board: Board, hands: Hands, at: Ints, who: Ints, may: Bools, ends: tuple[Ints, Ints]
) -> None:
    """Find the flow through some posts, and write down what it changes."""
    zones, row = np.unique(board.zone[at], return_inverse=True)
    seat = np.minimum(np.searchsorted(who, board.person[at]), len(who) - 1)
    filled = board.person[at] != NOBODY
    held = np.zeros(may.shape, dtype=bool)
    held[row[filled], seat[filled]] = True
    n_empty = np.bincount(row[~filled], minlength=len(zones))
    changed = augment(may & ~held, held, n_empty, *ends)
    left = at[filled & (changed[row, seat] < 0)]
    hands.book(board.person[left], -board.load[left])
    board.person[left] = NOBODY
    zone, taker = np.nonzero(changed > 0)
    empty = at[board.person[at] == NOBODY]
    target = _first_empty(board.zone[empty], zones[zone], empty)
    board.person[target] = who[taker]
    hands.book(board.person[target], board.load[target])


def _first_empty(empty_zone: Ints, zone: Ints, empty: Ints) -> Ints:
    """Give an empty post for each duty of a zone, in order, a further one for a further duty."""
    order = np.argsort(empty_zone, kind="stable")
    nth = np.arange(len(zone)) - np.searchsorted(zone, zone)
    return empty[order][np.searchsorted(empty_zone[order], zone) + nth]


def augment(may: Bools, held: Bools, n_empty: Ints, excess: Ints, room: Ints) -> Ints:
    """Tell by how much each pair of zone and person changes, so that most duties are passed on."""
    n_zones, n_persons = may.shape
    source, sink = 0, n_zones + n_persons + 1
    new, old = np.nonzero(may), np.nonzero(held)
    zones, persons = np.arange(n_zones) + 1, np.arange(n_persons) + n_zones + 1
    ones = np.ones(len(new[0]) + len(old[0]), dtype=np.int64)
    edges = [
        (np.full(n_zones, source), zones, n_empty),
        (np.full(n_persons, source), persons, excess),
        (
            np.append(zones[new[0]], persons[old[1]]),
            np.append(persons[new[1]], zones[old[0]]),
            ones,
        ),
        (persons, np.full(n_persons, sink), np.clip(room, 0, n_zones)),
    ]
    start, end, capacity = (np.concatenate(part) for part in zip(*edges, strict=True))
    graph = csr_array((capacity.astype(np.int32), (start, end)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, source, sink).flow
    return np.asarray(flow[1 : n_zones + 1, n_zones + 1 : sink].todense())
