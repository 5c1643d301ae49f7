"""What a walk gives: frames, the proof that they fit together, and all that is handed out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from gridgeo.files import staged, write_frame, write_json
from gridgeo.ledger import write_ledger
from gridgeo.maps import explore_grid, explore_tree, plot_sheet, save_html, save_sheet
from gridgeo.schema import AREA_M2, CELL_CODE, CLASS_CODE, KIND, KINDS, PARENT_CODE, Language
from gridgeo.validate import require_option
from gridgeo.workflow.progress import steps

if TYPE_CHECKING:
    import os

    import pandas as pd
    from geopandas import GeoDataFrame

    from gridgeo.coverage import CoverageReport
    from gridgeo.staffing import StaffingReport
    from gridgeo.zone_check import ZonesReport

FILES: Final = ("cells.gpkg", "components.gpkg", "coverage.json", "map.html", "map.png")
"""What :meth:`GridPlan.save` writes; no ``components.gpkg`` where there are none."""

ZONE_FILES: Final = ("ledger.xlsx", "tree.html", "zones.gpkg")
"""What it writes too where there are zones."""


@dataclass(frozen=True)
class GridPlan:
    """A city's grid: its frames, and the proof that they fit together.

    ``coverage`` holds the cells against the areas, ``areas_coverage`` the areas against each
    other: gaps and overlaps that were there before anything was cut. With zones, ``zones_check``
    tells how they are balanced, with staff ``staffing`` who is missing where.
    """

    areas: GeoDataFrame
    cells: GeoDataFrame
    components: GeoDataFrame | None
    coverage: CoverageReport
    areas_coverage: CoverageReport
    zones: GeoDataFrame | None = None
    zones_check: ZonesReport | None = None
    staff: pd.DataFrame | None = None
    staffing: StaffingReport | None = None
    key_units: GeoDataFrame | None = None

    @property
    def reports(self) -> dict[str, CoverageReport | ZonesReport | StaffingReport]:
        """The reports there are, by what they are on."""
        every = {
            "cells": self.coverage,
            "areas": self.areas_coverage,
            "zones": self.zones_check,
            "staff": self.staffing,
        }
        return {name: report for name, report in every.items() if report is not None}

    @property
    def ok(self) -> bool:
        """Whether no report has a fault."""
        return all(report.ok for report in self.reports.values())

    def __repr__(self) -> str:
        """Count what the plan holds, and give the verdicts on its parts."""
        kinds = self.cells[KIND].value_counts()
        by_kind = ", ".join(f"{kinds.get(kind, 0):,} {kind}" for kind in KINDS)
        km2 = self.cells[AREA_M2].sum() / 1e6
        lines = [
            f"areas       {len(self.areas):,}",
            f"cells       {len(self.cells):,} ({by_kind}), {km2:,.3f} km2, {self.cells.crs.name}",
        ]
        if self.components is not None:
            lines.append(f"components  {_placed(self.components)}")
        lines += _told("coverage", "areas", self.areas_coverage)
        lines += _told("", "cells", self.coverage)
        if self.zones is not None and self.zones_check is not None:
            lines.append(f"zones       {len(self.zones):,}: {self.zones_check.verdict}")
        if self.staff is not None and self.staffing is not None:
            lines.append(f"staff       {len(self.staff):,}: {self.staffing.verdict}")
        return "\n".join(lines)

    def save(
        self,
        folder: str | os.PathLike[str],
        *,
        title: str | None = None,
        language: Language = "en",
    ) -> list[Path]:
        """Write the plan into a folder: frames, reports, ledger, interactive map and sheet.

        All files are written first and moved in together; a stopped run leaves the old ones. A
        file of an earlier plan that this one does not write is removed.

        Parameters
        ----------
        folder
            Where to; made where it does not exist.
        title
            Title of maps, tree and ledger.
        language
            Of all of them.

        Returns
        -------
        list of Path
            The files: ``cells.gpkg``, ``components.gpkg`` where there are components,
            ``coverage.json`` with all reports, ``map.html`` (opens without a network) and
            ``map.png``; with zones ``zones.gpkg``, ``ledger.xlsx`` and ``tree.html``.
        """
        require_option(language, get_args(Language), "language")
        with staged(folder) as part, steps("save", 5) as step:
            step("frames")
            for name in ("cells", "components", "zones"):
                if (frame := getattr(self, name)) is not None:
                    write_frame(frame, part / f"{name}.gpkg")
            step("reports")
            write_json(self.to_dict(), part / "coverage.json")
            step("ledger")
            if self.zones is not None:
                self._write_management(self.zones, part, title, language)
            step("page")
            said = {**self._shown(), "title": title, "language": language}
            save_html(explore_grid(self.cells, **said), part / "map.html")
            step("sheet")
            save_sheet(plot_sheet(self.cells, **said), part / "map.png")
            names = sorted(file.name for file in part.iterdir())
        for stale in {*FILES, *ZONE_FILES} - set(names):
            (Path(folder) / stale).unlink(missing_ok=True)
        return [Path(folder) / name for name in names]

    def _shown(self) -> dict[str, Any]:
        frames = ("components", "zones", "key_units", "staff")
        shown = {name: getattr(self, name) for name in frames}
        areas, within = self.areas, self._within
        if within is not None and PARENT_CODE not in areas:
            areas = areas.assign(**{PARENT_CODE: areas[within]})
        return {"areas": areas, **shown}

    @property
    def _within(self) -> str | None:
        return None if self.zones_check is None else self.zones_check.within

    def _write_management(
        self, zones: GeoDataFrame, part: Path, title: str | None, language: Language
    ) -> None:
        """Write who is in charge of what: the ledger and the tree."""
        write_ledger(
            part / "ledger.xlsx",
            cells=self.cells,
            reports=list(self.reports.values()),
            title=title,
            language=language,
            **self._shown(),
        )
        within = None if self.zones_check is None else self.zones_check.within
        tree = explore_tree(zones, within=within, staff=self.staff, title=title, language=language)
        save_html(tree, part / "tree.html")

    def to_dict(self) -> dict[str, Any]:
        """Give all reports and the fate of the components, as JSON can hold them."""
        components = None if self.components is None else _fate(self.components)
        told = {name: report.to_dict() for name, report in self.reports.items()}
        return {"ok": self.ok, **told, "components": components}


def _told(heading: str, name: str, report: CoverageReport) -> list[str]:
    """Give the verdict on one coverage, and a line for each kind of fault there is."""
    kinds = report.to_dict()["faults"].items()
    faults = [
        f"              {kind.replace('_', ' ')}: {found['count']:,} ({found['m2']:,.3f} m2)"
        for kind, found in kinds
        if found["count"]
    ]
    return [f"{heading:<12}{name}: {report.verdict}", *faults]


def _fate(components: GeoDataFrame) -> dict[str, Any]:
    """Count components by what became of them, and by class."""
    placed = components[CELL_CODE] != ""
    reasons = components.loc[components["reason"] != "", "reason"].value_counts()
    classes = components[CLASS_CODE].astype(object).fillna("").astype(str)
    return {
        "count": len(components),
        "placed": int(placed.sum()),
        "reasons": {str(reason): int(count) for reason, count in reasons.items()},
        "outside_by_class": {
            str(code): int(count) for code, count in classes[~placed].value_counts().items()
        },
    }


def _placed(components: GeoDataFrame) -> str:
    inside = int((components[CELL_CODE] != "").sum())
    outside = len(components) - inside
    n_classes = components[CLASS_CODE].nunique() if CLASS_CODE in components else 0
    classes = "1 class" if n_classes == 1 else f"{n_classes:,} classes"
    return f"{inside:,} of {len(components):,} in a cell, {outside:,} in none; {classes}"
