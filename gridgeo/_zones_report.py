"""The report on zones: a value with frames in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gridgeo._records import FaultReport, first_codes, join_kinds, records, with_rows
from gridgeo._zone_words import ZONE_FAULTS, zones_verdict
from gridgeo._zones_told import zones_html, zones_text
from gridgeo.errors import ZoneError
from gridgeo.files import write_layers

if TYPE_CHECKING:
    import os
    from collections.abc import Hashable
    from pathlib import Path

    import pandas as pd
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo.schema import Language

_CODES: Final = ("cell_code", "zone_code", "unit", "reaches_into")
_MEASURES: Final = ("n_cells", "load", "share", "m2")


@dataclass(frozen=True, eq=False, repr=False)
class ZonesReport(FaultReport):
    """What ``check_zones`` found.

    Faults and islands are GeoDataFrames in the CRS of the check, one row each, with ``m2`` and
    ``geometry``.

    Parameters
    ----------
    zones
        One row a zone, sorted: ``zone_code``, ``unit`` in which most of it lies (empty text
        where there are none), ``n_cells``, ``area_m2``, ``load``, ``share``: its load by the mean
        of its unit, ``n_pieces`` that share no border, ``compactness``: 4 pi times its area by
        the square of its perimeter (Polsby and Popper), 1 for a circle.
    units
        One row a unit, sorted: ``unit``, ``n_zones``, ``load``, ``mean_load`` of its zones,
        ``max_to_mean``, ``min_to_mean``, and ``bound``: what max/mean must at least be, given the
        loads of the cells alone and parts of the unit that do not touch. Whether zones could be
        connected so is not asked; a plan at the bound cannot be bettered, one above it perhaps.
    unassigned
        ``cell_code``, ``load``: cells without a zone, under their labels.
    pieces
        ``zone_code``, ``n_cells``, ``load``: pieces that share no border with the largest piece of
        their zone, though they lie in the same part of a unit.
    crossings
        ``zone_code``, ``unit``, ``reaches_into``, ``n_cells``, ``load``: what lies in that unit.
    overloaded
        ``zone_code``, ``unit``, ``load``, ``share``: zones above the tolerance, and above what
        the bound of their unit excuses.
    islands
        ``zone_code``, ``n_cells``, ``load``: pieces that touch no other part of their unit. They
        are no faults.
    changes
        ``cell_code``, ``zone_before``, ``zone_code``, ``load``, under the cells' labels: cells
        whose zone is not the ``previous`` one; None where that was not asked.
    rows
        Labels of the cells at fault, in the order of the cells.
    load, within
        Columns by which zones were measured and which they must not leave; the load None where
        it was no column.
    tolerance
        As given.
    crs
        In which all was measured.
    n_cells
        How many cells there are.
    """

    zones: pd.DataFrame
    units: pd.DataFrame
    unassigned: GeoDataFrame
    pieces: GeoDataFrame
    crossings: GeoDataFrame
    overloaded: GeoDataFrame
    islands: GeoDataFrame
    changes: pd.DataFrame | None
    rows: tuple[Hashable, ...]
    load: str | None
    within: str | None
    tolerance: float
    crs: CRS
    n_cells: int

    @property
    def mean_load(self) -> float:
        """The mean load of a zone; NaN where there is none."""
        return float(self.zones["load"].mean())

    @property
    def max_to_mean(self) -> float:
        """The heaviest zone by the mean of all zones."""
        return float(self.zones["load"].max()) / self._divisor

    @property
    def min_to_mean(self) -> float:
        """The lightest zone by the mean of all zones."""
        return float(self.zones["load"].min()) / self._divisor

    @property
    def bound(self) -> float:
        """What :attr:`max_to_mean` must at least be, as zones are shared out among units."""
        heaviest = self.units["bound"] * self.units["mean_load"]
        return float(heaviest.max()) / self._divisor

    @property
    def compactness(self) -> float:
        """The mean compactness of the zones."""
        return float(self.zones["compactness"].mean())

    @property
    def _divisor(self) -> float:
        return self.mean_load if self.mean_load > 0 else float("nan")

    def findings(self) -> GeoDataFrame:
        """Give all faults in one GeoDataFrame: ``kind``, codes, measures, ``geometry``.

        Codes that a kind does not have are empty text, so that the frame fits one file.
        """
        return join_kinds(self.found(), _CODES, _MEASURES)

    def raise_for_faults(self) -> None:
        """Raise where anything was found.

        Raises
        ------
        ZoneError
            With the number and first codes of each kind; ``.rows`` as the report's.
        """
        if self.ok:
            return
        told = "; ".join(
            f"{kind}: {len(frame):,} ({first_codes(frame, _names(frame), ' ')})"
            for kind, frame in with_rows(self.found()).items()
        )
        raise ZoneError(
            f"the zones are not sound: {told}. See report.findings() for the places.",
            rows=self.rows,
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain types that JSON can hold.

        Instead of its geometry a fault has the longitude and latitude of a point inside it.
        """
        return {
            "ok": self.ok,
            "n_faults": self.n_faults,
            "crs": self.crs.to_string(),
            "load": self.load,
            "within": self.within,
            "tolerance": self.tolerance,
            "n_cells": self.n_cells,
            "n_zones": len(self.zones),
            **{name: _plain(getattr(self, name)) for name in _FIGURES},
            "n_changed": None if self.changes is None else len(self.changes),
            "faults": {
                kind: {"count": len(frame), "rows": records(frame, place=True)}
                for kind, frame in self.found().items()
            },
            "islands": records(self.islands, place=True),
            "units": records(self.units),
            "zones": records(self.zones),
        }

    def to_gpkg(self, path: str | os.PathLike[str]) -> Path:
        """Write a GeoPackage, whole or not at all.

        A layer for each kind of fault that has rows, ``islands`` and ``changes`` where there are
        any, and always the tables ``zones`` and ``units``.

        Raises
        ------
        InputError
            The name does not end in ``.gpkg``, or the file cannot be written.
        """
        layers = {**self.found(), "islands": self.islands}
        if self.changes is not None:
            layers["changes"] = self.changes
        return write_layers({**with_rows(layers), "zones": self.zones, "units": self.units}, path)

    def to_text(self, language: Language = "en") -> str:
        """Write lines for a terminal: verdict, figures, and a line for each kind of fault.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return zones_text(self, language)

    def to_html(self, language: Language = "en") -> str:
        """Write tables that a planner can read: verdict, kinds of fault, figures, units.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return zones_html(self, language)

    @property
    def verdict(self) -> str:
        """The result in a few words: sound, or how many faults."""
        return zones_verdict(self.n_faults, "en")

    def found(self) -> dict[str, GeoDataFrame]:
        """Give the faults by kind, in the order of the report."""
        return {kind: getattr(self, kind) for kind in ZONE_FAULTS}


_FIGURES: Final = ("mean_load", "max_to_mean", "min_to_mean", "bound", "compactness")


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _names(frame: GeoDataFrame) -> list[str]:
    return [name for name in ("cell_code", "zone_code", "reaches_into") if name in frame]
