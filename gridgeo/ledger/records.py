"""One zone of a ledger: its facts, its persons, and what lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import pandas as pd

from gridgeo.ledger.posts import roles_of
from gridgeo.ledger.words import words
from gridgeo.roles import role_names
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    AREA_NAME,
    LOAD,
    N_CELLS,
    N_COMPONENTS,
    NAME,
    ROLE,
    ZONE_NAME,
)

if TYPE_CHECKING:
    from gridgeo.ledger.contents import Contents

_SHOWN: Final = 8
"""Areas of a zone that are named; of more it is told how many."""

Fact: TypeAlias = tuple[str, object, str]
"""What it is called, its value, its unit."""


@dataclass(frozen=True)
class ZoneRecord:
    """What is known of one zone.

    ``persons`` are the names of each role, empty where nobody fills it; ``cells``,
    ``components`` and ``key_units`` the rows of the zone.
    """

    code: str
    name: str
    facts: tuple[Fact, ...]
    persons: tuple[tuple[str, str], ...]
    cells: pd.DataFrame
    components: pd.DataFrame | None
    key_units: pd.DataFrame | None


def zone_record(contents: Contents, code: str) -> ZoneRecord:
    """Gather what is known of one zone."""
    zone = contents.zone(code)
    cells = contents.cells.iloc[contents.cells_of[code]]
    parts, units = contents.components, contents.key_units
    nothing: list[int] = []
    return ZoneRecord(
        code,
        str(zone.get(ZONE_NAME, "") or ""),
        tuple(_facts(contents, code, cells)),
        tuple(_persons(contents, code)),
        cells,
        None if parts is None else parts.iloc[contents.components_of.get(code, nothing)],
        None if units is None else units.iloc[contents.key_units_of.get(code, nothing)],
    )


def _facts(contents: Contents, code: str, cells: pd.DataFrame) -> list[Fact]:
    said, zone = words(contents.language), contents.zone(code)
    facts: list[Fact] = [
        (said["area"], float(zone[AREA_M2]), said["m2"]),
        (said["n_cells"], int(zone[N_CELLS]), ""),
    ]
    if LOAD in zone and pd.notna(zone[LOAD]):
        load = float(zone[LOAD])
        facts.append((said["load"], int(load) if load.is_integer() else load, ""))
    if N_COMPONENTS in zone:
        facts.append((said["n_components"], int(zone[N_COMPONENTS]), ""))
    if contents.key_units is not None:
        facts.append((said["n_key_units"], len(contents.key_units_of.get(code, ())), ""))
    column = AREA_NAME if AREA_NAME in cells else AREA_CODE
    if column in cells:
        names = [str(name) for name in cells[column].dropna().unique() if name]
        told = said["list"].join(names[:_SHOWN])
        more = said["more_areas"].format(n=len(names)) if len(names) > _SHOWN else ""
        facts.append((said["areas"], told + more, ""))
    if code in contents.positions:
        facts.append((said["position"], position_in_words(*contents.positions[code]), ""))
    return facts


def position_in_words(lon: float, lat: float) -> str:
    """Write a place on the ground in degrees, to a metre.

    Examples
    --------
    >>> position_in_words(116.58812, -33.04321)
    '33.04321° S, 116.58812° E'
    """
    north, east = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
    return f"{abs(lat):.5f}° {north}, {abs(lon):.5f}° {east}"


def _persons(contents: Contents, code: str) -> list[tuple[str, str]]:
    if contents.zones is None:
        return []
    said, names = words(contents.language), role_names(contents.language)
    posts = contents.posts.iloc[contents.posts_of.get(code, [])]
    found = posts.groupby(ROLE)[NAME].agg(said["persons_list"].join)
    return [(names.get(role, role), str(found.get(role, ""))) for role in roles_of(contents.zones)]
