"""Duties that cannot be, taken away and given to others: arrays in, arrays out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo._staffing.ground import ANYWHERE, NOBODY
from gridgeo._staffing.passing import fill_by_chains, level_by_chains

if TYPE_CHECKING:
    from gridgeo._staffing.board import Barred, Board, Hands
    from gridgeo.schema import Bools, Floats, Ints

_PASSES: Final = 5
"""How often all blocks are levelled; those who serve everywhere tie them together."""

BLOCK: Final = 400
"""Posts that are levelled together: whole places, or stretches of the curve in a large one."""

_SLIGHT: Final = 1e-9
"""Share of a load by which a move must level others to be made."""


def mend(board: Board, hands: Hands, barred: Barred, bound: float = np.inf) -> None:
    """Take away duties that cannot be, fill the posts that are empty, and level the loads.

    Where duties count one each, ``bound`` is a number below which the most that one person has
    cannot be.
    """
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
        fill_by_chains(board, hands, barred)
    level_by_chains(board, hands, barred, bound)


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
    there = _around(board, at)
    there = there[np.isin(board.zone[there], zone) & np.isin(board.person[there], who)]
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
    home = np.isin(hands.place, [*np.unique(board.place[at]), ANYWHERE])
    if len(_around(board, at)) > len(at) and not everyone:
        serving = np.zeros(len(home), dtype=bool)
        serving[board.person[at][board.person[at] != NOBODY]] = True
        home &= serving
    return np.flatnonzero(home)


def _around(board: Board, at: Ints) -> Ints:
    """Give all posts of the places of a block, and of those between."""
    ends = board.place[at].min(), board.place[at].max() + 1
    return np.arange(*np.searchsorted(board.place, ends))


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
