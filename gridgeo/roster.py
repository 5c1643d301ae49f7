"""zones, staff -> roster: who has which zone from period to period."""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

from gridgeo._persons import (
    UNKNOWN,
    check_zones,
    named,
    places_of,
    read_duties,
    read_staff_frame,
    text_of,
)
from gridgeo._staffing.board import Barred
from gridgeo._staffing.ground import NO_LIMIT, NOBODY, NOWHERE, lay_along, number_places
from gridgeo._staffing.rota import find_rings, rotate
from gridgeo.errors import InputError
from gridgeo.roles import CITY_ROLES, differing, require_roles
from gridgeo.schema import NAME, ROLE, STAFF_ID, STREET_CODE, ZONE_CODE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from gridgeo._persons import Staff
    from gridgeo._staffing.rota import Ring
    from gridgeo.roles import Role
    from gridgeo.schema import Ints

    _Pairs: TypeAlias = tuple[Ints, Ints]

_INSPECTORS: Final = tuple(role for role in CITY_ROLES if role.key == "inspector")
_QUARTER: Final = pd.DateOffset(months=3)


def rotate_staff(  # noqa: PLR0913 - what a roster is made of, all named
    zones: pd.DataFrame,
    staff: pd.DataFrame,
    *,
    start: str | dt.date,
    roles: Iterable[Role] = _INSPECTORS,
    period: str | pd.DateOffset | dt.timedelta = _QUARTER,
    n_periods: int = 4,
    avoid_repeat: bool = True,
    place: str = STREET_CODE,
) -> pd.DataFrame:
    """Plan who has which zone from period to period, so that nobody keeps one.

    The rule is our own. Of all ways in which nobody has the zone of the period before, the first
    of them that which the zones tell, a period takes one that uses everyone most evenly since the
    roster began; of these one in which fewest come back to a zone where they were. Persons serve
    in their places, as :func:`gridgeo.assign_staff` has it. Where more than 400 persons are asked
    for in one place, or some serve everywhere, zones and persons are parted into rings of about
    that size and use is even within each.

    Parameters
    ----------
    zones
        ``zone_code``, and ``<role>_id`` where somebody has it now. Every zone gets as many persons
        of a role as it has now, and no fewer than the role asks for.
    staff, place
        As for :func:`gridgeo.assign_staff`.
    start
        First day of the first period, as ``"2026-01-01"``.
    roles
        Who rotates; inspectors where nothing is said. Who holds a role that must differ and does
        not rotate keeps it.
    period
        How long one has a zone: a pandas offset or its name, as ``"QS"`` or ``"30D"``; three
        months where nothing is said.
    n_periods
        How many periods to plan.
    avoid_repeat
        Whether persons come back to a zone as late as may be; else only not at once.

    Returns
    -------
    DataFrame
        One row for every duty, by period, role and zone: ``period`` from 1, ``period_start``,
        ``zone_code``, ``role``, ``staff_id``, ``name``.

    Raises
    ------
    InputError
        A day or a period that is none, or fewer than one of them.
    InputError, SchemaError, CodeError
        As :func:`gridgeo.assign_staff`.

    Warns
    -----
    UserWarning
        Zones where somebody has to stay, or where persons are lacking, since no other may serve.

    Examples
    --------
    >>> zones = pd.DataFrame({"zone_code": ["Z1", "Z2"], "inspector_id": ["W1", "W2"]})
    >>> staff = pd.DataFrame(
    ...     {"staff_id": ["W1", "W2"], "name": ["Li Hai", "Wu Lan"], "role": "inspector"}
    ... )
    >>> roster = rotate_staff(zones, staff, start="2026-01-01", n_periods=2)
    >>> roster[["period", "period_start", "zone_code", "name"]]
       period period_start zone_code    name
    0       1   2026-01-01        Z1  Wu Lan
    1       1   2026-01-01        Z2  Li Hai
    2       2   2026-04-01        Z1  Li Hai
    3       2   2026-04-01        Z2  Wu Lan
    """
    roles = require_roles(roles)
    starts = _starts(start, period, n_periods)
    check_zones(zones, roles)
    crew = read_staff_frame(staff, roles, place)
    places, crew_places = number_places(places_of(zones, crew, place), crew.places)
    _, along = lay_along(zones)
    keys = dict.fromkeys(key for role in roles for key in (role.key, *role.differs_from))
    # Who has a role from period to period: those of now, until its roster is there.
    held = {key: [_present(zones, key, crew)] * (n_periods + 1) for key in keys}
    for role in roles:
        may = np.flatnonzero(crew.may_serve(role) & (crew_places != NOWHERE))
        has = np.bincount(held[role.key][0][0], minlength=len(zones))
        number = np.maximum(has, role.at_least)
        rings = find_rings(places, number, along, crew_places[may], role.max_zones or NO_LIMIT)
        bars = [
            _bar([held[key][turn] for key in differing(role, roles)], crew)
            for turn in range(1, n_periods + 1)
        ]
        now = held[role.key][0]
        turns = _turn(rings, may, _bar([now], crew), bars, avoid_repeat=avoid_repeat)
        held[role.key] = [now, *turns]
    _warn(roles, held, zones)
    return _roster(roles, held, zones, crew, starts)


