"""A coverage report as a table that a planner can read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from gridgeo._fault_words import (
    FAULTS,
    ODD_SIZES,
    fault_meanings,
    fault_names,
    fault_words,
    m2_in_words,
    verdict_in_words,
)
from gridgeo.schema import AREA_CODE, AREA_M2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridgeo._report import CoverageReport
    from gridgeo.schema import Language

# Jupyter aligns cells to the right and stripes rows; a mail or a saved page knows no style at all.
_TABLE: Final = "border-collapse:collapse;margin:6px 0 12px"
_LEFT: Final = "text-align:left;padding:2px 14px 2px 0"
_RIGHT: Final = (
    "text-align:right;padding:2px 14px 2px 0;white-space:nowrap;font-variant-numeric:tabular-nums"
)
_SOUND, _FAULTY, _FAINT = "#13805c", "#c8102e", "#6b7280"


def coverage_html(report: CoverageReport, language: Language) -> str:
    """Write a report as HTML: verdict, kinds of fault, sums. All text is escaped."""
    said = fault_words(language)
    verdict = verdict_in_words(report.n_faults, with_areas=bool(report.n_areas), language=language)
    color = _SOUND if report.ok else _FAULTY
    basis = (
        f"{said['crs']} {report.gaps.crs.name}; "
        f"{said['tolerance']} {m2_in_words(report.tolerance_m2)}"
    )
    lang = "zh-CN" if language == "zh" else "en"
    return (
        f'<div lang="{lang}"><p><b>{escape(said["title"] + said["separator"])}'
        f'<span style="color:{color}">{escape(verdict)}</span></b></p>'
        f"{_kinds(report, language)}{_sums(report, language)}"
        f'<p style="color:{_FAINT}">{escape(basis)}</p></div>'
    )


def _kinds(report: CoverageReport, language: Language) -> str:
    said, names, meanings = fault_words(language), fault_names(language), fault_meanings(language)
    kinds = [*FAULTS, *([ODD_SIZES] if len(report.odd_sizes) else [])]
    rows = [_head(said["kind"], said["number"], "m²", said["meaning"])]
    for kind in kinds:
        frame = getattr(report, kind)
        measured = len(frame) and frame["m2"].notna().any()
        m2 = m2_in_words(float(frame["m2"].sum())).removesuffix(" m²") if measured else ""
        color = "inherit" if len(frame) else _FAINT
        rows.append(_row(names[kind], f"{len(frame):,}", m2, meanings[kind], color=color))
    return _table(rows)


def _sums(report: CoverageReport, language: Language) -> str:
    said = fault_words(language)
    rows = [_head(said["sum"], said["number"], "m²", "")]
    if report.area_m2 is not None:
        rows.append(_row(said["areas"], f"{report.n_areas:,}", f"{report.area_m2:,.3f}"))
    rows.append(_row(said["cells"], f"{report.n_cells:,}", f"{report.cells_m2:,.3f}"))
    if report.area_m2 is not None:
        balance = report.balance
        worst = balance.iloc[int(balance["difference_m2"].abs().to_numpy().argmax())]
        area = f"{worst[AREA_CODE]} ({worst[AREA_M2]:,.3f} m²)"
        difference = report.cells_m2 - report.area_m2
        rows += [
            _row(said["difference"], "", f"{_rounded(difference):+,.3f}"),
            _row(said["worst"], "", f"{_rounded(worst['difference_m2']):+,.3f}", area),
            _row(said["ellipsoid"], "", f"{report.ellipsoid_m2:,.0f}"),
        ]
    return _table(rows)


def _rounded(m2: float) -> float:
    """Round to what is shown, so that no sum is told as -0.000."""
    return round(float(m2), 3) + 0.0


def _table(rows: Iterable[str]) -> str:
    return f'<table style="{_TABLE}">{"".join(rows)}</table>'


def _head(*texts: str) -> str:
    styles = (_LEFT, _RIGHT, _RIGHT, _LEFT)
    cells = "".join(
        f'<th style="{style};border-bottom:1px solid">{escape(text)}</th>'
        for style, text in zip(styles, texts, strict=True)
    )
    return f"<tr>{cells}</tr>"


def _row(name: str, number: str, m2: str, meaning: str = "", *, color: str = "inherit") -> str:
    cells = "".join(
        f'<td style="{style}">{escape(text)}</td>'
        for style, text in ((_RIGHT, number), (_RIGHT, m2), (_LEFT, meaning))
    )
    name = f'<th scope="row" style="{_LEFT};font-weight:600">{escape(name)}</th>'
    return f'<tr style="color:{color}">{name}{cells}</tr>'
