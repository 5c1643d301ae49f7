"""What a check of zones says, in the languages of reports.

Lines for a terminal have no character that a Chinese console lacks.
"""

# ruff: noqa: RUF001 - Chinese has its own comma and colon

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo._words import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Language

ZONE_FAULTS: Final = {
    "unassigned": "cells without a zone",
    "pieces": "pieces of zones that share no border with the rest, and could",
    "crossings": "zones that reach into a second unit",
    "overloaded": "zones that carry more than the mean of their unit and the tolerance allow",
}
"""The kinds of fault of zones, in the order of the report, and what each counts."""

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "unassigned": ("Without a zone", "未划入责任网格"),
    "pieces": ("Zones in pieces", "责任网格不连通"),
    "crossings": ("Across a unit", "跨越上级边界"),
    "overloaded": ("Overloaded", "超负荷"),
}

_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "unassigned": (ZONE_FAULTS["unassigned"], "没有责任网格的单元网格"),
    "pieces": (ZONE_FAULTS["pieces"], "与本责任网格其余部分没有公共边界、本可相连的部分"),
    "crossings": (ZONE_FAULTS["crossings"], "伸入另一上级区域的责任网格"),
    "overloaded": (ZONE_FAULTS["overloaded"], "负荷超出所属上级区域平均值及容差的责任网格"),
}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title_text": ("ZonesReport: ", "责任网格检查："),
    "title": ("Check of zones: ", "责任网格检查："),
    "sound": (
        "sound, every cell has a zone, every zone is connected and carries no more than it may",
        "合格，每个单元网格均属一个责任网格，责任网格各自连通，负荷均在容许范围内",
    ),
    "one_fault": ("not sound, 1 fault", "不合格，发现 1 处问题"),
    "faulty": ("not sound, {n} faults", "不合格，发现 {n} 处问题"),
    "basis": (
        "{cells} cells in {zones} zones; {load} {total}, mean {mean}",
        "{cells} 个单元网格，{zones} 个责任网格；{load} 合计 {total}，平均 {mean}",
    ),
    "within": ("; within {within}, {n} units", "；不跨越 {within}，共 {n} 个上级区域"),
    "load": ("load", "负荷"),
    "max_to_mean": ("max/mean", "最大/平均"),
    "min_to_mean": ("min/mean", "最小/平均"),
    "compactness": ("compactness", "紧凑度"),
    "islands": ("islands", "飞地"),
    "changed": ("changed cells", "变更网格"),
    "bound": ("at best {bound}", "至少为 {bound}"),
    "polsby": ("mean of 4 pi area / perimeter^2", "4 pi 面积 / 周长^2 的平均值"),
    "island_cells": ("{n} cells", "{n} 个单元网格"),
    "of_cells": ("{share} % of the cells", "占单元网格 {share} %"),
    "tolerance": ("tolerance {share} %", "容差 {share} %"),
    "measured": ("measured in {crs}", "量算坐标系 {crs}"),
    "unit": ("Unit", "上级区域"),
    "n_zones": ("Zones", "责任网格数"),
    "mean_load": ("Mean load", "平均负荷"),
    "unit_max": ("Max/mean", "最大/平均"),
    "unit_min": ("Min/mean", "最小/平均"),
    "unit_bound": ("At best", "至少为"),
    "all": ("All", "合计"),
    "figure": ("Figure", "指标"),
    "value": ("Value", "数值"),
    "note": ("Note", "说明"),
    "more_units": ("and {n} more units", "另有 {n} 个上级区域"),
}


def zone_words(language: Language) -> Mapping[str, str]:
    """Give the words of a report on zones in one language, by their key.

    Raises
    ------
    InputError
        The language is neither ``"en"`` nor ``"zh"``.
    """
    return in_language(language, _WORDS)


def zone_fault_names(language: Language) -> Mapping[str, str]:
    """Give the names of the kinds of fault, in the order of the report."""
    return in_language(language, _NAMES)


def zone_fault_meanings(language: Language) -> Mapping[str, str]:
    """Tell what each kind of fault means."""
    return in_language(language, _MEANINGS)


def zones_verdict(n_faults: int, language: Language) -> str:
    """Tell whether zones are sound.

    Examples
    --------
    >>> zones_verdict(2, "en")
    'not sound, 2 faults'
    """
    said = zone_words(language)
    if n_faults > 1:
        return said["faulty"].format(n=f"{n_faults:,}")
    return said["one_fault" if n_faults else "sound"]
