"""The whole walk: areas and components in, a grid that can be managed out."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from tqdm import tqdm

from gridgeo.cells import areas_to_cells
from gridgeo.coverage import check_coverage
from gridgeo.files import staged, write_frame, write_json, write_parts
from gridgeo.geocoding import CellIndex, geocode
from gridgeo.maps import explore_grid, plot_sheet, save_html, save_sheet
from gridgeo.schema import AREA_CODE, AREA_M2, CELL_CODE, CLASS_CODE, KIND, KINDS, Language
from gridgeo.validate import check_areas, require_columns, require_geoframe, require_option

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from geopandas import GeoDataFrame

    from gridgeo.codes import CodeScheme
    from gridgeo.coverage import CoverageReport
    from gridgeo.geocoding import By
    from gridgeo.grids import H3Grid, SquareGrid
    from gridgeo.io import ComponentChunks
    from gridgeo.schema import Outside

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

        All files are written first and moved in together; a stopped run leaves the old ones. A
        file of an earlier plan that this one does not write is removed.

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
        require_option(language, get_args(Language), "language")
        layers = {"areas": self.areas, "components": self.components}
        with staged(folder) as part, _steps("save", 4) as step:
            step("frames")
            write_frame(self.cells, part / "cells.gpkg")
            if self.components is not None:
                write_frame(self.components, part / "components.gpkg")
            step("report")
            write_json(self.to_dict(), part / "coverage.json")
            step("page")
            page = explore_grid(self.cells, **layers, title=title, language=language)
            save_html(page, part / "map.html")
            step("sheet")
            sheet = plot_sheet(self.cells, **layers, title=title, language=language)
            save_sheet(sheet, part / "map.png")
            names = sorted(file.name for file in part.iterdir())
        for stale in set(FILES) - set(names):
            (Path(folder) / stale).unlink(missing_ok=True)
        return [Path(folder) / name for name in names]

    def to_dict(self) -> dict[str, Any]:
        """Give both coverage reports and the fate of the components, as JSON can hold them."""
        components = None if self.components is None else _fate(self.components)
        return {
            "ok": self.ok,
            "cells": self.coverage.to_dict(),
            "areas": self.areas_coverage.to_dict(),
            "components": components,
        }


def build_plan(  # noqa: PLR0913 - the options of every stage it walks, all named
    areas: GeoDataFrame,
    *,
    components: GeoDataFrame | None = None,
    grid: SquareGrid | H3Grid | None = None,
    min_share: float = 0.5,
    crs: object = None,
    scheme: CodeScheme | None = None,
    outside: Outside = "keep",
) -> GridPlan:
    """Cut areas into cells, put components into them, and prove the coverage.

    Parameters
    ----------
    areas
        Administrative areas; see :func:`gridgeo.areas_to_cells`.
    components
        City components with ``class_code``; see :func:`gridgeo.geocode`. A warning tells when
        fewer than half of them lie in a cell.
    grid, min_share, crs, scheme
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
    check_areas(areas)
    if components is not None:
        require_geoframe(components, "components")
        require_columns(components, [CLASS_CODE], "components")
    with _steps("plan", 4) as step:
        step("check areas")
        areas_coverage = check_coverage(areas[[AREA_CODE, areas.active_geometry_name]])
        step("cut")
        cells = areas_to_cells(areas, grid, min_share=min_share, crs=crs, scheme=scheme)
        step("geocode")
        if components is not None:
            components = geocode(components, cells, outside=outside)
            _warn_if_astray(components)
        step("check cells")
        coverage = check_coverage(cells, areas)
    return GridPlan(areas, cells, components, coverage, areas_coverage)


@dataclass(frozen=True)
class PlacingSummary:
    """What became of the components of a file.

    ``n_features`` rows that were read, ``n_rows`` rows that were written (more where lines were
    split), ``placed`` of these in a cell, and ``reasons``: how many rows have each.
    """

    n_features: int
    n_rows: int
    placed: int
    reasons: Mapping[str, int]

    def __repr__(self) -> str:
        """Tell how many lie in a cell, and why the others do not."""
        rows = f" in {self.n_rows:,} rows" if self.n_rows != self.n_features else ""
        told = "".join(f"; {reason}: {n:,}" for reason, n in self.reasons.items() if n)
        return f"{self.n_features:,} components{rows}, {self.placed:,} in a cell{told}"


