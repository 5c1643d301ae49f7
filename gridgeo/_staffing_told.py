"""Reports on staffing told to a planner: lines for a terminal, tables of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridgeo._staff_words import staff_meanings, staff_names, staff_verdict, staff_words
from gridgeo._tables import FAINT, FAULTY, SOUND, Row, html_page, html_table, text_lines

if TYPE_CHECKING:
    from gridgeo._staffing_report import StaffingReport
    from gridgeo.schema import Language


def staffing_text(report: StaffingReport, language: Language) -> str:
    """Write a report for a terminal: verdict, roles, kinds of fault."""
    said, names = staff_words(language), staff_names(language)
    kinds = [
        (kind if language == "en" else names[kind], f"{len(frame):,}")
        for kind, frame in report.found().items()
    ]
    heads = [said[key] for key in ("role", "needs", "serving", "zones_each", "idle", "vacant")]
    return "\n".join(
        [
            f"{said['text']}{staff_verdict(report.n_faults, language)}",
            f"  {_basis(report, language)}",
            *text_lines([heads, *_roles(report, language)], [20, 16, 9, 16, 16, 13]),
            *text_lines(kinds, [20, 10]),
        ]
    )


def staffing_html(report: StaffingReport, language: Language) -> str:
    """Write a report as HTML: verdict, kinds of fault, roles. All text is escaped."""
    said, names, meanings = (
        words(language) for words in (staff_words, staff_names, staff_meanings)
    )
    kinds = [
        Row(
            [names[kind], f"{len(frame):,}", meanings[kind]],
            "inherit" if len(frame) else FAINT,
        )
        for kind, frame in report.found().items()
    ]
    heads = [said[key] for key in ("role", "needs", "serving", "zones_each", "idle", "vacant")]
    return html_page(
        said["title"],
        staff_verdict(report.n_faults, language),
        [
            html_table([said["kind"], said["number"], said["meaning"]], kinds, sides="<><"),
            html_table(heads, map(Row, _roles(report, language)), sides="<>>>>>"),
        ],
        _basis(report, language),
        color=SOUND if report.ok else FAULTY,
        language=language,
    )


def _roles(report: StaffingReport, language: Language) -> list[list[str]]:
    """Give each role as texts: its name, what it asks for, who serves and how much."""
    said = staff_words(language)
    rows = []
    for role, row in zip(report.roles, report.summary.to_dict("records"), strict=True):
        asks = str(role.at_least)
        if role.at_most is None:
            asks = said["no_limit"].format(n=role.at_least)
        elif role.at_most != role.at_least:
            asks = said["from_to"].format(least=role.at_least, most=role.at_most)
        each = said["each"].format(fewest=row["fewest"], most=row["most"])
        if row["fewest"] == row["most"]:
            each = f"{row['most']}"
        name = role.name if language == "zh" else role.name_en
        numbers = [f"{row[key]:,}" for key in ("serving", "idle", "short")]
        rows.append([name, asks, numbers[0], each, *numbers[1:]])
    return rows


def _basis(report: StaffingReport, language: Language) -> str:
    said = staff_words(language)
    persons = report.persons
    told = said["basis"].format(
        zones=f"{len(report.zones):,}",
        persons=f"{len(persons):,}",
        idle=f"{(persons['n_zones'] == 0).sum():,}",
    )
    unasked = persons[persons["note"] == "role not asked for"]
    if len(unasked):
        roles = said["list"].join(repr(role) for role in sorted(unasked["role"].unique()))
        told += said["unasked"].format(n=f"{len(unasked):,}", roles=roles)
    return told
