"""The report on a coverage: a value with frames in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from gridgeo._coverage_told import coverage_html, coverage_text
from gridgeo._fault_words import FAULTS, ODD_SIZES, verdict_in_words
from gridgeo._records import FaultReport, first_codes, join_kinds, m2_of, records, with_rows
from gridgeo.crs import ellipsoid_area_m2
from gridgeo.errors import CoverageError
from gridgeo.files import write_layers
from gridgeo.schema import AREA_CODE, CELL_CODE

if TYPE_CHECKING:
    import os
    from collections.abc import Hashable
    from pathlib import Path

    import folium
    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

    from gridgeo.schema import Language

__all__ = ["FAULTS", "CoverageReport"]

_CODES: Final = (
    CELL_CODE,
    "cell_code_1",
    "cell_code_2",
    AREA_CODE,
    "area_code_1",
    "area_code_2",
    "reaches_into",
    "lies_in",
    "cell_codes",
    "reason",
)


@dataclass(frozen=True, eq=False, repr=False)
class CoverageReport(FaultReport):
    """What ``check_coverage`` found.

    Every kind of fault is a GeoDataFrame in the CRS of the check, one row a fault, with ``m2`` and
    ``geometry``; the index of those that name one cell holds the labels of the cells.

    Parameters
    ----------
    gaps
        ``area_code``: ground of an area, or a hole between the cells, that no cell covers.
    overlaps
        ``cell_code_1``, ``cell_code_2``, ``area_code_1``, ``area_code_2``: the ground they share.
    outside
        ``cell_code``, ``area_code``: what of a cell lies in no area.
    crossings
        ``cell_code``, ``area_code``, ``reaches_into``: what of a cell lies in that second area.
    wrong_area_codes
        ``cell_code``, ``area_code`` as the cell has it, ``lies_in``: the area that has most of it.
    invalid
        ``cell_code``, ``area_code``, ``reason``; these rows are left out of all that is measured.
    unmatched_edges
        ``cell_codes`` (by comma), ``length_m``: stretches of border, within one area, that
        neighbours draw with other vertices though no ground is at fault there; ``m2`` is 0.
        They match no longer in any other CRS.
    duplicate_codes
        ``cell_code``, ``area_code``: cells whose code is missing or repeated.
    odd_sizes
        ``cell_code``, ``area_code``: cells smaller or larger than asked for. A warning, no fault.
    unbalanced
        ``area_code``: areas out of balance that no other fault names; ``m2`` is the difference.
    balance
        One row an area: ``area_code``, ``area_m2``, ``cells_m2``, ``difference_m2`` (cells less
        area), ``relative``, ``allowed_m2``, ``n_cells`` and the area's
        geometry. No rows where no areas were given.
    rows
        Index labels of the cells at fault, in the order of the cells.
    n_cells, n_areas
        How many there are, at fault or not.
    area_m2, cells_m2
        Sums in m2: the areas (None where none were given), the valid cells.
    tolerance_m2, tolerance_m
        Up to which a single polygon and a distance were taken for rounding.
    """

    gaps: GeoDataFrame
    overlaps: GeoDataFrame
    outside: GeoDataFrame
    crossings: GeoDataFrame
    wrong_area_codes: GeoDataFrame
    invalid: GeoDataFrame
    unmatched_edges: GeoDataFrame
    duplicate_codes: GeoDataFrame
    odd_sizes: GeoDataFrame
    unbalanced: GeoDataFrame
    balance: GeoDataFrame
    rows: tuple[Hashable, ...]
    n_cells: int
    n_areas: int
    area_m2: float | None
    cells_m2: float
    tolerance_m2: float
    tolerance_m: float

    @cached_property
    def ellipsoid_m2(self) -> float | None:
        """Area of the areas on the WGS 84 ellipsoid, m2; None where none were given."""
        return float(ellipsoid_area_m2(self.balance).sum()) if self.n_areas else None

    def findings(self) -> GeoDataFrame:
        """Give all faults in one GeoDataFrame: ``kind``, codes, ``m2`` and ``geometry``.

        Codes that a kind does not have are empty text, so that the frame fits one file.
        """
        return join_kinds(self.found(), _CODES, ["m2"])

    def raise_for_faults(self) -> None:
        """Raise where anything was found.

        Raises
        ------
        CoverageError
            With the number of faults, m2 and first codes of each kind; ``.rows`` as the report's.
        """
        if self.ok:
            return
        told = "; ".join(
            f"{kind}: {len(frame):,}, {m2_of(frame) or 'no m2'} ({_first_codes(frame)})"
            for kind, frame in self.found().items()
            if len(frame)
        )
        raise CoverageError(
            f"the coverage is not sound: {told}. See report.findings() for the places.",
            rows=self.rows,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain types that JSON can hold.

        Instead of its geometry a fault has the longitude and latitude of a point inside it.
        """
        faults = {
            kind: {
                "count": len(frame),
                "m2": float(frame["m2"].sum()),
                "rows": records(frame, place=True),
            }
            for kind, frame in self.found().items()
        }
        return {
            "ok": self.ok,
            "n_faults": self.n_faults,
            "crs": self.gaps.crs.to_string(),
            "tolerance_m2": self.tolerance_m2,
            "tolerance_m": self.tolerance_m,
            "n_cells": self.n_cells,
            "n_areas": self.n_areas,
            "area_m2": self.area_m2,
            "cells_m2": self.cells_m2,
            "ellipsoid_m2": self.ellipsoid_m2,
            "faults": faults,
            "balance": records(self.balance),
        }

    def to_gpkg(self, path: str | os.PathLike[str]) -> Path:
        """Write a GeoPackage, whole or not at all: a layer for each kind of fault that has rows.

        The layers are called as the kinds are; ``odd_sizes`` is one where it has rows, and
        ``balance`` always. Open it in QGIS above the cells.

        Raises
        ------
        InputError
            The name does not end in ``.gpkg``, or the file cannot be written.
        """
        kinds = with_rows({**self.found(), ODD_SIZES: self.odd_sizes})
        return write_layers({**kinds, "balance": self.balance}, path)

    def to_text(self, language: Language = "en") -> str:
        """Write lines for a terminal: verdict, sums, and a line for each kind of fault.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return coverage_text(self, language)

    def to_html(self, language: Language = "en") -> str:
        """Write a table that a planner can read: verdict, each kind of fault in words, sums.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return coverage_html(self, language)

    def explore(
        self,
        *,
        cells: GeoDataFrame | None = None,
        language: Language = "en",
        title: str | None = None,
        basemap: str | None = None,
    ) -> folium.Map:
        """Show the faults on a map; see :func:`gridgeo.explore_faults`."""
        from gridgeo.maps import explore_faults  # noqa: PLC0415 - see CONTRIBUTING: the house

        return explore_faults(self, cells=cells, language=language, title=title, basemap=basemap)

    def plot(
        self,
        *,
        cells: GeoDataFrame | None = None,
        language: Language = "en",
        title: str | None = None,
    ) -> Figure:
        """Draw the faults as a picture; see :func:`gridgeo.plot_faults`."""
        from gridgeo.maps import plot_faults  # noqa: PLC0415 - see CONTRIBUTING: the house

        return plot_faults(self, cells=cells, language=language, title=title)

    @property
    def verdict(self) -> str:
        """The result in a few words: sound, or how many faults."""
        return verdict_in_words(self.n_faults, with_areas=bool(self.n_areas), language="en")

    def found(self) -> dict[str, GeoDataFrame]:
        """Give the faults by kind, in the order of the report."""
        return {kind: getattr(self, kind) for kind in FAULTS}


def _first_codes(frame: GeoDataFrame) -> str:
    cells = (CELL_CODE, "cell_code_1", "cell_code_2", "cell_codes")
    names = [name for name in cells if name in frame] or [AREA_CODE]
    return first_codes(frame, names, " with ")
