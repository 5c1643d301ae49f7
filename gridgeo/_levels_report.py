"""The report on several levels: a report on nesting for each and the next higher."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from gridgeo._nesting_told import levels_html, levels_text, step_verdict
from gridgeo._records import Report, with_rows
from gridgeo._report_words import levels_verdict
from gridgeo.errors import CoverageError
from gridgeo.files import write_layers

if TYPE_CHECKING:
    import os
    from pathlib import Path

    from gridgeo._nesting_report import NestingReport
    from gridgeo.schema import Language

_NO_NAME: Final = re.compile(r"[^\w .-]+")
"""What a layer of a GeoPackage is better not called."""


@dataclass(frozen=True, eq=False, repr=False)
class LevelsReport(Report):
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

        ``parent_level``, ``child_level``, ``n_parents``, ``n_children``, ``parents_m2``,
        ``children_m2``; how many ``crossings``; ``outside_m2``, ``unfilled_m2``, ``overlaps_m2``;
        how many ``wrong_parent_codes`` (missing where no column names the parents), ``invalid``,
        ``duplicate_codes``; ``verdict``.
        """
        return pd.DataFrame(
            {
                "parent_level": self.names[:-1],
                "child_level": self.names[1:],
                "n_parents": [step.n_parents for step in self.steps],
                "n_children": [step.n_children for step in self.steps],
                "parents_m2": [step.parents_m2 for step in self.steps],
                "children_m2": [step.children_m2 for step in self.steps],
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
                "verdict": [step_verdict(step, "en") for step in self.steps],
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

    def to_gpkg(self, path: str | os.PathLike[str]) -> Path:
        """Write a GeoPackage, whole or not at all: a layer for each step and kind of fault.

        A layer is called by the number and name of the lower level and by the kind, as in
        ``3 communities crossings``; there are those that have rows. ``steps`` is a table that is
        always there, with the columns of :attr:`table`.

        Raises
        ------
        InputError
            The name does not end in ``.gpkg``, or the file cannot be written.
        """
        layers = {
            f"{number} {_NO_NAME.sub('_', name)} {kind}": frame
            for number, (name, step) in enumerate(zip(self.names[1:], self.steps, strict=True), 2)
            for kind, frame in with_rows(step.found()).items()
        }
        return write_layers({**layers, "steps": self.table}, path)

    def to_text(self, language: Language = "en") -> str:
        """Write lines for a terminal: a line for each level, and below it what was found there.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return levels_text(self, language)

    def to_html(self, language: Language = "en") -> str:
        """Write tables that a planner can read: verdict, a row a level, faults by level.

        ``language`` is ``"en"`` or ``"zh"``; another is an ``InputError``.
        """
        return levels_html(self, language)

    @property
    def verdict(self) -> str:
        """The result in a few words: nested, or how many faults."""
        return levels_verdict(self.n_faults, len(self.names), "en")
