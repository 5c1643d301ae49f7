"""The whole walk: areas and components in, a grid that can be managed out."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from gridgeo.cells import areas_to_cells
from gridgeo.coverage import check_coverage
from gridgeo.geocoding import geocode
from gridgeo.io import staged, write_frame, write_json
from gridgeo.maps import explore_grid, plot_sheet, save_html, save_sheet
from gridgeo.schema import AREA_M2, CELL_CODE, CLASS_CODE, KIND, KINDS

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from geopandas import GeoDataFrame

    from gridgeo.coverage import CoverageReport
    from gridgeo.grids import H3Grid, SquareGrid
    from gridgeo.schema import Language, Outside

FILES = ("cells.gpkg", "components.gpkg", "coverage.json", "map.html", "map.png")
"""What :meth:`GridPlan.save` writes; no ``components.gpkg`` where there are none."""


@dataclass(frozen=True)
class GridPlan:
    """A city's grid: its frames, and the proof that they fit together.

    ``coverage`` holds the cells against the areas, ``areas_coverage`` the areas against each
    other: gaps and overlaps that were there before anything was cut.
    """

    areas: GeoDataFrame
    cells: GeoDataFrame
    components: GeoDataFrame | None
    coverage: CoverageReport
    areas_coverage: CoverageReport

    @property
    def ok(self) -> bool:
        """Whether neither the areas nor their cells have a fault."""
        return self.coverage.ok and self.areas_coverage.ok

    def __repr__(self) -> str:
        """Count what the plan holds, and give the verdicts on the areas and on their cells."""
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
        return "\n".join(lines)

    def save(
        self,
        folder: str | os.PathLike[str],
        *,
        title: str | None = None,
        language: Language = "en",
    ) -> list[Path]:
        """Write the plan into a folder: frames, report, interactive map and printed sheet.

        All files are written first and moved in together; a stopped run leaves the old ones.

        Parameters
        ----------
        folder
            Where to; made where it does not exist.
        title
            Title of both maps.
        language
            Of both maps.

        Returns
        -------
        list of Path
            The files: ``cells.gpkg``, ``components.gpkg`` where there are components,
            ``coverage.json``, ``map.html`` (opens without a network) and ``map.png``.
        """
        layers = {"areas": self.areas, "components": self.components}
        with staged(folder) as part, _steps("save", 4) as step:
            write_frame(self.cells, part / "cells.gpkg")
            if self.components is not None:
                write_frame(self.components, part / "components.gpkg")
            step()
            verdicts = {"cells": self.coverage.to_dict(), "areas": self.areas_coverage.to_dict()}
            write_json({"ok": self.ok, **verdicts}, part / "coverage.json")
            step()
            page = explore_grid(self.cells, **layers, title=title, language=language)
            save_html(page, part / "map.html")
            step()
            sheet = plot_sheet(self.cells, **layers, title=title, language=language)
            save_sheet(sheet, part / "map.png")
            step()
            names = sorted(file.name for file in part.iterdir())
        return [Path(folder) / name for name in names]


def build_plan(
    areas: GeoDataFrame,
    *,
    components: GeoDataFrame | None = None,
    grid: SquareGrid | H3Grid | None = None,
    min_share: float = 0.5,
    crs: object = None,
    outside: Outside = "keep",
) -> GridPlan:
    """Cut areas into cells, put components into them, and prove the coverage.

    Parameters
    ----------
    areas
        Administrative areas; see :func:`gridgeo.areas_to_cells`.
    components
        City components; see :func:`gridgeo.geocode`.
    grid, min_share, crs
        As for :func:`gridgeo.areas_to_cells`.
    outside
        What to do with components outside every cell: keep them with an empty code, give them
        to the nearest cell, or raise.

    Returns
    -------
    GridPlan
        The frames and both coverage reports. Faults are reported, not raised: ask
        ``plan.coverage.raise_for_faults()``.

    Raises
    ------
    InputError, TooLargeError
        As the stages do.
    """
    with _steps("plan", 4) as step:
        areas_coverage = check_coverage(areas)
        step()
        cells = areas_to_cells(areas, grid, min_share=min_share, crs=crs)
        step()
        if components is not None:
            components = geocode(components, cells, outside=outside)
        step()
        coverage = check_coverage(cells, areas)
        step()
    return GridPlan(areas, cells, components, coverage, areas_coverage)


def _told(heading: str, name: str, report: CoverageReport) -> list[str]:
    """Give the verdict on one coverage, and a line for each kind of fault there is."""
    kinds = report.to_dict()["faults"].items()
    faults = [
        f"              {kind.replace('_', ' ')}: {found['count']:,} ({found['m2']:,.3f} m2)"
        for kind, found in kinds
        if found["count"]
    ]
    return [f"{heading:<12}{name}: {report.verdict}", *faults]


def _placed(components: GeoDataFrame) -> str:
    inside = int((components[CELL_CODE] != "").sum())
    outside = len(components) - inside
    n_classes = components[CLASS_CODE].nunique() if CLASS_CODE in components else 0
    classes = "1 class" if n_classes == 1 else f"{n_classes:,} classes"
    return f"{inside:,} of {len(components):,} in a cell, {outside:,} in none; {classes}"


@contextmanager
def _steps(name: str, total: int) -> Iterator[Callable[[], object]]:
    """Show a bar for work above a second; gives the function that moves it on."""
    with tqdm(total=total, desc=name, unit="step", delay=1, leave=False) as bar:
        yield bar.update
