"""What reports say beside their faults: verdicts, sums, kinds of change, in their languages.

Lines for a terminal have no character that a Chinese console lacks: m2 and 平方米, not m².
"""

# ruff: noqa: RUF001 - Chinese has its own comma and colon

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo._words import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Language

CHANGES: Final = {
    "same": "the same ground",
    "moved": "one cell before, one after, with another border",
    "split": "one cell before, several after",
    "merged": "several cells before, one after",
    "redrawn": "several before and several after, or ground handed out to several",
    "new": "ground that had no cell before",
    "gone": "ground that has no cell after",
}
"""The kinds of change, in the order of the summary, and what each is."""

_CHANGE_NAMES: Final[dict[str, tuple[str, str]]] = {
    "same": ("Same", "未变"),
    "moved": ("Moved", "边界调整"),
    "split": ("Split", "拆分"),
    "merged": ("Merged", "合并"),
    "redrawn": ("Redrawn", "重新划分"),
    "new": ("New", "新增"),
    "gone": ("Gone", "撤销"),
    "all": ("All", "合计"),
}

_CHANGE_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "same": (CHANGES["same"], "地面相同"),
    "moved": (CHANGES["moved"], "变更前后各一个，边界不同"),
    "split": (CHANGES["split"], "变更前一个，变更后多个"),
    "merged": (CHANGES["merged"], "变更前多个，变更后一个"),
    "redrawn": (CHANGES["redrawn"], "变更前后均为多个，或地面分给了多个"),
    "new": (CHANGES["new"], "变更前不属于任何一个的地面"),
    "gone": (CHANGES["gone"], "变更后不属于任何一个的地面"),
    "all": ("", ""),
}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "coverage_text": ("CoverageReport: ", "覆盖检查："),
    "nesting_text": ("NestingReport: ", "嵌套检查："),
    "levels_text": ("LevelsReport: ", "层级检查："),
    "comparison_text": ("CoverageComparison: ", "版本比较："),
    "coverage": ("Coverage check: ", "覆盖检查："),
    "nesting": ("Nesting check: ", "嵌套检查："),
    "levels": ("Check of levels: ", "层级检查："),
    "comparison": ("Comparison of versions: ", "版本比较："),
    "and": ("; ", "；"),
    "list": (", ", "、"),
    "m2": ("m2", "平方米"),
    "cells_of": ("{n} cells of {m2} m2", "{n} 个单元网格，共 {m2} 平方米"),
    "in_areas": (
        " in {n} areas of {m2} m2 ({ellipsoid} m2 on the ellipsoid)",
        "；{n} 个区域，共 {m2} 平方米 (椭球面积 {ellipsoid} 平方米)",
    ),
    "children_of": ("{n} children of {m2} m2 in ", "{n} 个下级区域，共 {m2} 平方米；"),
    "parents_of": ("{n} parents of {m2} m2", "{n} 个上级区域，共 {m2} 平方米"),
    "claim": ("their codes in {claim}", "上级代码取自 {claim} 列"),
    "no_claim": ("no column names the parents", "没有说明上级代码的列"),
    "tolerance": ("tolerance {m2} m2", "舍入容差 {m2} 平方米"),
    "unchecked": ("unchecked", "未检查"),
    "nested": ("nested", "合格"),
    "nested_whole": (
        "nested, every child in one parent, every parent filled once",
        "合格，每个下级区域都在唯一的上级区域之内，每个上级区域均被填满且仅一次",
    ),
    "one_fault": ("not nested, 1 fault", "不合格，发现 1 处问题"),
    "faulty": ("not nested, {n} faults", "不合格，发现 {n} 处问题"),
    "swapped": (
        "; more parents than children: are they swapped?",
        "；上级多于下级，两个图层是否颠倒？",
    ),
    "levels_nested": (
        "{levels} levels nested, each fills the one above once",
        "{levels} 级全部合格，逐级填满，无空白，无重叠",
    ),
    "levels_one_fault": (
        "{levels} levels not nested, 1 fault",
        "{levels} 级未全部合格，发现 1 处问题",
    ),
    "levels_faulty": (
        "{levels} levels not nested, {n} faults",
        "{levels} 级未全部合格，共发现 {n} 处问题",
    ),
    "level": ("Level", "层级"),
    "nth_level": ("level {n}", "第 {n} 级"),
    "less_above": ("Less the level above, m²", "与上一级之差 m²"),
    "in_above": ("In the level above", "在上一级中"),
    "parents": ("Parents", "上级区域"),
    "children": ("Children", "下级区域"),
    "less_parents": ("Children less parents", "下级减上级"),
    "parent_codes": ("parent codes: ", "上级代码："),
    "unchanged": ("nothing changed", "没有变化"),
    "changed": (
        "changed: {before} before, {after} after; another code: {recoded}",
        "有变化，变更前 {before} 个，变更后 {after} 个；编码改变 {recoded} 个",
    ),
    "reused": (
        "These codes stood for other ground before: {codes}",
        "下列编码原先指的是其他地面：{codes}",
    ),
    "more": (" and {n} more", "，另有 {n} 个"),
    "by_cell_code": ("by cell_code", "按单元网格编码"),
    "by_zone_code": ("by zone_code", "按责任网格编码"),
    "by_area_code": ("by area_code", "按区域代码"),
    "before": ("before", "变更前"),
    "after": ("after", "变更后"),
    "m2_before": ("m2 before", "变更前平方米"),
    "m2_after": ("m2 after", "变更后平方米"),
    "number_before": ("Before", "变更前数量"),
    "number_after": ("After", "变更后数量"),
    "size_before": ("m² before", "变更前 m²"),
    "size_after": ("m² after", "变更后 m²"),
    "recoded": ("Other code", "编码改变"),
    "wrote": ("wrote {file}", "已写入 {file}"),
}


def report_words(language: Language) -> Mapping[str, str]:
    """Give what reports say in one language, by key.

    Raises
    ------
    InputError
        The language is neither ``"en"`` nor ``"zh"``.
    """
    return in_language(language, _WORDS)


def change_names(language: Language) -> Mapping[str, str]:
    """Give the names of the kinds of change, and of their sum, in the order of the summary."""
    return in_language(language, _CHANGE_NAMES)


def change_meanings(language: Language) -> Mapping[str, str]:
    """Tell what each kind of change is."""
    return in_language(language, _CHANGE_MEANINGS)


def nth_levels(n: int, language: Language) -> list[str]:
    """Call levels by their number, where nobody named them.

    Examples
    --------
    >>> nth_levels(2, "en")
    ['level 1', 'level 2']
    """
    return [report_words(language)["nth_level"].format(n=i + 1) for i in range(n)]


def nesting_verdict(n_faults: int, language: Language, *, whole: bool = False) -> str:
    """Tell whether children nest in parents; ``whole``: and what that means.

    Examples
    --------
    >>> nesting_verdict(0, "en"), nesting_verdict(2, "en")
    ('nested', 'not nested, 2 faults')
    """
    said = report_words(language)
    if n_faults > 1:
        return said["faulty"].format(n=f"{n_faults:,}")
    if n_faults:
        return said["one_fault"]
    return said["nested_whole" if whole else "nested"]


def levels_verdict(n_faults: int, n_levels: int, language: Language) -> str:
    """Tell whether all levels nest.

    Examples
    --------
    >>> levels_verdict(1, 5, "en")
    '5 levels not nested, 1 fault'
    """
    key = "levels_nested" if not n_faults else ("levels_faulty", "levels_one_fault")[n_faults == 1]
    return report_words(language)[key].format(levels=n_levels, n=f"{n_faults:,}")
