"""What a comparison of two versions tells: a value with frames in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gridgeo._changes_told import comparison_html, comparison_text
from gridgeo._records import Report, records, with_rows
from gridgeo.crs import LONLAT, to_crs
from gridgeo.files import write_layers
from gridgeo.schema import KIND

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import pandas as pd
    from geopandas import GeoDataFrame

    from gridgeo.schema import Language


@dataclass(frozen=True, eq=False, repr=False)
class CoverageComparison(Report):
    """What ``compare_coverages`` found.

    Frames are in the CRS of the comparison; sizes are planar, in m2.

    Parameters
    ----------
    cells
        Every cell of both versions once. A cell that is the same or moved is one row for both
        versions, any other cell is a row of its own, with empty text and 0 m2 for the version
        that it is not of. ``code_before``, ``code_after``, ``kind``; ``recoded``: its code has
        changed; ``family``: number of the cells that belong together, which stand together, those
        before first; ``m2_before``, ``m2_after``; ``m2_shared``: its ground in common with the
        family's cells of the other version; ``m2_gone``, ``m2_new``: its ground that has no cell
        after, or had none before; the polygon, of a moved cell that after.
    shared
        The ground that cells have in common, one row a pair, in the order of both versions:
        ``code_before``, ``code_after``, ``m2``, ``share_before``, ``share_after`` (of the one and
        the other cell, 0 to 1), ``bound``: the pair holds a family together; and the ground.
        What is counted by cell before is carried over with ``share_before``: the m2 of a cell and
        its ``m2_gone`` sum up to it, but for pairs that the tolerance leaves out.
    summary
        One row a kind: ``kind``, ``cells_before``, ``cells_after``, ``recoded``, ``m2_before``,
        ``m2_after``. The sums are those of the two versions.
    code
        The column that the codes are from.
    tolerance_m2
        Up to which ground was taken for rounding.
    """

    cells: GeoDataFrame
    shared: GeoDataFrame
    summary: pd.DataFrame
    code: str
    tolerance_m2: float

    @property
    def changed(self) -> GeoDataFrame:
        """The rows of ``cells`` that are not the same, or have another code."""
        return self.cells[(self.cells[KIND] != "same") | self.cells["recoded"]]

    @property
    def reused(self) -> pd.DataFrame:
        """Codes that stand for a cell of another family after than before.

        ``code``, ``family_before``, ``family_after``. What is looked up by such a code, a person
        in charge for example, is that of other ground.
        """
        changed = self.changed
        before, after = (
            changed.loc[changed[name] != "", [name, "family"]].rename(columns={name: "code"})
            for name in ("code_before", "code_after")
        )
        both = before.merge(after, on="code", suffixes=("_before", "_after"))
        return both[both["family_before"] != both["family_after"]].reset_index(drop=True)

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as plain types that JSON can hold.

        Cells are those that changed, each with the longitude and latitude of a point inside it;
        pairs are those of which a cell is not the same.
        """
        changed = self.changed
        points = changed.geometry.representative_point().to_frame("geometry")
        lonlat = to_crs(points, LONLAT).geometry
        return {
            "code": self.code,
            "crs": self.cells.crs.to_string(),
            "tolerance_m2": self.tolerance_m2,
            "summary": records(self.summary),
            "cells": records(changed.assign(lon=lonlat.x, lat=lonlat.y)),
            "shared": records(self._shared_by_changed()),
            "reused": records(self.reused),
        }

    def to_gpkg(self, path: str | os.PathLike[str]) -> Path:
        """Write a GeoPackage, whole or not at all: what changed, to be laid over either version.

        ``cells`` are those that :attr:`changed`, ``shared`` the ground that a cell which is not
        the same has in common with one of the other version: where the codes differ it has gone
        from the one to the other. ``reused`` is a table of codes. There are those that have rows,
        and always the table ``summary``.

        Raises
        ------
        InputError
            The name does not end in ``.gpkg``, or the file cannot be written.
        """
        layers = {"cells": self.changed, "shared": self._shared_by_changed(), "reused": self.reused}
        return write_layers({**with_rows(layers), "summary": self.summary}, path)

    def to_text(self, language: Language = "en") -> str:
        """Write lines for a terminal: verdict, and a line for each kind of change.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return comparison_text(self, language)

    def to_html(self, language: Language = "en") -> str:
        """Write a table that a planner can read: verdict, each kind of change in words, sums.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return comparison_html(self, language)

    def _shared_by_changed(self) -> GeoDataFrame:
        """Give the pairs of which a cell is not the same."""
        changed = self.cells[self.cells[KIND] != "same"]
        of_changed = self.shared["code_before"].isin(changed["code_before"])
        of_changed |= self.shared["code_after"].isin(changed["code_after"])
        return self.shared[of_changed]
