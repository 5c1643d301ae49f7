"""Persons as they are assigned: the staff as arrays, and whom zones name, one row a duty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gridgeo._texts import as_text
from gridgeo.errors import SHOWN_ROWS, CodeError, SchemaError
from gridgeo.schema import FULL_TIME, NAME, ROLE, STAFF_ID, ZONE_CODE
from gridgeo.validate import (
    Faults,
    add_code_faults,
    are_repeated,
    require_columns,
    require_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridgeo.roles import Role
    from gridgeo.schema import Bools, Geometries, Ints

    Texts = Geometries

BETWEEN: Final = "; "
"""What stands between several persons of one zone."""

SEPARATOR: Final = r"\s*[;；]\s*"  # noqa: RUF001 - what a Chinese keyboard writes
UNKNOWN: Final = -1
"""Stands for a person who is not in the staff."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Staff that passed the guard, one value a person; no place is everywhere, empty text."""

    ids: Texts
    names: Texts
    roles: Texts
    full_time: Bools
    places: Texts

    def may_serve(self, role: Role) -> Bools:
        """Tell who may serve in a role, wherever that is."""
        may: Bools = np.isin(self.roles.astype(str), role.drawn_from)
        if role.full_time is not None:
            may &= self.full_time == role.full_time
        return may

    def find(self, ids: Texts) -> Ints:
        """Give the position of each id, or ``UNKNOWN``."""
        return pd.Index(self.ids).get_indexer(pd.Index(ids))


@dataclass(frozen=True, slots=True)
class Duties:
    """Who serves where in one role as zones tell it, one value a duty, by zone."""

    zone: Ints
    ids: Texts
    names: Texts

    def take(self, at: Ints | Bools) -> Duties:
        """Give some of the duties."""
        return Duties(self.zone[at], self.ids[at], self.names[at])


def check_zones(zones: pd.DataFrame, roles: Iterable[Role]) -> None:
    """Guard zones to be staffed: ``zone_code``, and ids wherever persons are named.

    Raises
    ------
    SchemaError, CodeError
        No rows, no codes, codes that repeat, or names of a role without the column of its ids.
    """
    require_rows(zones, "zones")
    require_columns(zones, [ZONE_CODE], "zones")
    faults = Faults("zones", zones.index)
    add_code_faults(faults, zones[ZONE_CODE], ZONE_CODE)
    for role in roles:
        if role.key in zones and role.id_column not in zones:
            faults.add(
                SchemaError,
                (text_of(zones[role.key]) != "").to_numpy(),
                f"{role.key!r} names persons and {role.id_column!r} is not there; tell their "
                f"{STAFF_ID!r} in it, or drop {role.key!r}",
            )
    faults.raise_if_any()


def read_staff_frame(staff: pd.DataFrame, roles: Iterable[Role], place: str) -> Staff:
    """Guard a frame of staff and give it as arrays.

    Raises
    ------
    SchemaError, CodeError
        A column is missing; ids missing, repeated or with a semicolon; persons without a name or
        a role; ``full_time`` is asked for and says neither True nor False.
    """
    require_rows(staff, "staff")
    asks = any(role.full_time is not None for role in roles)
    needed = [STAFF_ID, NAME, ROLE, *([FULL_TIME] if asks else [])]
    require_columns(staff, needed, "staff")
    faults = Faults("staff", staff.index)
    repeated = are_repeated(staff[STAFF_ID]) & staff[STAFF_ID].notna().to_numpy()
    faults.add(
        CodeError,
        repeated,
        f"persons are listed twice, {STAFF_ID!r} repeats; keep one row for each",
    )
    if not repeated.any():
        add_code_faults(faults, staff[STAFF_ID], STAFF_ID)
    ids, names, own = (text_of(staff[column]) for column in (STAFF_ID, NAME, ROLE))
    split = ids.str.contains(SEPARATOR, regex=True).to_numpy()
    faults.add(CodeError, split, f"no {STAFF_ID!r} may have a semicolon, zones join ids by it")
    faults.add(SchemaError, (names == "").to_numpy(), f"every person needs a {NAME!r}; fill it")
    faults.add(SchemaError, (own == "").to_numpy(), f"every person needs a {ROLE!r}; fill it")
    if asks:
        told = staff[FULL_TIME].map(lambda value: isinstance(value, (bool, np.bool_)))
        faults.add(
            SchemaError,
            ~told.to_numpy(bool),
            f"roles ask for {FULL_TIME!r}, which is neither True nor False here; fill it, or read "
            "the file with read_staff",
        )
    faults.raise_if_any()
    places = text_of(staff[place]) if place in staff else pd.Series("", index=staff.index)
    own = own.replace({name: role.key for role in roles for name in (role.name, role.name_en)})
    full_time = staff[FULL_TIME].to_numpy(bool) if asks else np.zeros(len(staff), dtype=bool)
    own_ids, own_names, own_roles, own_places = (
        column.to_numpy(object) for column in (ids, names, own, places)
    )
    return Staff(own_ids, own_names, own_roles, full_time, own_places)


