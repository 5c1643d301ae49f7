"""The report on staffing: a value with frames in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from gridgeo._persons import named
from gridgeo._records import FaultReport, records, with_rows
from gridgeo._staff_words import STAFF_FAULTS, staff_verdict
from gridgeo._staffing_told import staffing_html, staffing_text
from gridgeo.errors import AssignmentError
from gridgeo.files import write_layers
from gridgeo.schema import NAME, ROLE, STAFF_ID, ZONE_CODE

if TYPE_CHECKING:
    import os
    from collections.abc import Hashable
    from pathlib import Path

    from gridgeo.roles import Role
    from gridgeo.schema import Language

_TEXTS = (
    ZONE_CODE,
    ROLE,
    STAFF_ID,
    NAME,
    "other_role",
    "has_role",
    "has_name",
    "serves_in",
    "lies_in",
)
_NUMBERS = ("has", "needs", "at_most", "n_zones", "max_zones")


@dataclass(frozen=True, eq=False, repr=False)
class StaffingReport(FaultReport):
    """What ``check_staffing`` found.

    Every kind of fault is a table, one row a fault; roles stand in it by their key.

    Parameters
    ----------
    vacancies
        ``zone_code``, ``role``, ``has`` (persons of the staff, each once), ``needs``.
    surplus
        ``zone_code``, ``role``, ``has``, ``at_most``.
    overloaded
        ``staff_id``, ``name``, ``role``, ``n_zones``, ``max_zones``.
    unknown_persons
        ``zone_code``, ``role``, ``staff_id``, ``name`` as the zone has it.
    repeated_persons
        ``zone_code``, ``role``, ``staff_id``, ``name``; once for every time beyond the first.
    same_persons
        ``zone_code``, ``role``, ``other_role`` from which it must differ, ``staff_id``, ``name``.
    wrong_roles
        ``zone_code``, ``role``, ``staff_id``, ``name``, ``has_role``: that of the staff.
    wrong_names
        ``zone_code``, ``role``, ``staff_id``, ``name`` as the staff has it, ``has_name`` as the
        zone has it, empty text where it has not as many names as ids.
    wrong_places
        ``zone_code``, ``role``, ``staff_id``, ``name``, ``serves_in`` as the staff has it,
        ``lies_in`` as the zone has it.
    persons
        One row for every person of the staff, in its order: ``staff_id``, ``name``, ``role``;
        ``n_zones`` where they serve in any role; ``note``, which is no fault: why there is
        none (``no zone``, ``role not asked for``, ``place without zones``), else empty text.
    summary
        One row a role: ``role``; ``serving`` persons; ``fewest``, ``most`` and ``mean`` zones that
        one of them has; ``idle`` persons who might serve and have no zone in any role; zones that
        are ``short`` of persons.
    zones
        The zones: ``zone_code``, ``n_faults``, and the geometry where they have one.
    roles
        What was asked for.
    rows
        Index labels of the zones at fault, in their order.
    """

    vacancies: pd.DataFrame
    surplus: pd.DataFrame
    overloaded: pd.DataFrame
    unknown_persons: pd.DataFrame
    repeated_persons: pd.DataFrame
    same_persons: pd.DataFrame
    wrong_roles: pd.DataFrame
    wrong_names: pd.DataFrame
    wrong_places: pd.DataFrame
    persons: pd.DataFrame
    summary: pd.DataFrame
    zones: pd.DataFrame
    roles: tuple[Role, ...]
    rows: tuple[Hashable, ...]

    @property
    def verdict(self) -> str:
        """The result in a few words: staffed, or how many faults."""
        return staff_verdict(self.n_faults, "en")

    def found(self) -> dict[str, pd.DataFrame]:
        """Give the faults by kind, in the order of the report."""
        return {kind: getattr(self, kind) for kind in STAFF_FAULTS}

    def findings(self) -> pd.DataFrame:
        """Give all faults in one table: ``kind``, codes, names and numbers.

        Texts that a kind does not have are empty, numbers are missing.
        """
        kinds = [frame.assign(kind=kind) for kind, frame in self.found().items() if len(frame)]
        together = pd.concat(kinds, ignore_index=True) if kinds else pd.DataFrame({"kind": []})
        together = together.reindex(columns=["kind", *_TEXTS, *_NUMBERS])
        texts, numbers = ["kind", *_TEXTS], [*_NUMBERS]
        together[texts] = together[texts].astype(object).fillna("").astype("str")
        together[numbers] = together[numbers].astype("Float64").astype("Int64")
        return together

    def raise_for_faults(self) -> None:
        """Raise where anything was found.

        Raises
        ------
        AssignmentError
            With the number and the first zones or persons of each kind; ``.rows`` as the report's.
        """
        if self.ok:
            return
        told = "; ".join(
            f"{kind}: {len(frame):,} ({named(_first_of(frame))})"
            for kind, frame in self.found().items()
            if len(frame)
        )
        raise AssignmentError(
            f"the zones are not staffed: {told}. See report.findings() for all.", rows=self.rows
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain types that JSON can hold; persons are those with a note."""
        noted = self.persons[self.persons["note"] != ""]
        return {
            "ok": self.ok,
            "n_faults": self.n_faults,
            "n_zones": len(self.zones),
            "n_persons": len(self.persons),
            "roles": records(self.summary),
            "faults": {
                kind: {"count": len(frame), "rows": records(frame)}
                for kind, frame in self.found().items()
            },
            "persons": records(noted),
        }

    def to_gpkg(self, path: str | os.PathLike[str]) -> Path:
        """Write a GeoPackage, whole or not at all: a layer for each kind of fault that has rows.

        The layers are called as the kinds are; a fault of a zone has the zone's geometry.
        ``persons`` and ``summary`` are tables that are always there.

        Raises
        ------
        InputError
            The name does not end in ``.gpkg``, or the file cannot be written.
        """
        layers = {kind: self._on_map(frame) for kind, frame in with_rows(self.found()).items()}
        return write_layers({**layers, "persons": self.persons, "summary": self.summary}, path)

    def to_text(self, language: Language = "en") -> str:
        """Write lines for a terminal: verdict, a line for each role and each kind of fault.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return staffing_text(self, language)

    def to_html(self, language: Language = "en") -> str:
        """Write tables that a planner can read: verdict, kinds of fault in words, roles.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return staffing_html(self, language)

    def _on_map(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give faults of zones the geometry of their zone."""
        if ZONE_CODE not in frame or not isinstance(self.zones, gpd.GeoDataFrame):
            return frame
        shapes = self.zones.set_index(ZONE_CODE).geometry.reindex(frame[ZONE_CODE])
        return gpd.GeoDataFrame(frame, geometry=shapes.to_numpy(), crs=self.zones.crs)


def _first_of(frame: pd.DataFrame) -> list[str]:
    """Name each fault by its zone and role, or by its person and role."""
    who = ZONE_CODE if ZONE_CODE in frame else STAFF_ID
    return [" ".join(pair) for pair in zip(frame[who], frame[ROLE], strict=True)]