def _present(zones: pd.DataFrame, key: str, crew: Staff) -> _Pairs:
    """Give who has a role now: zones and persons of the staff."""
    duties = read_duties(zones, key)
    person = crew.find(duties.ids)
    return duties.zone[person != UNKNOWN], person[person != UNKNOWN]


def _bar(pairs: Iterable[_Pairs], crew: Staff) -> Barred:
    none = np.empty(0, dtype=np.int64)
    zone, person = (np.concatenate(part) for part in zip((none, none), *pairs, strict=True))
    return Barred(zone, person, len(crew.ids))


def _turn(
    rings: Iterable[Ring], may: Ints, now: Barred, bars: Sequence[Barred], *, avoid_repeat: bool
) -> list[_Pairs]:
    """Rotate every ring; gives zones and persons for each period, by zone."""
    turns: list[list[_Pairs]] = [[] for _ in bars]
    for ring in rings:
        who, zone = may[ring.person], ring.zone[:, None]
        closed = [bar.hold(zone, who) for bar in bars]
        row = np.repeat(ring.zone, ring.number)
        planned = rotate(ring, now.hold(zone, who), closed, avoid_repeat=avoid_repeat)
        for turn, person in zip(turns, planned, strict=True):
            filled = person != NOBODY
            turn.append((row[filled], who[person[filled]]))
    joined = [tuple(np.concatenate(part) for part in zip(*turn, strict=True)) for turn in turns]
    orders = [np.argsort(zone, kind="stable") for zone, _ in joined]
    return [(zone[o], person[o]) for (zone, person), o in zip(joined, orders, strict=True)]


def _starts(
    start: str | dt.date, period: str | pd.DateOffset | dt.timedelta, n_periods: int
) -> pd.DatetimeIndex:
    """Give the first day of each period."""
    whole = isinstance(n_periods, int) and not isinstance(n_periods, bool)
    if not whole or n_periods < 1:
        raise InputError(f"`n_periods` must be a whole number from 1 on, not {n_periods!r}.")
    try:
        offset = to_offset(period)
        first = _day(start)
        later = [first + turn * offset for turn in range(1, n_periods)]
        starts = pd.DatetimeIndex([first, *later])
    except (TypeError, ValueError) as error:
        raise InputError(
            f"`start` must be a day, as '2026-01-01', and `period` an offset of pandas, as 'QS' or "
            f"'30D', not {start!r} and {period!r}."
        ) from error
    if not (starts.is_monotonic_increasing and starts.is_unique):
        raise InputError(f"`period` must lead on from `start`; {period!r} does not from {start!r}.")
    return starts


def _day(start: str | dt.date) -> pd.Timestamp:
    day = pd.Timestamp(start)
    if pd.isna(day):
        raise ValueError(start)
    return day


def _warn(roles: Iterable[Role], held: Mapping[str, Sequence[_Pairs]], zones: pd.DataFrame) -> None:
    """Warn of zones where somebody stays, or that lack persons."""
    codes = text_of(zones[ZONE_CODE]).to_numpy(object)
    notes = []
    for role in roles:
        stays, short = np.zeros((2, len(zones)), dtype=bool)
        for before, after in pairwise(held[role.key]):
            pairs = pd.MultiIndex.from_arrays(after)
            stays[after[0][pairs.isin(pd.MultiIndex.from_arrays(before))]] = True
            short |= np.bincount(after[0], minlength=len(zones)) < role.at_least
        if stays.any():
            notes.append(f"{role.key}: somebody has to stay in {named(codes[stays])}")
        if short.any():
            notes.append(f"{role.key}: persons are lacking in {named(codes[short])}")
    if notes:
        warnings.warn(f"{'; '.join(notes)}. Add staff who may serve there.", stacklevel=3)


def _roster(
    roles: Iterable[Role],
    held: Mapping[str, Sequence[_Pairs]],
    zones: pd.DataFrame,
    crew: Staff,
    starts: pd.DatetimeIndex,
) -> pd.DataFrame:
    codes = text_of(zones[ZONE_CODE]).to_numpy(object)
    duties = [
        pd.DataFrame(
            {
                "period": turn,
                "period_start": first,
                ZONE_CODE: codes[zone],
                ROLE: role.key,
                STAFF_ID: crew.ids[person],
                NAME: crew.names[person],
            }
        )
        for turn, first in enumerate(starts, 1)
        for role in roles
        for zone, person in [held[role.key][turn]]
    ]
    texts = dict.fromkeys((ZONE_CODE, ROLE, STAFF_ID, NAME), "str")
    return pd.concat(duties, ignore_index=True).astype(texts)