def places_of(zones: pd.DataFrame, staff: Staff, place: str) -> Texts:
    """Give the place of each zone; empty text for all where no person is bound to one.

    Raises
    ------
    SchemaError
        Persons are bound to places, and zones do not say theirs.
    """
    if (staff.places == "").all():
        return np.full(len(zones), "", dtype=object)
    if place not in zones:
        has = ", ".join(map(str, zones.columns))
        raise SchemaError(
            f"`zones` lacks {place!r}, which binds persons of the `staff` to places; cut and "
            f"dissolve the zones within it, or drop it from the staff. Columns: {has}."
        )
    return text_of(zones[place]).to_numpy(object)


def text_of(column: pd.Series) -> pd.Series:
    """Give a column as text, empty where it is missing; whole numbers have no point."""
    return as_text(column, exact=False).fillna("")


def id_column(key: str) -> str:
    """Name the column of the zones that holds the ids of those who serve in a role."""
    return f"{key}_id"


def named(texts: Iterable[str]) -> str:
    """Name the first of some texts and count the others."""
    several = list(texts)
    more = f" and {len(several) - SHOWN_ROWS} more" if len(several) > SHOWN_ROWS else ""
    return ", ".join(several[:SHOWN_ROWS]) + more


def read_duties(zones: pd.DataFrame, key: str) -> Duties:
    """Read who serves in a role: the ids of ``<role>_id``, and names where they match in number."""
    none = np.empty(0, dtype=object)
    if id_column(key) not in zones:
        return Duties(np.empty(0, dtype=np.int64), none, none)
    zone, ids = _split(zones[id_column(key)])
    names = np.full(len(ids), "", dtype=object)
    if key in zones:
        row, texts = _split(zones[key])
        n = len(zones)
        same = np.bincount(zone, minlength=n) == np.bincount(row, minlength=n)
        names[same[zone]] = texts[same[row]]
    return Duties(zone, ids, names)


def write_duties(zones: pd.DataFrame, key: str, duties: Duties) -> dict[str, pd.Series]:
    """Write who serves as two columns of text; empty where nobody does."""
    order = np.argsort(duties.zone, kind="stable")
    sorted_duties = duties.take(order)
    return {
        column: pd.Series(
            _join(sorted_duties.zone, texts, len(zones)), index=zones.index, dtype="str"
        )
        for column, texts in (
            (key, sorted_duties.names),
            (id_column(key), sorted_duties.ids),
        )
    }


def _split(column: pd.Series) -> tuple[Ints, Texts]:
    """Take joined texts apart: the row of each, and the text."""
    texts = text_of(column).reset_index(drop=True)
    parts = texts[texts != ""].str.split(SEPARATOR, regex=True).explode()
    parts = parts[parts != ""]
    return parts.index.to_numpy(np.int64), parts.to_numpy(object)


def _join(row: Ints, texts: Texts, n: int) -> Texts:
    """Join the texts of each row, in order; rows stand together."""
    joined = np.full(n, "", dtype=object)
    first = np.searchsorted(row, row)
    nth = np.arange(len(row)) - first
    for turn in range(int(nth.max(initial=-1)) + 1):
        at = nth == turn
        joined[row[at]] += (BETWEEN if turn else "") + texts[at]
    return joined
