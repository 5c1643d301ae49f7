"""A coverage report told to a planner: lines for a terminal, a table of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridgeo._fault_words import (
    FAULTS,
    ODD_SIZES,
    fault_meanings,
    fault_names,
    fault_words,
    verdict_in_words,
)
from gridgeo._report_words import report_words
from gridgeo._tables import FAULTY, SOUND, Row, html_page, html_table, text_lines
from gridgeo._told import basis_html, basis_text, kinds_html, text_rows
from gridgeo._words import difference_in_words
from gridgeo.schema import AREA_CODE, AREA_M2

if TYPE_CHECKING:
    from gridgeo._report import CoverageReport
    from gridgeo.schema import Language


def coverage_text(report: CoverageReport, language: Language) -> str:
    """Write a report for a terminal: verdict, sums, kinds of fault."""
    said = report_words(language)
    found = {kind: getattr(report, kind) for kind in FAULTS}
    basis = said["cells_of"].format(n=f"{report.n_cells:,}", m2=f"{report.cells_m2:,.3f}")
    if report.area_m2 is not None:
        basis += said["in_areas"].format(
            n=f"{report.n_areas:,}",
            m2=f"{report.area_m2:,.3f}",
            ellipsoid=f"{report.ellipsoid_m2:,.0f}",
        )
    measured = basis_text([report.gaps.crs], report.tolerance_m2, language)
    return "\n".join(
        [
            f"{said['coverage_text']}{_verdict(report, language)}",
            f"  {basis}{said['and']}{measured}",
            *text_lines(text_rows(found, fault_names(language), language), [18, 9, 20]),
        ]
    )


def coverage_html(report: CoverageReport, language: Language) -> str:
    """Write a report as HTML: verdict, kinds of fault, sums. All text is escaped."""
    warned = [ODD_SIZES] if len(report.odd_sizes) else []
    found = {kind: [getattr(report, kind)] for kind in (*FAULTS, *warned)}
    return html_page(
        report_words(language)["coverage"],
        _verdict(report, language),
        [
            kinds_html(found, fault_names(language), fault_meanings(language), language),
            _sums(report, language),
        ],
        basis_html([report.gaps.crs], report.tolerance_m2, language),
        color=SOUND if report.ok else FAULTY,
        language=language,
    )


def _verdict(report: CoverageReport, language: Language) -> str:
    return verdict_in_words(report.n_faults, with_areas=bool(report.n_areas), language=language)


def _sums(report: CoverageReport, language: Language) -> str:
    said = fault_words(language)
    rows = []
    if report.area_m2 is not None:
        rows.append(Row([said["areas"], f"{report.n_areas:,}", f"{report.area_m2:,.3f}", ""]))
    rows.append(Row([said["cells"], f"{report.n_cells:,}", f"{report.cells_m2:,.3f}", ""]))
    if report.area_m2 is not None:
        balance = report.balance
        worst = balance.iloc[int(balance["difference_m2"].abs().to_numpy().argmax())]
        area = f"{worst[AREA_CODE]} ({worst[AREA_M2]:,.3f} m²)"
        difference = difference_in_words(report.cells_m2 - report.area_m2)
        rows += [
            Row([said["difference"], "", difference, ""]),
            Row([said["worst"], "", difference_in_words(worst["difference_m2"]), area]),
            Row([said["ellipsoid"], "", f"{report.ellipsoid_m2:,.0f}", ""]),
        ]
    return html_table([said["sum"], said["number"], "m²", ""], rows, sides="<>><")
