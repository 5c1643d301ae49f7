"""A comparison of two versions told to a planner: lines for a terminal, a table of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gridgeo._fault_words import fault_words
from gridgeo._report_words import change_meanings, change_names, report_words
from gridgeo._tables import FAINT, Row, html_page, html_table, html_warning, text_lines
from gridgeo._told import basis_html, basis_text
from gridgeo.schema import KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridgeo._changes import CoverageComparison
    from gridgeo.schema import Language

_SHOWN: Final = 8


def comparison_text(comparison: CoverageComparison, language: Language) -> str:
    """Write a comparison for a terminal; in English kinds are named as the frames have them."""
    said = report_words(language)
    names = change_names(language)
    head = ["", said["before"], said["after"], said["m2_before"], said["m2_after"]]
    rows = [
        (names[kind] if language == "zh" else kind, before, after, m2_before, m2_after)
        for kind, before, after, _, m2_before, m2_after in _sums(comparison)
    ]
    measured = basis_text([comparison.cells.crs], comparison.tolerance_m2, language)
    reused = _reused(comparison, language)
    return "\n".join(
        [
            f"{said['comparison_text']}{_verdict(comparison, language)}",
            f"  {said[f'by_{comparison.code}']}{said['and']}{measured}",
            *text_lines([head, *rows], [8, 12, 12, 22, 22]),
            *([f"  {reused}"] if reused else []),
        ]
    )


def comparison_html(comparison: CoverageComparison, language: Language) -> str:
    """Write a comparison as HTML: verdict, kinds of change, sums. All text is escaped."""
    said, words = fault_words(language), report_words(language)
    names, meanings = change_names(language), change_meanings(language)
    head = [
        said["kind"],
        words["number_before"],
        words["number_after"],
        words["recoded"],
        words["size_before"],
        words["size_after"],
        said["meaning"],
    ]
    rows = [
        Row(
            [names[kind], *numbers, meanings[kind]],
            FAINT if numbers[:2] == ["0", "0"] else "inherit",
        )
        for kind, *numbers in _sums(comparison)
    ]
    measured = basis_html([comparison.cells.crs], comparison.tolerance_m2, language)
    reused = _reused(comparison, language)
    return html_page(
        words["comparison"],
        _verdict(comparison, language),
        [html_table(head, rows, sides="<>>>>><"), html_warning(reused) if reused else ""],
        f"{measured}{words['and']}{words[f'by_{comparison.code}']}",
        color="inherit",
        language=language,
    )


def _verdict(comparison: CoverageComparison, language: Language) -> str:
    said, summary = report_words(language), comparison.summary
    changed = summary[summary[KIND] != "same"]
    numbers = {
        "before": changed["cells_before"].sum(),
        "after": changed["cells_after"].sum(),
        "recoded": summary["recoded"].sum(),
    }
    if not any(numbers.values()):
        return said["unchanged"]
    return said["changed"].format(**{name: f"{n:,}" for name, n in numbers.items()})


def _reused(comparison: CoverageComparison, language: Language) -> str:
    """Name the first codes that stand for other ground now; empty text where none does."""
    said, codes = report_words(language), comparison.reused["code"]
    if codes.empty:
        return ""
    more = said["more"].format(n=f"{len(codes) - _SHOWN:,}") if len(codes) > _SHOWN else ""
    return said["reused"].format(codes=said["list"].join(codes.iloc[:_SHOWN]) + more)


def _sums(comparison: CoverageComparison) -> Iterator[tuple[Any, ...]]:
    """Give the summary and its sum as texts: kind, cells before and after, recoded, and m2."""
    numbers = comparison.summary.set_index(KIND)
    numbers.loc["all"] = numbers.sum()
    for kind, row in zip(numbers.index, numbers.to_numpy(), strict=True):
        yield (kind, *(f"{n:,.0f}" for n in row[:3]), *(f"{m2:,.3f}" for m2 in row[3:]))