def geocode_to_file(
    parts: ComponentChunks,
    cells: GeoDataFrame | CellIndex,
    path: str | os.PathLike[str],
    *,
    by: By = "point",
    outside: Outside = "keep",
    max_distance: float | None = None,
) -> PlacingSummary:
    """Put the components of a large file into cells, in the memory that one part needs.

    Parameters
    ----------
    parts
        Components part by part, as :func:`gridgeo.iter_components` reads them.
    cells, by, outside, max_distance
        As for :func:`gridgeo.geocode`.
    path
        Where to write what :func:`gridgeo.geocode` gives: ``.parquet``, ``.csv`` (without
        geometries) or ``.gpkg``. It appears when all is written; an old file stays until then.

    Returns
    -------
    PlacingSummary
        How many rows there were, and what became of them.

    Raises
    ------
    InputError
        As :func:`gridgeo.geocode` and the readers; the file cannot be written.

    Examples
    --------
    >>> import gridgeo as gg
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    >>> parts = gg.iter_components(gg.datasets.sample_path("components"), chunk_rows=10_000)
    >>> with TemporaryDirectory() as folder:
    ...     geocode_to_file(parts, cells, Path(folder, "placed.parquet"))
    34,971 components, 34,964 in a cell; outside: 7
    """
    index = cells if isinstance(cells, CellIndex) else CellIndex(cells)
    n_features, n_rows, placed, reasons = 0, 0, 0, Counter[str]()
    with write_parts(path) as write, _bar(parts) as advance, _said_once() as listening:
        for part in parts:
            with listening():
                found = geocode(part, index, by=by, outside=outside, max_distance=max_distance)
            write(found)
            n_features, n_rows = n_features + len(part), n_rows + len(found)
            placed += int(found["placed"].sum())
            reasons.update(found.loc[found["reason"] != "", "reason"].value_counts().to_dict())
            advance()
    return PlacingSummary(n_features, n_rows, placed, dict(reasons))


def _told(heading: str, name: str, report: CoverageReport) -> list[str]:
    """Give the verdict on one coverage, and a line for each kind of fault there is."""
    kinds = report.to_dict()["faults"].items()
    faults = [
        f"              {kind.replace('_', ' ')}: {found['count']:,} ({found['m2']:,.3f} m2)"
        for kind, found in kinds
        if found["count"]
    ]
    return [f"{heading:<12}{name}: {report.verdict}", *faults]


def _warn_if_astray(components: GeoDataFrame) -> None:
    placed = int((components[CELL_CODE] != "").sum())
    if placed < len(components) / 2:
        warnings.warn(
            f"only {placed:,} of {len(components):,} components lie in a cell; check their CRS, "
            "and whether longitude and latitude are swapped.",
            stacklevel=3,
        )


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


@contextmanager
def _bar(parts: ComponentChunks) -> Iterator[Callable[[], None]]:
    """Show how much of a file is done; gives the function that says that a part is."""
    with tqdm(
        total=parts.n_bytes, desc="geocode", unit="B", unit_scale=True, delay=1, leave=False
    ) as bar:

        def advance() -> None:
            bar.update(parts.bytes_read - bar.n)

        yield advance


@contextmanager
def _said_once() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Pass on the first warning of many parts that differ in their numbers alone."""
    said: set[str] = set()

    @contextmanager
    def listening() -> Iterator[None]:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield
        for one in heard:
            kind = re.sub(r"[\d,.%]+", "", str(one.message))
            if kind not in said:
                warnings.warn(one.message, stacklevel=4)
            said.add(kind)

    yield listening


@contextmanager
def _steps(name: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar for work above a second; gives the function that says which step begins."""
    with tqdm(total=total, desc=name, unit="step", delay=1, leave=False) as bar:

        def begin(step: str) -> None:
            bar.set_description(f"{name}: {step}", refresh=False)
            bar.update()

        yield begin
