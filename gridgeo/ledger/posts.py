"""zones + staff -> who is what where, and who has which zones."""

from __future__ import annotations

import warnings
from typing import Final

import pandas as pd

from gridgeo._persons import BETWEEN, SEPARATOR
from gridgeo.errors import SHOWN_ROWS, CodeError, SchemaError
from gridgeo.roles import role_names
from gridgeo.schema import NAME, ROLE, STAFF_ID, ZONE_CODE
from gridgeo.validate import Faults, add_code_faults, require_columns

_ID: Final = "_id"


def refuse_repeated(frame: pd.DataFrame, name: str) -> None:
    """Refuse a frame of which two columns have one name."""
    repeated = frame.columns[frame.columns.duplicated()].unique()
    if len(repeated):
        listed = ", ".join(map(repr, repeated))
        raise SchemaError(f"`{name}`: columns {listed} repeat; rename them.")


def roles_of(zones: pd.DataFrame) -> list[str]:
    """List the columns of zones that name persons, in the order of rank.

    Those are the known roles, and every other column that stands beside one of the same name
    and ``_id``.
    """
    known = [role for role in role_names("en") if role in zones]
    others = [name for name in zones if f"{name}{_ID}" in zones and name not in known]
    return known + [name for name in others if isinstance(name, str)]


def zone_posts(zones: pd.DataFrame | None) -> pd.DataFrame:
    """List who is what where: ``zone_code``, ``role``, ``staff_id`` (empty if unknown), ``name``.

    Raises
    ------
    SchemaError
        A zone names more or fewer persons of a role than it has ``<role>_id``.
    """
    columns = [ZONE_CODE, ROLE, STAFF_ID, NAME]
    tables = [pd.DataFrame(columns=columns, dtype="str")]
    zones = pd.DataFrame() if zones is None else zones
    for role in roles_of(zones):
        table = pd.DataFrame({ZONE_CODE: zones[ZONE_CODE].to_numpy(), ROLE: role})
        table[NAME] = _taken_apart(zones[role])
        ids = zones.get(f"{role}{_ID}")
        if ids is None:
            table = table.explode(NAME).assign(**{STAFF_ID: ""})
        else:
            table[STAFF_ID] = _taken_apart(ids)
            faults = Faults("zones", zones.index)
            unlike = table[NAME].str.len() != table[STAFF_ID].str.len()
            faults.add(
                SchemaError,
                unlike.to_numpy(bool),
                f"{role!r} and '{role}{_ID}' name different numbers of persons",
            )
            faults.raise_if_any()
            table = table.explode([NAME, STAFF_ID])
        tables.append(table.loc[table[NAME] != "", columns])
    return pd.concat(tables, ignore_index=True).astype("str")


def staff_with_zones(staff: pd.DataFrame | None, posts: pd.DataFrame) -> pd.DataFrame:
    """List persons with ``n_zones`` and ``zone_codes``; those of the posts where ``staff`` is None.

    Raises
    ------
    SchemaError
        ``staff`` lacks ``staff_id`` or ``name``.
    CodeError
        A person stands twice in ``staff``; zones name somebody who may be one of several.

    Warns
    -----
    UserWarning
        Zones name persons who are not in ``staff``; they are listed behind all others.
    """
    key = STAFF_ID if (posts[STAFF_ID] != "").any() else NAME
    if staff is None:
        firsts = posts.groupby(posts[key].where(posts[key] != "", posts[NAME]), sort=False)
        staff = firsts[[STAFF_ID, NAME, ROLE]].first().reset_index(drop=True)
        if key == NAME:
            staff = staff.drop(columns=STAFF_ID)
    else:
        staff = _guarded_staff(staff, posts, key)
    unique = posts.drop_duplicates([ZONE_CODE, key])
    groups = unique.groupby(key)[ZONE_CODE]
    codes = staff[key].map(groups.agg(BETWEEN.join)).astype("str").fillna("")
    number = staff[key].map(groups.size()).fillna(0).astype("int64")
    return staff.assign(n_zones=number, zone_codes=codes)


def _guarded_staff(staff: pd.DataFrame, posts: pd.DataFrame, key: str) -> pd.DataFrame:
    refuse_repeated(staff, "staff")
    require_columns(staff, [STAFF_ID, NAME], "staff")
    faults = Faults("staff", staff.index)
    add_code_faults(faults, staff[STAFF_ID], STAFF_ID)
    named = staff[NAME].isin(posts[NAME])
    if key == NAME:
        faults.add(
            CodeError,
            (staff[NAME].duplicated(keep=False) & named).to_numpy(bool),
            "several persons have a name that zones give; give the zones '<role>_id' too",
        )
    faults.raise_if_any()
    strange = posts[~posts[key].isin(staff[key])].drop_duplicates(key)
    if strange.empty:
        return staff.reset_index(drop=True)
    told = ", ".join(strange[key].iloc[:SHOWN_ROWS])
    warnings.warn(
        f"zones name {len(strange):,} persons who are not in `staff` by {key!r} ({told}); they are "
        "listed behind all others.",
        stacklevel=6,
    )
    known = [name for name in (STAFF_ID, NAME, ROLE) if name in staff]
    return pd.concat([staff, strange[known]], ignore_index=True)


def _taken_apart(names: pd.Series) -> pd.Series:
    texts = names.astype(object).fillna("").astype("str").str.strip()
    return texts.str.split(SEPARATOR, regex=True).map(_trimmed).set_axis(range(len(names)))


def _trimmed(names: list[str]) -> list[str]:
    return [name.strip() for name in names if name.strip()] or [""]
