"""zones, staff -> zones with their persons: who is in charge of which zone, role by role."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from gridgeo._persons import (
    UNKNOWN,
    Duties,
    check_zones,
    id_column,
    named,
    places_of,
    read_duties,
    read_staff_frame,
    text_of,
    write_duties,
)
from gridgeo._staffing.board import Barred
from gridgeo._staffing.duties import Crew, Posts, share_out, spare_posts
from gridgeo._staffing.ground import NO_LIMIT, NOWHERE, lay_along, number_places
from gridgeo.errors import InputError, SchemaError
from gridgeo.roles import CITY_ROLES, Role, differing, require_roles
from gridgeo.schema import LOAD, STREET_CODE, ZONE_CODE
from gridgeo.validate import Faults, require_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridgeo._persons import Staff
    from gridgeo.schema import Floats, Ints

Frame = TypeVar("Frame", bound=pd.DataFrame)

_LEAST: Final = 0.01
"""Share of the mean load that a zone with less is taken for: nobody gets a hundred empty zones."""


def assign_staff(
    zones: Frame,
    staff: pd.DataFrame,
    *,
    roles: Iterable[Role] = CITY_ROLES,
    place: str = STREET_CODE,
    load: str | None = None,
) -> Frame:
    """Give every zone its persons, role by role, so that all are used evenly.

    The rule is our own. A person who is bound to a place serves only in zones of that place, any
    other everywhere. First every zone gets as many persons as its role asks for at least; persons
    who then have no zone are added where they are needed most, up to what the role allows. The
    load is levelled: by number nobody has more zones than places make necessary. What one person
    has lies together along a curve through the zones.

    Persons whom zones name already stay where they are, so that a further run with the same staff
    changes nothing, and a new zone takes nobody from another. Whoever is not in the staff any
    more is replaced, with a warning.

    Parameters
    ----------
    zones
        ``zone_code`` (unique text); the column ``place`` where persons are bound to one; ``load``
        where known. With polygons, in any CRS, persons get zones that lie together; a table
        without them is taken in its own order.
    staff
        One row a person: ``staff_id`` (unique text), ``name``, ``role`` (the key of a role, or its
        name in either language), ``full_time`` (True or False) where a role asks for it, and the
        column ``place``: where a person serves, empty for everywhere.
    roles
        In the order of rank; see :class:`gridgeo.Role`.
    place
        The column of both frames that binds persons to places.
    load
        The column of the zones whose sum is levelled, numbers from 0 on; persons of one zone and
        role share its load. ``load`` where zones have that column, else every zone counts one.

    Returns
    -------
    DataFrame
        The zones, row by row, and for each role ``<role>`` with the names of its persons and
        ``<role>_id`` with their ids, several joined by ``"; "``, empty text where there is none.

    Raises
    ------
    InputError
        Roles that are none, or that differ from a role nobody knows.
    SchemaError, CodeError
        A frame lacks a column; codes or ids are missing or repeat; persons without a name or a
        role; persons are named in zones without their ids; loads that are no numbers from 0 on.

    Warns
    -----
    UserWarning
        Zones that lack persons since nobody may serve there, or persons who are in the staff no
        more. :func:`gridgeo.check_staffing` lists them all.

    Examples
    --------
    >>> zones = pd.DataFrame(
    ...     {"zone_code": ["Z1", "Z2", "Z3"], "street_code": ["S1", "S1", "S2"]}
    ... )
    >>> staff = pd.DataFrame(
    ...     {
    ...         "staff_id": ["W1", "W2", "W3"],
    ...         "name": ["Li Hai", "Wang Fan", "Zhao Yun"],
    ...         "role": ["manager", "manager", "inspector"],
    ...         "street_code": ["S1", "S2", ""],
    ...     }
    ... )
    >>> roles = [role for role in CITY_ROLES if role.key in ("manager", "inspector")]
    >>> assign_staff(zones, staff, roles=roles)[["zone_code", "manager", "inspector_id"]]
      zone_code   manager inspector_id
    0        Z1    Li Hai           W3
    1        Z2    Li Hai           W3
    2        Z3  Wang Fan           W3
    """
    roles = require_roles(roles)
    check_zones(zones, roles)
    crew = read_staff_frame(staff, roles, place)
    places = number_places(places_of(zones, crew, place), crew.places)
    ground = _Ground(*places, _read_load(zones, load), *lay_along(zones))
    duties = {key: read_duties(zones, key) for key in _known_keys(zones, roles)}
    gone: set[str] = set()
    vacant: list[str] = []
    for role in roles:
        held = duties[role.key]
        known = crew.find(held.ids) != UNKNOWN
        gone |= set(held.ids[~known])
        others = [duties[key] for key in differing(role, roles)]
        duties[role.key] = _fill(role, held.take(known), others, ground, crew)
        vacant += _vacancies(role, duties[role.key], zones, crew)
    _warn(sorted(gone), vacant)
    columns = [write_duties(zones, role.key, duties[role.key]) for role in roles]
    return zones.assign(**{name: texts for pair in columns for name, texts in pair.items()})


@dataclass(frozen=True, slots=True)
class _Ground:
    """Zones and staff as they are shared out: numbered places, load, and where zones lie.

    ``load`` is None where each zone counts one; ``xy`` is its middle and ``along`` its rank on a
    curve that keeps neighbours near.
    """

    place: Ints
    crew_place: Ints
    load: Floats | None
    xy: Floats
    along: Ints

    def posts(self, present: Ints, wanted: Ints) -> Posts:
        """Give the posts of a role; persons of one zone share its load."""
        load = np.ones(len(self.place))
        if self.load is not None:
            load = self.load / np.maximum(present + wanted, 1)
        return Posts(self.place, load, wanted, self.along, self.xy)


def _read_load(zones: pd.DataFrame, load: str | None) -> Floats | None:
    """Read the load of each zone, None where each counts one."""
    if load is None and LOAD not in zones:
        return None
    column = load or LOAD
    require_columns(zones, [column], "zones")
    values = pd.to_numeric(zones[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    faults = Faults("zones", zones.index)
    faults.add(
        SchemaError,
        ~(np.isfinite(values) & (values >= 0)),
        f"{column!r} must be numbers from 0 on; fill them, or drop the column to level by number",
    )
    faults.raise_if_any()
    if not values.any():
        return None
    return np.maximum(values, _LEAST * values.mean())


def _known_keys(zones: pd.DataFrame, roles: Sequence[Role]) -> list[str]:
    """Give the keys of the roles, and of those that one of them differs from.

    Raises
    ------
    InputError
        A role differs from one that is neither among the roles nor in the zones.
    """
    keys = [role.key for role in roles]
    for role in roles:
        for other in role.differs_from:
            if other not in keys and id_column(other) not in zones:
                raise InputError(
                    f"role {role.key!r} differs from {other!r}, which is neither among `roles` "
                    f"nor in the zones as {id_column(other)!r}."
                )
    return list(dict.fromkeys([*keys, *(key for role in roles for key in role.differs_from)]))


def _fill(
    role: Role, held: Duties, others: Sequence[Duties], ground: _Ground, crew: Staff
) -> Duties:
    """Give every zone the persons that it lacks in a role, and everyone a zone that has room."""
    # Levelling may hand the post of a person who has none yet to another: whom that leaves idle
    # is spare once more.
    filled = _fill_once(role, held, others, ground, crew)
    while len(filled.zone) > len(held.zone):
        held, filled = filled, _fill_once(role, filled, others, ground, crew)
    return filled


def _fill_once(
    role: Role, held: Duties, others: Sequence[Duties], ground: _Ground, crew: Staff
) -> Duties:
    """Fill the posts that are empty, and those added for persons who have no zone so far."""
    n = len(ground.place)
    place = ground.crew_place
    may = np.flatnonzero(crew.may_serve(role) & (place != NOWHERE))
    # One more than there are persons: that of those who are unknown.
    seat = np.full(len(place) + 1, UNKNOWN)
    seat[may] = np.arange(len(may))
    who = seat[crew.find(held.ids)]
    present = np.bincount(held.zone, minlength=n)
    most = np.full(n, NO_LIMIT if role.at_most is None else role.at_most)
    posts = ground.posts(present, np.maximum(role.at_least - present, 0))
    hands = _hands(role, held, posts, place[may], who)
    posts = ground.posts(present, posts.wanted + spare_posts(posts, hands, present, most))
    hands = _hands(role, held, posts, place[may], who)
    closed = _closed([held, *others], crew, seat)
    zone, chosen = share_out(posts, hands, closed)
    person = may[chosen]
    at = crew.find(held.ids)
    return Duties(
        np.append(held.zone, zone),
        np.append(held.ids, crew.ids[person]),
        np.append(crew.names[at], crew.names[person]),
    )


def _hands(role: Role, held: Duties, posts: Posts, place: Ints, who: Ints) -> Crew:
    """Give those who may serve with what they have already: load, room, the middle of it."""
    real = who != UNKNOWN
    zone, who, n = held.zone[real], who[real], len(place)
    number = np.bincount(who, minlength=n)
    load, *xy = (
        np.bincount(who, weights=values[zone], minlength=n).astype(np.float64)
        for values in (posts.load, *posts.xy.T)
    )
    middle = np.column_stack(xy) / np.where(number, number, np.nan)[:, None]
    most = NO_LIMIT if role.max_zones is None else role.max_zones
    return Crew(place, load, most - number, middle)


def _closed(duties: Iterable[Duties], crew: Staff, seat: Ints) -> Barred:
    """Bar those who serve in a zone already, here or in a role from which this one differs."""
    pairs = [(some.zone, seat[crew.find(some.ids)]) for some in duties]
    zone, who = (np.concatenate(column) for column in zip(*pairs, strict=True))
    return Barred(zone[who != UNKNOWN], who[who != UNKNOWN], len(seat))


def _vacancies(role: Role, held: Duties, zones: pd.DataFrame, crew: Staff) -> list[str]:
    """Name the zones that lack persons in a role, and what may be the reason."""
    short = np.bincount(held.zone, minlength=len(zones)) < role.at_least
    if not short.any():
        return []
    codes = text_of(zones[ZONE_CODE])[short]
    reason = "nobody else may serve there"
    if not crew.may_serve(role).any():
        asked = " or ".join(map(repr, role.drawn_from))
        has = ", ".join(map(repr, sorted(set(crew.roles))))
        reason = f"nobody in the staff has the role {asked}, roles there are {has}"
    return [f"{role.key}: {named(codes)}, {reason}"]


def _warn(gone: Sequence[str], vacant: Sequence[str]) -> None:
    if gone:
        warnings.warn(
            f"{len(gone)} persons named in zones are not in the staff any more, their zones went "
            f"to others: {named(gone)}.",
            stacklevel=3,
        )
    if vacant:
        warnings.warn(
            f"zones lack persons; {'; '.join(vacant)}. Add staff, or bind fewer to one place; "
            "check_staffing lists all.",
            stacklevel=3,
        )
