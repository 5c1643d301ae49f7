"""zones with persons, staff -> report: who is missing, who has too much, who should not be there.

A check looks and never repairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from gridgeo._persons import (
    UNKNOWN,
    check_zones,
    places_of,
    read_duties,
    read_staff_frame,
    text_of,
)
from gridgeo._staffing_report import StaffingReport
from gridgeo.roles import CITY_ROLES, require_roles
from gridgeo.schema import NAME, ROLE, STAFF_ID, STREET_CODE, ZONE_CODE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridgeo._persons import Staff, Texts
    from gridgeo.roles import Role

__all__ = ["StaffingReport", "check_staffing", "staff_changes"]

_NO_ZONE = "no zone"
_UNASKED = "role not asked for"
_AWAY = "place without zones"


def check_staffing(
    zones: pd.DataFrame,
    staff: pd.DataFrame,
    *,
    roles: Iterable[Role] = CITY_ROLES,
    place: str = STREET_CODE,
) -> StaffingReport:
    """Check that every zone has the persons that its roles ask for, and nobody too many zones.

    Parameters
    ----------
    zones
        ``zone_code`` and for each role ``<role>_id``, as :func:`gridgeo.assign_staff` gives them;
        a role without that column has nobody anywhere.
    staff, roles, place
        As for :func:`gridgeo.assign_staff`.

    Returns
    -------
    StaffingReport
        Zones that lack persons or have too many, persons with too many zones, who is unknown,
        named twice or by another name, stands in for themselves, or serves in another role or
        place than their own. Who has no zone is told in ``.persons``, and is no fault.

    Raises
    ------
    InputError, SchemaError, CodeError
        As :func:`gridgeo.assign_staff`.

    Examples
    --------
    >>> zones = pd.DataFrame(
    ...     {"zone_code": ["Z1", "Z2"], "manager": ["Li Hai", ""], "manager_id": ["W1", ""]}
    ... )
    >>> staff = pd.DataFrame({"staff_id": ["W1"], "name": ["Li Hai"], "role": ["manager"]})
    >>> managers = [role for role in CITY_ROLES if role.key == "manager"]
    >>> report = check_staffing(zones, staff, roles=managers)
    >>> report.ok
    False
    >>> report.vacancies
      zone_code     role  has  needs
    0        Z2  manager    0      1
    """
    roles = require_roles(roles)
    check_zones(zones, roles)
    crew = read_staff_frame(staff, roles, place)
    keys = dict.fromkeys(key for role in roles for key in (role.key, *role.differs_from))
    places = places_of(zones, crew, place)
    duties = _duties(zones, list(keys), crew, places)
    asked = duties[duties[ROLE].isin([role.key for role in roles])]
    known = asked[asked["at"] != UNKNOWN]
    once = known.drop_duplicates(["zone", ROLE, "at"])
    found = {
        **_numbers(zones, once, roles),
        "overloaded": _overloaded(once, roles),
        "unknown_persons": asked[asked["at"] == UNKNOWN],
        "repeated_persons": asked[asked.duplicated(["zone", ROLE, STAFF_ID])],
        "same_persons": _same_persons(duties, roles),
        "wrong_roles": _wrong_roles(once, roles, crew),
        "wrong_names": once[once["told"] & (once["has_name"] != once[NAME])],
        "wrong_places": once[(once["serves_in"] != "") & (once["serves_in"] != once["lies_in"])],
    }
    persons = _persons(once, roles, crew, places)
    at_fault = np.zeros(len(zones), dtype=np.int64)
    for frame in found.values():
        if "zone" in frame:
            at_fault += np.bincount(frame["zone"], minlength=len(zones))
    return StaffingReport(
        **{kind: frame[_COLUMNS[kind]].reset_index(drop=True) for kind, frame in found.items()},
        persons=persons,
        summary=_summary(once, roles, crew, persons, found["vacancies"]),
        zones=_outlines(zones).assign(n_faults=at_fault),
        roles=roles,
        rows=tuple(zones.index[at_fault > 0]),
    )


_DUTY = [ZONE_CODE, ROLE, STAFF_ID, NAME]
_COLUMNS = {
    "vacancies": [ZONE_CODE, ROLE, "has", "needs"],
    "surplus": [ZONE_CODE, ROLE, "has", "at_most"],
    "overloaded": [STAFF_ID, NAME, ROLE, "n_zones", "max_zones"],
    "unknown_persons": _DUTY,
    "repeated_persons": _DUTY,
    "same_persons": [ZONE_CODE, ROLE, "other_role", STAFF_ID, NAME],
    "wrong_roles": [*_DUTY, "has_role"],
    "wrong_names": [*_DUTY, "has_name"],
    "wrong_places": [*_DUTY, "serves_in", "lies_in"],
}


def _duties(zones: pd.DataFrame, keys: Sequence[str], crew: Staff, places: Texts) -> pd.DataFrame:
    """Give one row for every person named in a zone: who, where, and where they may serve."""
    codes = text_of(zones[ZONE_CODE]).to_numpy(object)
    tables = []
    for key in keys:
        held = read_duties(zones, key)
        at = crew.find(held.ids)
        known = at != UNKNOWN
        tables.append(
            pd.DataFrame(
                {
                    "zone": held.zone,
                    ZONE_CODE: codes[held.zone],
                    ROLE: key,
                    STAFF_ID: held.ids,
                    NAME: np.where(known, crew.names[at], held.names),
                    "at": at,
                    "has_name": held.names,
                    "told": key in zones,
                    "has_role": np.where(known, crew.roles[at], ""),
                    "serves_in": np.where(known, crew.places[at], ""),
                    "lies_in": places[held.zone],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _numbers(
    zones: pd.DataFrame, once: pd.DataFrame, roles: Sequence[Role]
) -> dict[str, pd.DataFrame]:
    """Hold the number of persons of each zone and role against what the role asks for."""
    n = len(zones)
    table = pd.DataFrame(
        {
            "zone": np.tile(np.arange(n), len(roles)),
            ZONE_CODE: np.tile(text_of(zones[ZONE_CODE]).to_numpy(object), len(roles)),
            ROLE: np.repeat([role.key for role in roles], n),
            "has": np.concatenate(
                [np.bincount(once.loc[once[ROLE] == r.key, "zone"], minlength=n) for r in roles]
            ),
            "needs": np.repeat([role.at_least for role in roles], n),
            "at_most": np.repeat([np.inf if r.at_most is None else r.at_most for r in roles], n),
        }
    )
    surplus = table[table["has"] > table["at_most"]]
    return {
        "vacancies": table[table["has"] < table["needs"]],
        "surplus": surplus.assign(at_most=surplus["at_most"].astype(np.int64)),
    }


def _overloaded(once: pd.DataFrame, roles: Sequence[Role]) -> pd.DataFrame:
    """Find the persons with more zones in a role than it allows."""
    number = once.groupby([ROLE, STAFF_ID], sort=False, as_index=False).agg(
        n_zones=("zone", "size"), name=(NAME, "first")
    )
    limits = {role.key: np.inf if role.max_zones is None else role.max_zones for role in roles}
    number["max_zones"] = number[ROLE].map(limits).astype(np.float64)
    over = number[number["n_zones"] > number["max_zones"]]
    return over.assign(max_zones=over["max_zones"].astype(np.int64))


def _same_persons(duties: pd.DataFrame, roles: Sequence[Role]) -> pd.DataFrame:
    """Find who holds two roles of one zone that must differ."""
    pairs = [(role.key, other) for role in roles for other in role.differs_from]
    rules = pd.DataFrame(pairs, columns=[ROLE, "other_role"], dtype="str")
    once = duties.drop_duplicates(["zone", ROLE, STAFF_ID])
    others = once[["zone", STAFF_ID, ROLE]].rename(columns={ROLE: "other_role"})
    return once.merge(rules, on=ROLE).merge(others, on=["zone", STAFF_ID, "other_role"])


def _wrong_roles(once: pd.DataFrame, roles: Sequence[Role], crew: Staff) -> pd.DataFrame:
    """Find who serves in a role that is not theirs."""
    may = np.zeros(len(once), dtype=bool)
    for role in roles:
        may |= (once[ROLE] == role.key).to_numpy() & crew.may_serve(role)[once["at"]]
    return once[~may]


def _persons(once: pd.DataFrame, roles: Sequence[Role], crew: Staff, places: Texts) -> pd.DataFrame:
    """Tell of every person how many zones they have, and why none."""
    number = once.drop_duplicates(["zone", "at"]).groupby("at").size()
    n_zones = number.reindex(range(len(crew.ids)), fill_value=0).to_numpy(np.int64)
    may = np.any([crew.may_serve(role) for role in roles], axis=0)
    away = (crew.places != "") & ~pd.Index(crew.places).isin(places)
    note = np.select([n_zones > 0, ~may, away], ["", _UNASKED, _AWAY], _NO_ZONE)
    return pd.DataFrame(
        {
            STAFF_ID: crew.ids,
            NAME: crew.names,
            ROLE: crew.roles,
            "n_zones": n_zones,
            "note": note,
        }
    ).astype(dict.fromkeys((STAFF_ID, NAME, ROLE, "note"), "str"))


def _summary(
    once: pd.DataFrame,
    roles: Sequence[Role],
    crew: Staff,
    persons: pd.DataFrame,
    vacancies: pd.DataFrame,
) -> pd.DataFrame:
    idle = (persons["n_zones"] == 0).to_numpy()
    rows = []
    for role in roles:
        each = once[once[ROLE] == role.key].groupby("at").size()
        rows.append(
            {
                ROLE: role.key,
                "serving": len(each),
                "fewest": int(each.min()) if len(each) else 0,
                "most": int(each.max()) if len(each) else 0,
                "mean": float(each.mean()) if len(each) else 0.0,
                "idle": int((idle & crew.may_serve(role)).sum()),
                "short": int((vacancies[ROLE] == role.key).sum()),
            }
        )
    return pd.DataFrame(rows)


def _outlines(zones: pd.DataFrame) -> pd.DataFrame:
    """Give the codes of zones, and their geometry where they have one."""
    codes = pd.DataFrame({ZONE_CODE: text_of(zones[ZONE_CODE])})
    if not isinstance(zones, gpd.GeoDataFrame) or zones.active_geometry_name is None:
        return codes
    return gpd.GeoDataFrame(codes, geometry=zones.geometry.to_numpy(), crs=zones.crs)


def staff_changes(
    before: pd.DataFrame, after: pd.DataFrame, *, roles: Iterable[Role] = CITY_ROLES
) -> pd.DataFrame:
    """Tell who was replaced where between two assignments, so that no change goes unrecorded.

    Parameters
    ----------
    before, after
        Zones with their persons, as :func:`gridgeo.assign_staff` gives them.
    roles
        The roles to look at.

    Returns
    -------
    DataFrame
        One row for every person who came or went: ``zone_code``, ``role``, ``change``, ``staff_id``
        and ``name``; by zone, those of ``after`` first, then by role. ``change`` is ``came`` or
        ``went``; a zone that is in one of the two only has all its persons come, or go.

    Raises
    ------
    InputError, SchemaError, CodeError
        As :func:`gridgeo.assign_staff`.

    Examples
    --------
    >>> zones = pd.DataFrame({"zone_code": ["Z1"], "manager": ["Li Hai"], "manager_id": ["W1"]})
    >>> later = zones.assign(manager="Wang Fan", manager_id="W2")
    >>> staff_changes(zones, later)
      zone_code     role change staff_id      name
    0        Z1  manager   went       W1    Li Hai
    1        Z1  manager   came       W2  Wang Fan
    """
    roles = require_roles(roles)
    sides = []
    for change, zones in (("went", before), ("came", after)):
        check_zones(zones, roles)
        codes = text_of(zones[ZONE_CODE]).to_numpy(object)
        for role in roles:
            held = read_duties(zones, role.key)
            one = {ZONE_CODE: codes[held.zone], STAFF_ID: held.ids, NAME: held.names}
            sides.append(pd.DataFrame(one).assign(role=role.key, change=change))
    duties = pd.concat(sides, ignore_index=True)
    duty = [ZONE_CODE, ROLE, STAFF_ID]
    duties = duties.drop_duplicates([*duty, "change"])
    changed = duties[~duties.duplicated(duty, keep=False)]
    zone_rank = pd.Index(pd.concat([after[ZONE_CODE], before[ZONE_CODE]]).astype(str).unique())
    order = np.lexsort(
        (
            changed["change"] == "came",
            changed[ROLE].map({role.key: rank for rank, role in enumerate(roles)}),
            zone_rank.get_indexer(changed[ZONE_CODE]),
        )
    )
    columns = [ZONE_CODE, ROLE, "change", STAFF_ID, NAME]
    return changed[columns].iloc[order].reset_index(drop=True).astype("str")
