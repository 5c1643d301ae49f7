"""Who serves where from period to period: arrays in, arrays out.

Every period is an assignment of its own: of all ways in which nobody keeps a zone it takes one
that uses everyone most evenly, of these one in which fewest come back to where they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from scipy.optimize import linear_sum_assignment

from gridgeo._staffing.ground import ANYWHERE, NO_LIMIT, NOBODY
from gridgeo._staffing.passing import augment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridgeo.schema import Bools, Floats, Ints

    _Group: TypeAlias = tuple[Ints, Ints]

BLOCK: Final = 400
"""Posts that rotate together; a place with more is parted along the curve, and so is its crew."""

_SLIGHT: Final = 1e-6
"""Stands for no crew at all: zones without one come before all others."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Zones and persons that rotate together, by position; ``open`` tells who may serve where.

    ``number`` of persons that each zone has, ``most`` zones of one person at a time.
    """

    zone: Ints
    person: Ints
    number: Ints
    open: Bools
    most: int


def find_rings(place: Ints, number: Ints, along: Ints, crew_place: Ints, most: int) -> list[Ring]:
    """Part zones and persons into rings: one for each place, unless some persons serve anywhere.

    Those are shared out among rings of several places, the rings with most posts for each person
    first; places without a crew of their own stand together.
    """
    n_places = int(place.max(initial=-1)) + 1
    free = np.flatnonzero(crew_place == ANYWHERE)
    zones = _members(np.lexsort((along, place)), place, n_places)
    crews = _members(np.argsort(crew_place, kind="stable"), crew_place, n_places)
    groups = [
        part
        for zone, crew in zip(zones, crews, strict=True)
        for part in _parts(zone, crew, number[zone], limited=most < NO_LIMIT)
    ]
    groups.sort(key=lambda group: int(along[group[0]].min()))
    if len(free):
        groups = _reinforced(_packed(groups, number), number, free)
    return [
        Ring(
            zone,
            crew,
            number[zone],
            (crew_place[crew] == place[zone][:, None]) | (crew_place[crew] == ANYWHERE),
            most,
        )
        for zone, crew in groups
    ]


def _members(order: Ints, group: Ints, n_groups: int) -> list[Ints]:
    """Give the members of each group, in an order that has those of one together."""
    bounds = np.searchsorted(group[order], np.arange(n_groups + 1))
    return np.split(order, bounds)[1:-1]


def _parts(zone: Ints, crew: Ints, number: Ints, *, limited: bool) -> list[_Group]:
    """Part the zones of a place with too many posts, and its crew alike.

    A crew that is too small to be parted serves in all parts, or where its zones are limited, in
    one: then most posts stay empty.
    """
    n = max(1, -(-int(number.sum()) // BLOCK))
    if len(crew) >= 2 * n * int(number.max(initial=1)):
        return list(zip(np.array_split(zone, n), np.array_split(crew, n), strict=True))
    if limited:
        return [(zone, crew)]
    return [(part, crew) for part in np.array_split(zone, n)]


def _packed(groups: list[_Group], number: Ints) -> list[_Group]:
    """Put groups together up to the size of a block, those without a crew first."""
    groups = sorted(groups, key=lambda group: len(group[1]) > 0)
    size = np.cumsum([number[zone].sum() for zone, _ in groups])
    pack = (size - 1) // BLOCK
    cuts = [0, *(np.flatnonzero(np.diff(pack)) + 1).tolist(), len(groups)]
    return [
        (
            np.concatenate([zone for zone, _ in some]),
            np.unique(np.concatenate([crew for _, crew in some])),
        )
        for some in (groups[start:stop] for start, stop in pairwise(cuts))
    ]


def _reinforced(groups: list[_Group], number: Ints, free: Ints) -> list[_Group]:
    """Share those who serve anywhere out, one after the other to where most posts are for each."""
    posts = np.array([number[zone].sum() for zone, _ in groups], dtype=np.float64)
    n_crew = np.array([len(crew) for _, crew in groups], dtype=np.float64)
    goes_to = np.empty(len(free), dtype=np.int64)
    for turn in range(len(free)):
        goes_to[turn] = np.argmax(posts / np.maximum(n_crew, _SLIGHT))
        n_crew[goes_to[turn]] += 1
    return [(zone, np.append(crew, free[goes_to == at])) for at, (zone, crew) in enumerate(groups)]


def rotate(ring: Ring, held: Bools, closed: Sequence[Bools], *, avoid_repeat: bool) -> list[Ints]:
    """Give the person of each post of a ring, period by period.

    Parameters
    ----------
    ring
        Zones and persons; posts are its zones, each as often as it has persons.
    held
        (zones, persons) who has which zone before the first period.
    closed
        For each period (zones, persons) who must not have which zone.
    avoid_repeat
        Whether persons come back to a zone only after all others were there.

    Returns
    -------
    list of Ints
        For each period (posts,) positions of persons in the ring, or ``NOBODY``.
    """
    row = np.repeat(np.arange(len(ring.zone)), ring.number)
    total = np.zeros(len(ring.person), dtype=np.int64)
    times, last = held.astype(np.float64), held
    periods = []
    for bars in closed:
        been = times / (len(closed) + 1) if avoid_repeat else np.zeros_like(times)
        person = _assign(ring, row, bars, last, been, total)
        periods.append(person)
        filled = person != NOBODY
        last = np.zeros_like(held)
        last[row[filled], person[filled]] = True
        times += last
        total += np.bincount(person[filled], minlength=len(total))
    return periods


def _assign(ring: Ring, row: Ints, bars: Bools, last: Bools, been: Floats, total: Ints) -> Ints:
    """Give each post a person, none twice in one zone."""
    person = np.full(len(row), NOBODY)
    if not len(row) or not len(total):
        return person
    n_copies = _copies(ring)
    steps = (total - total.min())[:, None] + np.arange(n_copies)
    # One unit of a graver matter outweighs all that lies below it: to come back to a zone, to
    # have a duty more than another, to keep a zone, to serve where one must not.
    uneven = float(len(row) + 1)
    keep = uneven * len(row) * (2 * float(steps.max()) + 2)
    never = keep * (len(row) + 1)
    cost = (been + keep * last + never * (bars | ~ring.open))[row]
    # Each further duty costs more than the one before: the cheapest assignment is the most even.
    further = cost[:, :, None] + uneven * (2 * steps + 1)
    post, copy = linear_sum_assignment(further.reshape(len(row), -1))
    real = cost[post, copy // n_copies] < never
    person[post[real]] = copy[real] // n_copies
    open_cost = np.where(cost < never, cost, np.inf)
    _part_twins(row, person, open_cost, uneven, total, ring.most)
    _even_out(row, person, ring.open & ~bars & ~last, total, ring.most)
    return person


def _even_out(row: Ints, person: Ints, may: Bools, total: Ints, most: int) -> None:
    """Pass duties on from who has more than others, as parting twins may leave it.

    ``may`` (zones, persons) tells who may take which zone.
    """
    filled = np.flatnonzero(person != NOBODY)
    held = np.zeros(may.shape, dtype=bool)
    held[row[filled], person[filled]] = True
    none = np.zeros(len(may), dtype=np.int64)
    mean = (total.sum() + held.sum()) / len(total)
    for level in (int(np.ceil(mean)), int(np.floor(mean))):
        number = held.sum(axis=0)
        ahead = total + number - level
        room = np.minimum(np.maximum(-ahead, 0), most - number)
        excess = np.clip(ahead, 0, number)
        if excess.any() and room.any():
            changed = augment(may & ~held, held, none, excess, room)
            held = (held | (changed > 0)) & ~(changed < 0)
    person[filled] = np.nonzero(held)[1]


def _part_twins(
    row: Ints, person: Ints, cost: Floats, uneven: float, total: Ints, most: int
) -> None:
    """Part those who have one zone twice from it, in the way that costs least.

    They change places with another, or another takes the post; a cost without end is never paid.
    """
    n_persons = cost.shape[1]
    has = np.zeros((int(row.max()) + 1, n_persons), dtype=bool)
    filled = np.flatnonzero(person != NOBODY)
    has[row[filled], person[filled]] = True
    number = np.bincount(person[filled], minlength=n_persons)
    for post in np.flatnonzero(_again(row, person)):
        one = person[post]
        others = person[filled]
        change = cost[post, others] + cost[filled, one] - cost[filled, others]
        change[has[row[post], others] | has[row[filled], one]] = np.inf
        ahead = total + number
        take = cost[post] + uneven * 2 * (ahead - ahead[one] + 1)
        take[has[row[post]] | (number >= most)] = np.inf
        best = int(np.argmin(change))
        taker = int(np.argmin(take))
        if change[best] < np.inf and change[best] <= take[taker] - cost[post, one]:
            taker = others[best]
            has[row[filled[best]], [one, taker]] = True, False
            person[filled[best]] = one
        elif np.isfinite(take[taker]):
            number[[one, taker]] += -1, 1
        else:
            taker = NOBODY
        person[post] = taker
        has[row[post], taker] |= taker != NOBODY


def _copies(ring: Ring) -> int:
    """Tell how many zones one person may need to have at a time.

    Those of a place may be left alone with all of its posts; one more leaves room to move.
    """
    everywhere = ring.open.all(axis=0)
    _, alike = np.unique(ring.open, axis=0, return_inverse=True)
    posts = np.bincount(alike, weights=ring.number)[alike]
    own = (ring.open & ~everywhere).sum(axis=1)
    crew = np.where(own > 0, own, everywhere.sum())
    each = np.ceil(posts / np.maximum(crew, 1)) + 1
    return int(min(ring.most, ring.number.sum(), each.max()))


def _again(row: Ints, person: Ints) -> Bools:
    """Tell which posts have a person who has an earlier post of the same zone."""
    again = person != NOBODY
    filled = np.flatnonzero(again)
    pairs = np.column_stack([row[filled], person[filled]])
    _, first = np.unique(pairs, axis=0, return_index=True)
    again[filled[first]] = False
    return again
