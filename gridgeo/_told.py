"""What all reports tell alike: kinds of fault, and in which CRS and how finely was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridgeo._fault_words import fault_words
from gridgeo._records import m2_of
from gridgeo._report_words import report_words
from gridgeo._tables import FAINT, Row, html_table
from gridgeo._words import crs_in_words, m2_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo.schema import Language


def text_rows(
    found: Mapping[str, GeoDataFrame | None], names: Mapping[str, str], language: Language
) -> list[tuple[str, str, str]]:
    """Give each kind of fault as the texts of a line: name, number, m2; None is unchecked.

    In English kinds are named as the attributes of the report are.
    """
    said = report_words(language)
    rows = []
    for kind, frame in found.items():
        number = said["unchecked"] if frame is None else f"{len(frame):,}"
        m2 = "" if frame is None else m2_of(frame, said["m2"])
        rows.append((kind if language == "en" else names[kind], number, m2))
    return rows


def kinds_html(
    found: Mapping[str, Sequence[GeoDataFrame | None]],
    names: Mapping[str, str],
    meanings: Mapping[str, str],
    language: Language,
    *,
    groups: Sequence[str] = (),
) -> str:
    """Write a table of the kinds of fault: name, number and m2 in each group, meaning.

    ``found`` has a frame for each group, None where it is unchecked; one group needs no name.
    """
    said = fault_words(language)
    rows = []
    for kind, frames in found.items():
        figures = [text for frame in frames for text in _figures(frame, language)]
        any_found = any(frame is not None and len(frame) for frame in frames)
        color = "inherit" if any_found else FAINT
        rows.append(Row([names[kind], *figures, meanings[kind]], color))
    n = max(len(groups), 1)
    return html_table(
        [said["kind"], *[said["number"], "m²"] * n, said["meaning"]],
        rows,
        sides=f"<{('|>' if groups else '>>') * n}<",
        groups=[("", 1), *((group, 2) for group in groups), ("", 1)] if groups else [],
    )


def basis_text(crs: Iterable[CRS], tolerance_m2: float, language: Language) -> str:
    """Tell in a line for a terminal in which CRS something was measured, and how finely."""
    said = report_words(language)
    names = dict.fromkeys(crs_in_words(one, language) for one in crs)
    tolerance = said["tolerance"].format(m2=f"{tolerance_m2:g}")
    return said["and"].join([*names, tolerance])


def basis_html(crs: Iterable[CRS], tolerance_m2: float, language: Language) -> str:
    """Tell in a sentence in which CRS something was measured, and how finely."""
    said, more = fault_words(language), report_words(language)
    names = dict.fromkeys(crs_in_words(one, language) for one in crs)
    return (
        f"{said['crs']} {more['list'].join(names)}{more['and']}"
        f"{said['tolerance']} {m2_in_words(tolerance_m2)}"
    )


def _figures(frame: GeoDataFrame | None, language: Language) -> tuple[str, str]:
    """Give how many faults a kind has, and how many m2; empty text where it has none."""
    if frame is None:
        return report_words(language)["unchecked"], ""
    measured = len(frame) and frame["m2"].notna().any()
    m2 = m2_in_words(float(frame["m2"].sum())).removesuffix(" m²") if measured else ""
    return f"{len(frame):,}", m2
