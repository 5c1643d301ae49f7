"""The report on nesting: a value with frames in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gridgeo._fault_words import NESTING_FAULTS
from gridgeo._nesting_told import nesting_html, nesting_text, step_verdict
from gridgeo._records import FaultReport, first_codes, join_kinds, m2_of, records, with_rows
from gridgeo.errors import CoverageError
from gridgeo.files import write_layers

if TYPE_CHECKING:
    import os
    from collections.abc import Hashable
    from pathlib import Path

    import pandas as pd
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo.schema import Language

_CODES: Final = (
    "child_code",
    "child_code_1",
    "child_code_2",
    "parent_code",
    "reaches_into",
    "lies_in",
    "layer",
    "code",
    "reason",
)


@dataclass(frozen=True, eq=False, repr=False)
class NestingReport(FaultReport):
    """What ``check_nesting`` found.

    Every kind of fault is a GeoDataFrame in the CRS of the check, one row a fault, with ``m2``
    and ``geometry``; the index of those that name one child holds the labels of the children.

    Parameters
    ----------
    shares
        One row for every child and parent that share ground: ``child_code``, ``parent_code``,
        ``m2``, ``share`` of the child; by child, the largest first, under the child's label.
    parents
        One row for every child, on the children's index: ``child_code``, ``parent_code`` of the
        parent that has the most of it (empty text: none), ``m2`` and ``share`` of the child in
        it, ``n_parents`` that share the child's ground. What is invalid has none, and no size.
    crossings
        ``child_code``, ``parent_code``, ``reaches_into``, ``share`` of the child: what of it lies
        in that further parent; ``contested_m2`` of it lie in its own parent as well, where the
        two overlap. These and the ``parents`` are all the ``shares``.
    outside
        ``child_code``, ``parent_code``, ``share`` of the child: what of it lies in no parent.
    unfilled
        ``parent_code``: ground of a parent that no child covers; under the parent's label.
    overlaps
        ``child_code_1``, ``child_code_2``: the ground they share.
    wrong_parent_codes
        ``child_code``, ``parent_code`` as the child has it, ``lies_in``: the parent that has the
        most of it.
    invalid
        ``layer`` (``children``, ``parents``), ``code``, ``reason``; these rows are left out of
        all that is measured.
    duplicate_codes
        ``layer``, ``code``: rows whose code is missing or repeated.
    rows
        Index labels of the children at fault, in the order of the children.
    claim
        The children's column that names their parent; None where that was not checked.
    crs
        In which all was measured.
    n_children, n_parents
        How many there are, at fault or not.
    children_m2, parents_m2
        Sums of the valid ones.
    tolerance_m2
        Up to which ground was taken for rounding.
    """

    shares: pd.DataFrame
    parents: pd.DataFrame
    crossings: GeoDataFrame
    outside: GeoDataFrame
    unfilled: GeoDataFrame
    overlaps: GeoDataFrame
    wrong_parent_codes: GeoDataFrame
    invalid: GeoDataFrame
    duplicate_codes: GeoDataFrame
    rows: tuple[Hashable, ...]
    claim: str | None
    crs: CRS
    n_children: int
    n_parents: int
    children_m2: float
    parents_m2: float
    tolerance_m2: float

    def findings(self) -> GeoDataFrame:
        """Give all faults in one GeoDataFrame: ``kind``, codes, ``m2``, ``share``, ``geometry``.

        Codes that a kind does not have are empty text, so that the frame fits one file.
        """
        return join_kinds(self.found(), _CODES, ["m2", "share"])

    def raise_for_faults(self) -> None:
        """Raise where anything was found.

        Raises
        ------
        CoverageError
            With the number of faults, m2 and first codes of each kind; ``.rows`` as the report's.
        """
        if self.ok:
            return
        raise CoverageError(
            f"the layers do not nest: {self.told()}. See report.findings() for the places.",
            rows=self.rows,
        )

    def told(self) -> str:
        """Tell every kind of fault that was found in one sentence; empty text where none was."""
        return "; ".join(
            f"{kind}: {len(frame):,}, {m2_of(frame) or 'no m2'} ({_first_codes(frame)})"
            for kind, frame in self.found().items()
            if len(frame)
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain types that JSON can hold, without ``shares`` and ``parents``.

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
            "crs": self.crs.to_string(),
            "tolerance_m2": self.tolerance_m2,
            "claim": self.claim,
            "n_children": self.n_children,
            "n_parents": self.n_parents,
            "children_m2": self.children_m2,
            "parents_m2": self.parents_m2,
            "faults": faults,
        }

    def to_gpkg(self, path: str | os.PathLike[str]) -> Path:
        """Write a GeoPackage, whole or not at all: a layer for each kind of fault that has rows.

        The layers are called as the kinds are. ``parents`` is a table that is always there: join
        it to the children by their code to see whose each is.

        Raises
        ------
        InputError
            The name does not end in ``.gpkg``, or the file cannot be written.
        """
        return write_layers({**with_rows(self.found()), "parents": self.parents}, path)

    def to_text(self, language: Language = "en") -> str:
        """Write lines for a terminal: verdict, sums, and a line for each kind of fault.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return nesting_text(self, language)

    def to_html(self, language: Language = "en") -> str:
        """Write a table that a planner can read: verdict, each kind of fault in words, sums.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return nesting_html(self, language)

    @property
    def verdict(self) -> str:
        """The result in a few words: nested, or how many faults."""
        return step_verdict(self, "en", whole=True)

    def found(self) -> dict[str, GeoDataFrame]:
        """Give the faults by kind, in the order of the report."""
        return {kind: getattr(self, kind) for kind in NESTING_FAULTS}


def _first_codes(frame: GeoDataFrame) -> str:
    sought = ("child_code", "child_code_1", "child_code_2", "reaches_into", "layer", "code")
    names = [name for name in sought if name in frame] or ["parent_code"]
    return first_codes(frame, names, " ")
