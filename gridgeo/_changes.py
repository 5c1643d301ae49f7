"""What a comparison of two versions tells: a value with frames in it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

from gridgeo._records import records
from gridgeo.crs import LONLAT, to_crs
from gridgeo.schema import KIND

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

CHANGES: Final = {
    "same": "the same ground",
    "moved": "one cell before, one after, with another border",
    "split": "one cell before, several after",
    "merged": "several cells before, one after",
    "redrawn": "several before and several after, or ground handed out to several",
    "new": "ground that had no cell before",
    "gone": "ground that has no cell after",
}
"""The kinds of change, in the order of the summary, and what each is."""

_HEAD: Final = ("", "before", "after", "m2 before", "m2 after")


@dataclass(frozen=True, eq=False, repr=False)
class CoverageComparison:
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
        before, after = (
            self.cells.loc[self.cells[name] != "", [name, "family"]].rename(columns={name: "code"})
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
        moved = changed[changed[KIND] != "same"]
        of_moved = self.shared["code_before"].isin(moved["code_before"])
        of_moved |= self.shared["code_after"].isin(moved["code_after"])
        points = changed.geometry.representative_point().to_frame("geometry")
        lonlat = to_crs(points, LONLAT).geometry
        return {
            "code": self.code,
            "crs": self.cells.crs.to_string(),
            "tolerance_m2": self.tolerance_m2,
            "summary": records(self.summary),
            "cells": records(changed.assign(lon=lonlat.x, lat=lonlat.y)),
            "shared": records(self.shared[of_moved]),
            "reused": records(self.reused),
        }

    def __repr__(self) -> str:
        lines = [
            f"  {kind:<8}{before:>12}{after:>12}{m2_before:>22}{m2_after:>22}"
            for kind, before, after, m2_before, m2_after in [_HEAD, *self._table()]
        ]
        return "\n".join([f"CoverageComparison: {self._verdict()}", f"  {self._basis()}", *lines])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _HEAD)
        rows = "".join(
            f'<tr title="{escape(CHANGES.get(kind, "all cells"))}"><th>{kind}</th>'
            + "".join(f"<td>{number}</td>" for number in numbers)
            + "</tr>"
            for kind, *numbers in self._table()
        )
        return (
            f"<p><b>Comparison: {escape(self._verdict())}</b><br>{escape(self._basis())}</p>"
            f"<table><tr>{head}</tr>{rows}</table>"
        )

    def _verdict(self) -> str:
        changed = self.summary[self.summary[KIND] != "same"]
        before, after = changed["cells_before"].sum(), changed["cells_after"].sum()
        recoded = self.summary["recoded"].sum()
        if before + after + recoded == 0:
            return "nothing changed"
        return f"changed: {before:,} before, {after:,} after; another code: {recoded:,}"

    def _basis(self) -> str:
        return f"by {self.code}; {self.cells.crs.name}; tolerance {self.tolerance_m2:g} m2"

    def _table(self) -> list[tuple[str, ...]]:
        numbers = self.summary.drop(columns="recoded").set_index(KIND)
        numbers.loc["all"] = numbers.sum()
        return [
            (kind, f"{before:,.0f}", f"{after:,.0f}", f"{m2_before:,.3f}", f"{m2_after:,.3f}")
            for kind, (before, after, m2_before, m2_after) in zip(
                numbers.index, numbers.to_numpy(), strict=True
            )
        ]
