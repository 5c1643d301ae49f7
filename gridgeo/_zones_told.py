"""A check of zones told to a planner: lines for a terminal, tables of HTML."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gridgeo._report_words import report_words
from gridgeo._tables import FAULTY, SOUND, Row, html_page, html_table, text_lines
from gridgeo._told import kinds_html, text_rows
from gridgeo._words import crs_in_words
from gridgeo._zone_words import (
    zone_fault_meanings,
    zone_fault_names,
    zone_words,
    zones_verdict,
)

if TYPE_CHECKING:
    from gridgeo._zones_report import ZonesReport
    from gridgeo.schema import Language

_SHOWN_UNITS: Final = 100


def zones_text(report: ZonesReport, language: Language) -> str:
    """Write a report for a terminal: verdict, figures, kinds of fault."""
    said = zone_words(language)
    figures = [(name, value) for name, value, _ in _figures(report, language)]
    notes = [f"  {note}" if note else "" for _, _, note in _figures(report, language)]
    lines = text_lines(figures, [15, 10])
    return "\n".join(
        [
            f"{said['title_text']}{zones_verdict(report.n_faults, language)}",
            f"  {_basis(report, language)}",
            *(line + note for line, note in zip(lines, notes, strict=True)),
            *text_lines(
                text_rows(report.found(), zone_fault_names(language), language), [15, 10, 24]
            ),
            f"  {_measured(report, language)}",
        ]
    )


def zones_html(report: ZonesReport, language: Language) -> str:
    """Write a report as HTML: verdict, kinds of fault, figures, units. All text is escaped."""
    said = zone_words(language)
    kinds = kinds_html(
        {kind: [frame] for kind, frame in report.found().items()},
        zone_fault_names(language),
        zone_fault_meanings(language),
        language,
    )
    figures = html_table(
        [said["figure"], said["value"], said["note"]],
        [Row(texts) for texts in _figures(report, language)],
        sides="<><",
    )
    return html_page(
        said["title"],
        zones_verdict(report.n_faults, language),
        [kinds, figures, _units_html(report, language) if report.within else ""],
        f"{_basis(report, language)}{report_words(language)['and']}{_measured(report, language)}",
        color=SOUND if report.ok else FAULTY,
        language=language,
    )


def _figures(report: ZonesReport, language: Language) -> list[tuple[str, str, str]]:
    """Give figures as texts: name, value, note."""
    said = zone_words(language)
    rows = [
        (
            said["max_to_mean"],
            f"{report.max_to_mean:.3f}",
            said["bound"].format(bound=f"{report.bound:.3f}"),
        ),
        (said["min_to_mean"], f"{report.min_to_mean:.3f}", ""),
        (said["compactness"], f"{report.compactness:.3f}", said["polsby"]),
        (
            said["islands"],
            f"{len(report.islands):,}",
            said["island_cells"].format(n=f"{int(report.islands['n_cells'].sum()):,}"),
        ),
    ]
    if report.changes is not None:
        share = f"{100 * len(report.changes) / report.n_cells:.2f}"
        note = said["of_cells"].format(share=share)
        rows.append((said["changed"], f"{len(report.changes):,}", note))
    return rows


def _units_html(report: ZonesReport, language: Language) -> str:
    said, units = zone_words(language), report.units.iloc[:_SHOWN_UNITS]
    rows = [
        Row(
            [
                str(unit),
                f"{n_zones:,}",
                _amount(mean, 6),
                *(f"{value:.3f}" for value in figures),
            ]
        )
        for unit, n_zones, mean, *figures in zip(
            *(
                units[column]
                for column in (
                    "unit",
                    "n_zones",
                    "mean_load",
                    "max_to_mean",
                    "min_to_mean",
                    "bound",
                )
            ),
            strict=True,
        )
    ]
    head = [said[key] for key in ("unit", "n_zones", "mean_load")]
    head += [said[key] for key in ("unit_max", "unit_min", "unit_bound")]
    if (more := len(report.units) - _SHOWN_UNITS) > 0:
        rows.append(Row([said["more_units"].format(n=f"{more:,}"), *[""] * 5]))
    return html_table(head, rows, sides="<>>>>>")


def _amount(value: float, digits: int) -> str:
    """Write a load with its leading digits at the least, never with an exponent.

    Examples
    --------
    >>> _amount(2114972.16, 6), _amount(2.5, 6)
    ('2,114,972', '2.5')
    """
    exponent = math.floor(math.log10(value)) if value > 0 else 0
    text = f"{value:,.{max(digits - 1 - exponent, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _basis(report: ZonesReport, language: Language) -> str:
    said = zone_words(language)
    basis = said["basis"].format(
        cells=f"{report.n_cells:,}",
        zones=f"{len(report.zones):,}",
        load=report.load or said["load"],
        total=_amount(float(report.zones["load"].sum()), 10),
        mean=_amount(report.mean_load, 6),
    )
    if report.within is None:
        return basis
    return basis + said["within"].format(within=repr(report.within), n=f"{len(report.units):,}")


def _measured(report: ZonesReport, language: Language) -> str:
    said = zone_words(language)
    return report_words(language)["and"].join(
        [
            said["tolerance"].format(share=f"{100 * report.tolerance:g}"),
            said["measured"].format(crs=crs_in_words(report.crs, language)),
        ]
    )
