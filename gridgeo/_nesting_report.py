"""The reports on nesting: values with frames in them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from gridgeo._records import first_codes, join_kinds, m2_of, records
from gridgeo.errors import CoverageError

if TYPE_CHECKING:
    from collections.abc import Hashable

    from geopandas import GeoDataFrame
    from pyproj import CRS

FAULTS: Final = {
    "crossings": "children that lie in a second parent too",
    "outside": "children that reach beyond all parents",
    "unfilled": "ground of a parent that no child covers",
    "overlaps": "pairs of children that share ground",
    "wrong_parent_codes": "children that lie in another parent than they say",
    "invalid": "children or parents without a valid polygon",
    "duplicate_codes": "children or parents whose code is missing or repeated",
}
"""The kinds of fault, in the order of the report, and what each counts."""

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
class NestingReport:
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

    @property
    def ok(self) -> bool:
        """Whether every child lies in one parent, and they fill the parents once."""
        return self.n_faults == 0

    @property
    def n_faults(self) -> int:
        """The number of faults of all kinds."""
        return sum(len(found) for found in self._found().values())

    def findings(self) -> GeoDataFrame:
        """Give all faults in one GeoDataFrame: ``kind``, codes, ``m2``, ``share``, ``geometry``.

        Codes that a kind does not have are empty text, so that the frame fits one file.
        """
        return join_kinds(self._found(), _CODES, ["m2", "share"])

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
            for kind, frame in self._found().items()
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
            for kind, frame in self._found().items()
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

    @property
    def verdict(self) -> str:
        """The result in a few words: nested, or how many faults."""
        if self.ok:
            return "nested, every child in one parent, every parent filled once"
        swapped = self.n_parents > self.n_children and len(self.crossings) > 0
        hint = "; more parents than children: are they swapped?" if swapped else ""
        return f"not nested, {_number(self.n_faults, 'fault')}{hint}"

    def __repr__(self) -> str:
        lines = [f"  {name:<19}{count:>10}{m2:>24}".rstrip() for name, count, m2 in self._table()]
        return "\n".join([f"NestingReport: {self.verdict}", f"  {self._basis()}", *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr title="{escape(FAULTS[name])}"><th>{escape(name)}</th>'
            f"<td>{escape(count)}</td><td>{escape(m2)}</td></tr>"
            for name, count, m2 in self._table()
        )
        return (
            f"<p><b>Nesting: {escape(self.verdict)}</b><br>{escape(self._basis())}</p>"
            f"<table><tr><th></th><th>faults</th><th>m2</th></tr>{rows}</table>"
        )

    def _found(self) -> dict[str, GeoDataFrame]:
        return {kind: getattr(self, kind) for kind in FAULTS}

    def _table(self) -> list[tuple[str, str, str]]:
        told = [(kind, f"{len(frame):,}", m2_of(frame)) for kind, frame in self._found().items()]
        unchecked = "wrong_parent_codes" if self.claim is None else ""
        return [row if row[0] != unchecked else (unchecked, "unchecked", "") for row in told]

    def _basis(self) -> str:
        children = f"{self.n_children:,} children of {self.children_m2:,.3f} m2"
        parents = f"{self.n_parents:,} parents of {self.parents_m2:,.3f} m2"
        named = f"their codes in {self.claim!r}" if self.claim else "no column names the parents"
        return (
            f"{children} in {parents}; {named}; {self.crs.name}; tolerance {self.tolerance_m2:g} m2"
        )


@dataclass(frozen=True, eq=False, repr=False)
class LevelsReport:
    """What ``check_levels`` found: one report for each level and the next higher.

    Parameters
    ----------
    steps
        The reports, from the highest step down.
    names
        The names of the levels, one more than there are steps.
    """

    steps: tuple[NestingReport, ...]
    names: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every level nests in the next higher."""
        return all(step.ok for step in self.steps)

    @property
    def n_faults(self) -> int:
        """The number of faults of all kinds and steps."""
        return sum(step.n_faults for step in self.steps)

    @property
    def table(self) -> pd.DataFrame:
        """One row a step, from the highest down.

        ``parent_level``, ``child_level``, ``n_parents``, ``n_children``; how many ``crossings``;
        ``outside_m2``, ``unfilled_m2``, ``overlaps_m2``; how many ``wrong_parent_codes`` (missing
        where no column names the parents), ``invalid``, ``duplicate_codes``; ``verdict``.
        """
        return pd.DataFrame(
            {
                "parent_level": self.names[:-1],
                "child_level": self.names[1:],
                "n_parents": [step.n_parents for step in self.steps],
                "n_children": [step.n_children for step in self.steps],
                "crossings": [len(step.crossings) for step in self.steps],
                "outside_m2": [float(step.outside["m2"].sum()) for step in self.steps],
                "unfilled_m2": [float(step.unfilled["m2"].sum()) for step in self.steps],
                "overlaps_m2": [float(step.overlaps["m2"].sum()) for step in self.steps],
                "wrong_parent_codes": pd.array(
                    [len(step.wrong_parent_codes) if step.claim else None for step in self.steps],
                    dtype="Int64",
                ),
                "invalid": [len(step.invalid) for step in self.steps],
                "duplicate_codes": [len(step.duplicate_codes) for step in self.steps],
                "verdict": [step.verdict.partition(", every")[0] for step in self.steps],
            }
        )

    def raise_for_faults(self) -> None:
        """Raise where anything was found.

        Raises
        ------
        CoverageError
            With what each step found; ``.rows`` are pairs of a level's name and a row's label.
        """
        if self.ok:
            return
        below = list(zip(self.names, self.names[1:], self.steps, strict=False))
        told = " | ".join(
            f"{child} in {parent}: {step.told()}" for parent, child, step in below if not step.ok
        )
        raise CoverageError(
            f"the levels do not nest: {told}. See report.steps for the places.",
            rows=[(child, label) for _, child, step in below for label in step.rows],
        )

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain types that JSON can hold."""
        return {
            "ok": self.ok,
            "n_faults": self.n_faults,
            "names": list(self.names),
            "steps": [step.to_dict() for step in self.steps],
        }

    @property
    def verdict(self) -> str:
        """The result in a few words: nested, or how many faults."""
        levels = f"{len(self.names)} levels"
        if self.ok:
            return f"{levels} nested, each fills the one above once"
        return f"{levels} not nested, {_number(self.n_faults, 'fault')}"

    def __repr__(self) -> str:
        table = self._shown().to_string(index=False)
        return f"LevelsReport: {self.verdict}\n{table}"

    def _repr_html_(self) -> str:
        table = self._shown().to_html(index=False, border=0)
        return f"<p><b>Levels: {escape(self.verdict)}</b></p>{table}"

    def _shown(self) -> pd.DataFrame:
        table = self.table
        for name in table.columns[table.columns.str.endswith("_m2")]:
            table[name] = table[name].map("{:,.3f}".format)
        checked = table["wrong_parent_codes"].astype(object)
        table["wrong_parent_codes"] = checked.where(checked.notna(), "unchecked")
        return table


def _number(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def _first_codes(frame: GeoDataFrame) -> str:
    sought = ("child_code", "child_code_1", "child_code_2", "reaches_into", "layer", "code")
    names = [name for name in sought if name in frame] or ["parent_code"]
    return first_codes(frame, names, " ")
