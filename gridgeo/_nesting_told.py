"""Reports on nesting told to a planner: lines for a terminal, tables of HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridgeo._fault_words import fault_words, nesting_meanings, nesting_names
from gridgeo._records import with_rows
from gridgeo._report_words import levels_verdict, nesting_verdict, nth_levels, report_words
from gridgeo._tables import FAULTY, SOUND, Row, html_page, html_table, text_lines
from gridgeo._told import basis_html, basis_text, kinds_html, text_rows
from gridgeo._words import difference_in_words

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo._levels_report import LevelsReport
    from gridgeo._nesting_report import NestingReport
    from gridgeo.schema import Language


def step_verdict(report: NestingReport, language: Language, *, whole: bool = False) -> str:
    """Tell whether layers nest, asking where they look swapped; ``whole``: and what that means."""
    verdict = nesting_verdict(report.n_faults, language, whole=whole)
    if report.n_parents > report.n_children and len(report.crossings):
        verdict += report_words(language)["swapped"]
    return verdict


def nesting_text(report: NestingReport, language: Language) -> str:
    """Write a report for a terminal: verdict, sums, kinds of fault."""
    said = report_words(language)
    basis = [
        said["children_of"].format(n=f"{report.n_children:,}", m2=f"{report.children_m2:,.3f}")
        + said["parents_of"].format(n=f"{report.n_parents:,}", m2=f"{report.parents_m2:,.3f}"),
        _claim(report, language),
        basis_text([report.crs], report.tolerance_m2, language),
    ]
    return "\n".join(
        [
            f"{said['nesting_text']}{step_verdict(report, language, whole=True)}",
            f"  {said['and'].join(basis)}",
            *text_lines(
                text_rows(_checked(report), nesting_names(language), language), [19, 10, 24]
            ),
        ]
    )


def nesting_html(report: NestingReport, language: Language) -> str:
    """Write a report as HTML: verdict, kinds of fault, sums. All text is escaped."""
    said, words = fault_words(language), report_words(language)
    difference = difference_in_words(report.children_m2 - report.parents_m2)
    claim = words["parent_codes"] + (repr(report.claim) if report.claim else words["unchecked"])
    rows = [
        Row([words["parents"], f"{report.n_parents:,}", f"{report.parents_m2:,.3f}"]),
        Row([words["children"], f"{report.n_children:,}", f"{report.children_m2:,.3f}"]),
        Row([words["less_parents"], "", difference]),
    ]
    measured = basis_html([report.crs], report.tolerance_m2, language)
    return html_page(
        words["nesting"],
        step_verdict(report, language, whole=True),
        [
            kinds_html(
                {kind: [frame] for kind, frame in _checked(report).items()},
                nesting_names(language),
                nesting_meanings(language),
                language,
            ),
            html_table([said["sum"], said["number"], "m²"], rows, sides="<>>"),
        ],
        f"{measured}{words['and']}{claim}",
        color=SOUND if report.ok else FAULTY,
        language=language,
    )


def levels_text(report: LevelsReport, language: Language) -> str:
    """Write a report for a terminal: a line for each level, and below it what was found there."""
    said = report_words(language)
    levels = [
        (name, number, f"{m2} {said['m2']}") for name, number, m2 in _levels(report, language)
    ]
    rows, verdicts = levels[:1], [""]
    for level, step in zip(levels[1:], report.steps, strict=True):
        found = [
            (f"  {name}", number, m2)
            for name, number, m2 in text_rows(
                with_rows(step.found()), nesting_names(language), language
            )
        ]
        rows += [level, *found]
        verdicts += [f"  {step_verdict(step, language)}", *[""] * len(found)]
    lines = text_lines(rows, [21, 10, 24])
    measured = basis_text(
        [step.crs for step in report.steps], report.steps[0].tolerance_m2, language
    )
    return "\n".join(
        [
            f"{said['levels_text']}{levels_verdict(report.n_faults, len(report.names), language)}",
            *(line + verdict for line, verdict in zip(lines, verdicts, strict=True)),
            f"  {_claims(report, language)}{said['and']}{measured}",
        ]
    )


def levels_html(report: LevelsReport, language: Language) -> str:
    """Write a report as HTML: verdict, a row a level, kinds of fault by level. All is escaped."""
    words = report_words(language)
    by_step = [_checked(step) for step in report.steps]
    kinds = kinds_html(
        {kind: [found[kind] for found in by_step] for kind in by_step[0]},
        nesting_names(language),
        nesting_meanings(language),
        language,
        groups=_names(report, language)[1:],
    )
    measured = basis_html(
        [step.crs for step in report.steps], report.steps[0].tolerance_m2, language
    )
    return html_page(
        words["levels"],
        levels_verdict(report.n_faults, len(report.names), language),
        [_levels_table(report, language), kinds],
        f"{measured}{words['and']}{_claims(report, language)}",
        color=SOUND if report.ok else FAULTY,
        language=language,
    )


def _levels_table(report: LevelsReport, language: Language) -> str:
    """Write a row for each level: number, m2, and how it stands to the level above."""
    said, words = fault_words(language), report_words(language)
    rows = []
    for level, step in zip(_levels(report, language), [None, *report.steps], strict=True):
        difference, verdict, color = "", "", "inherit"
        if step is not None:
            difference = difference_in_words(step.children_m2 - step.parents_m2)
            verdict = step_verdict(step, language)
            color = "inherit" if step.ok else FAULTY
        rows.append(Row([*level, difference, verdict], color))
    head = [words["level"], said["number"], "m²", words["less_above"], words["in_above"]]
    return html_table(head, rows, sides="<>>><")


def _levels(report: LevelsReport, language: Language) -> list[tuple[str, str, str]]:
    """Give each level as texts: name, number, m2."""
    first = report.steps[0]
    numbers = [first.n_parents, *(step.n_children for step in report.steps)]
    sizes = [first.parents_m2, *(step.children_m2 for step in report.steps)]
    return [
        (name, f"{n:,}", f"{m2:,.3f}")
        for name, n, m2 in zip(_names(report, language), numbers, sizes, strict=True)
    ]


def _checked(report: NestingReport) -> dict[str, GeoDataFrame | None]:
    """Give the faults by kind, None for the codes where no column names the parents."""
    return report.found() | ({} if report.claim else {"wrong_parent_codes": None})


def _claim(report: NestingReport, language: Language) -> str:
    said = report_words(language)
    return said["claim"].format(claim=repr(report.claim)) if report.claim else said["no_claim"]


def _claims(report: LevelsReport, language: Language) -> str:
    """Tell in which column each level names its parents."""
    said = report_words(language)
    claims = [repr(step.claim) if step.claim else said["unchecked"] for step in report.steps]
    levels = zip(_names(report, language)[1:], claims, strict=True)
    return said["parent_codes"] + said["list"].join(f"{name} {claim}" for name, claim in levels)


def _names(report: LevelsReport, language: Language) -> list[str]:
    """Give the names of the levels; those that nobody named are numbers in either language."""
    n = len(report.names)
    unnamed = zip(report.names, nth_levels(n, "en"), nth_levels(n, language), strict=True)
    return [number if name == english else name for name, english, number in unnamed]
