"""Zones shared out among persons: arrays in, arrays out.

Every zone asks for a number of persons; every person serves in one place, or in all. The load is
levelled as water is: persons of a place fill up from the least loaded, those who serve everywhere
flow to the places that stand highest. Then each place's zones are laid along a curve through the
plane and cut into runs, so that what one person has lies together. What a run cannot give, because
a person must not serve in that zone, is mended one by one (:mod:`gridgeo._staffing.mending`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo._staffing.board import Barred, Board, Hands
from gridgeo._staffing.ground import ANYWHERE, NOBODY
from gridgeo._staffing.mending import BLOCK, mend

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints

_HALVINGS: Final = 100
"""Steps after which a level is known to the last digit."""


@dataclass(frozen=True, slots=True)
class Posts:
    """What zones ask for, one value a zone.

    ``place`` numbers from 0, ``load`` that each person there takes on, ``wanted`` more persons,
    ``along`` the rank on a curve that keeps neighbours together, ``xy`` (n, 2) its middle.
    """

    place: Ints
    load: Floats
    wanted: Ints
    along: Ints
    xy: Floats


@dataclass(frozen=True, slots=True)
class Crew:
    """Who may serve, one value a person.

    ``place`` or ``ANYWHERE``, ``load`` that is carried already, ``room`` for more zones, ``xy``
    (n, 2) the middle of the zones already held, NaN where there are none.
    """

    place: Ints
    load: Floats
    room: Ints
    xy: Floats


@dataclass(frozen=True, slots=True)
class _Shares:
    """How much of the load of each place each person takes, by place."""

    place: Ints
    person: Ints
    amount: Floats


def share_out(posts: Posts, crew: Crew, barred: Barred) -> tuple[Ints, Ints]:
    """Give every post a person, as evenly as places and bars allow.

    Where all loads are equal nobody has more zones than in any other way of sharing them out; else
    no single zone could pass to another person and level the load.

    Returns
    -------
    Ints, Ints
        The zone and the person of each new duty; posts that nobody can fill are left out.
    """
    whole = len(posts.load) > 0 and bool(np.ptp(posts.load) == 0)
    if whole:
        unit = posts.load[0]
        posts = replace(posts, load=np.ones(len(posts.load)))
        crew = replace(crew, load=np.round(crew.load / unit))
    zone = _lay_out(posts)
    shares = _share_loads(posts, crew, whole=whole)
    person = _cut_runs(posts, zone, shares, barred)
    person[_has_holders(posts.place[zone], crew)] = NOBODY
    board = Board(zone, posts.place[zone], posts.load[zone], posts.xy[zone], person)
    hands = Hands(crew.place, crew.load.copy(), crew.room.copy(), crew.xy)
    mend(board, hands, barred, _most(shares, crew) if whole else np.inf)
    filled = board.person != NOBODY
    return zone[filled], board.person[filled]


def spare_posts(posts: Posts, crew: Crew, present: Ints, most: Ints) -> Ints:
    """Tell how many more persons each zone gets so that nobody is left without one.

    Parameters
    ----------
    posts, crew
        As for :func:`share_out`.
    present
        Persons that each zone has.
    most
        Persons that each may have.

    Returns
    -------
    Ints
        Beyond what is wanted; the zones with most load for each of their persons come first.
    """
    idle = crew.load == 0
    n_places = int(posts.place.max(initial=-1)) + 1
    local = np.bincount(crew.place[idle & (crew.place != ANYWHERE)], minlength=n_places)
    asked = np.bincount(posts.place, weights=posts.wanted, minlength=n_places).astype(np.int64)
    free = int((idle & (crew.place == ANYWHERE)).sum())
    number = present + posts.wanted
    extra = _add_where_most(posts, number, most, posts.place, np.maximum(local - asked, 0))
    beyond = np.array([max(0, free - int(np.maximum(asked - local, 0).sum()))])
    everywhere = np.zeros(len(number), dtype=np.int64)
    return extra + _add_where_most(posts, number + extra, most, everywhere, beyond)


def _add_where_most(posts: Posts, number: Ints, most: Ints, group: Ints, spare: Ints) -> Ints:
    """Add persons to the zones of each group, each to the one with most load for its persons.

    The measure is the load for each person so far; a zone without any counts half a one.
    """
    n = np.maximum(number, 0.5)
    high = np.full(len(spare), 4 * posts.load.max(initial=1.0))
    low = np.zeros(len(spare))

    def added(level: Floats) -> Ints:
        first = (posts.load / n > level[group]).astype(np.float64)
        further = np.ceil(posts.load / level[group]) - np.maximum(number, 1)
        wanted = np.where(number > 0, np.maximum(further, 0), first * (1 + np.maximum(further, 0)))
        return np.minimum(wanted, most - number).astype(np.int64)

    for _ in range(_HALVINGS):
        level = (low + high) / 2
        over = np.bincount(group, weights=added(level), minlength=len(spare)) > spare
        low, high = np.where(over, level, low), np.where(over, high, level)
    extra = np.maximum(added(high), 0)
    left = spare - np.bincount(group, weights=extra, minlength=len(spare)).astype(np.int64)
    return extra + _add_by_turns(posts, number + extra, most, group, left)


def _add_by_turns(posts: Posts, number: Ints, most: Ints, group: Ints, spare: Ints) -> Ints:
    """Add one person to each of the zones with most load for each, then again."""
    extra, spare = np.zeros_like(number), spare.copy()
    while True:
        may = np.flatnonzero((number + extra < most) & (spare[group] > 0))
        if not len(may):
            return extra
        each = posts.load[may] / np.maximum(number[may] + extra[may], 0.5)
        order = may[np.lexsort((posts.along[may], -each, group[may]))]
        turn = np.arange(len(order)) - np.searchsorted(group[order], group[order])
        chosen = order[turn < spare[group[order]]]
        extra[chosen] += 1
        spare -= np.bincount(group[chosen], minlength=len(spare))


def _lay_out(posts: Posts) -> Ints:
    """Give the zone of each post, by place: along the curve for a first person, then a second."""
    zone = np.repeat(np.arange(len(posts.wanted)), posts.wanted)
    nth = np.arange(len(zone)) - np.searchsorted(zone, zone)
    return zone[np.lexsort((posts.along[zone], nth, posts.place[zone]))]


def _share_loads(posts: Posts, crew: Crew, *, whole: bool) -> _Shares:
    """Level the load of all places: who takes how much of which."""
    n_places = int(posts.place.max(initial=-1)) + 1
    total: Floats = np.bincount(
        posts.place, weights=posts.load * posts.wanted, minlength=n_places
    ).astype(np.float64)
    at_home = np.flatnonzero((crew.place != ANYWHERE) & (crew.room > 0))
    free = np.flatnonzero((crew.place == ANYWHERE) & (crew.room > 0))
    over = _overflow(total, crew.place[at_home], crew.load[at_home], crew.load[free])
    # Places stand in the order of the curve, so that a free person's lie together.
    first = np.full(n_places, len(posts.along))
    np.minimum.at(first, posts.place, posts.along)
    order = np.argsort(first, kind="stable")
    if whole:
        steps = np.round(np.cumsum(over[order]))
        over[order] = np.minimum(np.diff(steps, prepend=0.0), total[order])
    local = _fill_up(total - over, crew.place[at_home], crew.load[at_home], whole=whole)
    one = np.zeros(len(free), dtype=np.int64)
    flowing = _fill_up(np.array([over.sum()]), one, crew.load[free], whole=whole)
    place, person, amount = _cross(over[order], flowing)
    place = np.concatenate([crew.place[at_home], order[place]])
    person = np.concatenate([at_home, free[person]])
    amount = np.concatenate([local, amount])
    some = np.flatnonzero(amount > 0)
    some = some[np.argsort(place[some], kind="stable")]
    return _Shares(place[some], person[some], amount[some])


def _most(shares: _Shares, crew: Crew) -> float:
    """Give the most that anyone carries where all stand level."""
    own = np.bincount(shares.person, weights=shares.amount, minlength=len(crew.load))
    return float((own + crew.load).max(initial=0.0))


def _overflow(total: Floats, place: Ints, load: Floats, free: Floats) -> Floats:
    """Tell how much of each place those who serve everywhere take: all then stand level."""
    alone = np.bincount(place, minlength=len(total)) == 0
    if not len(free):
        return np.zeros(len(total))
    low = min(load.min(initial=np.inf), free.min())
    high = max(load.max(initial=0.0), free.max()) + total.sum()
    for _ in range(_HALVINGS):
        level = (low + high) / 2
        taken = np.bincount(place, weights=np.maximum(level - load, 0), minlength=len(total))
        over = np.where(alone, total, np.maximum(total - taken, 0))
        if over.sum() > np.maximum(level - free, 0).sum():
            low = level
        else:
            high = level
    return over


def _fill_up(total: Floats, group: Ints, load: Floats, *, whole: bool) -> Floats:
    """Share a total out in each group, the least loaded first, until all stand level.

    ``whole``: in whole numbers, so that no two levels differ by more than one.
    """
    order = np.lexsort((load, group))
    own, base = group[order], load[order]
    start = np.searchsorted(own, own)
    nth = np.arange(len(own)) - start + 1
    summed = np.cumsum(base)
    before = np.where(start > 0, summed[start - 1], 0.0) if len(own) else summed
    level = (total[own] + summed - before) / nth
    n_wet = np.bincount(own[base < level], minlength=len(total))
    height = level[(start + np.maximum(n_wet[own], 1) - 1)]
    amount = np.empty(len(own))
    if not whole:
        amount[order] = np.maximum(height - base, 0)
        return amount
    floor = np.floor(height + 1e-9)
    taken = np.maximum(floor - base, 0)
    rest = np.round(total - np.bincount(own, weights=taken, minlength=len(total)))
    even = base <= floor
    among = _within(own, even.astype(np.float64))
    amount[order] = taken + (even & (among <= rest[own]))
    return amount


def _cross(parts: Floats, takers: Floats) -> tuple[Ints, Ints, Floats]:
    """Lay parts and takers of one sum side by side: which part, which taker, how much."""
    ends, stops = np.cumsum(parts), np.cumsum(takers)
    cuts = np.unique(np.concatenate([[0.0], ends, stops]))
    middle, amount = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts)
    part = np.searchsorted(ends, middle)
    taker = np.searchsorted(stops, middle)
    real = (part < len(parts)) & (taker < len(takers)) & (amount > 0)
    return part[real], taker[real], amount[real]


def _cut_runs(posts: Posts, zone: Ints, shares: _Shares, barred: Barred) -> Ints:
    """Give each post the person in whose run it lies.

    Where that meets more bars, each run of a place goes to the next person there: a deputy drawn
    from the managers stands in for the neighbour.
    """
    place = posts.place[zone]
    middle = _within(place, posts.load[zone]) - posts.load[zone] / 2
    ends = _within(shares.place, shares.amount)
    # One axis for all places: place after place, each as long as the longest.
    span = 1 + max(middle.max(initial=0.0), ends.max(initial=0.0))
    at = np.searchsorted(shares.place * span + ends, place * span + middle)
    first = np.searchsorted(shares.place, place)
    last = np.searchsorted(shares.place, place, side="right") - 1
    served = last >= first
    person = np.full(len(zone), NOBODY)
    at = np.clip(at[served], first[served], last[served])
    first, last = first[served], last[served]
    turned = first + (at + 1 - first) % (last + 1 - first)
    there = zone[served]
    straight, shifted = shares.person[at], shares.person[turned]
    n_places = int(place.max(initial=-1)) + 1
    worse = [
        np.bincount(place[served], weights=barred.hold(there, who), minlength=n_places)
        for who in (straight, shifted)
    ]
    person[served] = np.where((worse[1] < worse[0])[place[served]], shifted, straight)
    return person


def _has_holders(place: Ints, crew: Crew) -> Bools:
    """Tell which posts are of a place where some have zones already, so that the nearest is asked.

    Not in a large place: there each post would have to be held against everyone.
    """
    holds = ~np.isnan(crew.xy[:, 0])
    known = np.isin(place, crew.place[holds])
    small: Bools = np.bincount(place)[place] <= BLOCK if len(place) else known
    return known & small


def _within(group: Ints, amount: Floats) -> Floats:
    """Sum up amounts within each group; members of one stand together."""
    summed = np.cumsum(amount)
    start = np.searchsorted(group, group)
    return summed - np.where(start > 0, summed[start - 1], 0.0) if len(group) else summed
