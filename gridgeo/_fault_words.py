"""What faults of coverage and nesting are called and mean, in the languages of reports."""

# ruff: noqa: RUF001 - Chinese has its own comma and colon

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo._words import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Language

FAULTS: Final = {
    "gaps": "ground that no cell covers",
    "overlaps": "pairs of cells that share ground",
    "outside": "cells that reach beyond all areas",
    "crossings": "cells that reach into a second area",
    "wrong_area_codes": "cells that lie in another area than they say",
    "invalid": "cells without a valid polygon",
    "unmatched_edges": "borders that neighbours draw with other vertices",
    "duplicate_codes": "cells whose code is missing or repeated",
    "unbalanced": "areas whose cells do not sum up, for no reason above",
}
"""The kinds of fault of a coverage, in the order of the report, and what each counts."""

NESTING_FAULTS: Final = {
    "crossings": "children that lie in a second parent too",
    "outside": "children that reach beyond all parents",
    "unfilled": "ground of a parent that no child covers",
    "overlaps": "pairs of children that share ground",
    "wrong_parent_codes": "children that lie in another parent than they say",
    "invalid": "children or parents without a valid polygon",
    "duplicate_codes": "children or parents whose code is missing or repeated",
}
"""The kinds of fault of nesting, in the order of the report, and what each counts."""

ODD_SIZES: Final = "odd_sizes"
"""The kind that is a warning and no fault."""

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "gaps": ("Gaps", "空白"),
    "overlaps": ("Overlaps", "重叠"),
    "outside": ("Outside all areas", "超出区域"),
    "crossings": ("Across a border", "跨越边界"),
    "wrong_area_codes": ("Wrong area code", "区域代码错误"),
    "invalid": ("Invalid polygons", "无效图形"),
    "unmatched_edges": ("Borders that differ", "边界不吻合"),
    "duplicate_codes": ("Codes missing or repeated", "编码缺失或重复"),
    "unbalanced": ("Areas out of balance", "面积不符"),
    "odd_sizes": ("Odd sizes (a warning)", "大小异常 (警告)"),
}

_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "gaps": (FAULTS["gaps"], "没有任何单元网格覆盖的地面"),
    "overlaps": (FAULTS["overlaps"], "两个单元网格共有的地面"),
    "outside": (FAULTS["outside"], "单元网格伸出所有区域之外的部分"),
    "crossings": (FAULTS["crossings"], "单元网格伸入另一区域的部分"),
    "wrong_area_codes": (FAULTS["wrong_area_codes"], "单元网格实际所在区域与其区域代码不一致"),
    "invalid": (FAULTS["invalid"], "没有有效多边形的单元网格"),
    "unmatched_edges": (FAULTS["unmatched_edges"], "相邻单元网格共有边界的顶点不一致"),
    "duplicate_codes": (FAULTS["duplicate_codes"], "编码缺失或重复的单元网格"),
    "unbalanced": (FAULTS["unbalanced"], "单元网格面积之和与区域面积不符，且无上述原因"),
    "odd_sizes": ("cells smaller or larger than asked for", "小于或大于规定面积的单元网格"),
}

_NESTING_NAMES: Final[dict[str, tuple[str, str]]] = {
    "crossings": ("Across a border", "跨越上级边界"),
    "outside": ("Outside all parents", "超出上级区域"),
    "unfilled": ("Parents not filled", "空白"),
    "overlaps": ("Overlaps", "重叠"),
    "wrong_parent_codes": ("Wrong parent code", "上级代码错误"),
    "invalid": ("Invalid polygons", "无效图形"),
    "duplicate_codes": ("Codes missing or repeated", "编码缺失或重复"),
}

_NESTING_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "crossings": (NESTING_FAULTS["crossings"], "下级区域伸入另一上级区域的部分"),
    "outside": (NESTING_FAULTS["outside"], "下级区域伸出所有上级区域之外的部分"),
    "unfilled": (NESTING_FAULTS["unfilled"], "上级区域中没有任何下级区域覆盖的地面"),
    "overlaps": (NESTING_FAULTS["overlaps"], "两个下级区域共有的地面"),
    "wrong_parent_codes": (
        NESTING_FAULTS["wrong_parent_codes"],
        "下级区域实际所在的上级区域与其上级代码不一致",
    ),
    "invalid": (NESTING_FAULTS["invalid"], "没有有效多边形的下级或上级区域"),
    "duplicate_codes": (NESTING_FAULTS["duplicate_codes"], "编码缺失或重复的下级或上级区域"),
}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Coverage check", "覆盖检查"),
    "sound": ("sound, every area is covered once", "合格，每个区域均被覆盖且仅被覆盖一次"),
    "sound_alone": ("sound, no hole, no overlap", "合格，无空白，无重叠"),
    "one_fault": ("not sound, 1 fault", "不合格，发现 1 处问题"),
    "faulty": ("not sound, {n} faults", "不合格，发现 {n} 处问题"),
    "separator": (": ", "："),
    "kind": ("Kind", "类别"),
    "number": ("Number", "数量"),
    "meaning": ("What it means", "含义"),
    "sum": ("Balance", "面积平衡"),
    "areas": ("Areas", "区域"),
    "cells": ("Cells", "单元网格"),
    "areas_unit": ("areas", "个区域"),
    "cells_unit": ("cells", "个单元网格"),
    "difference": ("Cells less areas", "单元网格减区域"),
    "worst": ("Largest difference of one area", "单个区域的最大差值"),
    "ellipsoid": ("Areas on the ellipsoid", "区域椭球面积"),
    "crs": ("Measured in", "量算坐标系"),
    "tolerance": ("taken for rounding: up to", "舍入容差"),
    "faults": ("Faults", "问题"),
    "found": ("{n} faults here", "此处 {n} 处问题"),
    "more": ("and {n} more", "另有 {n} 处"),
    "no_place": ("{n} without a place on the map", "{n} 处无法在图上定位"),
    "none": ("No faults", "未发现问题"),
    "previous": ("Previous", "上一处"),
    "next": ("Next", "下一处"),
    "area_borders": ("Area borders", "区域边界"),
    "area_names": ("Area codes", "区域代码"),
    "cell_borders": ("Cell borders", "单元网格线"),
    "cell_code": ("Cell", "单元网格"),
    "cell_code_1": ("First cell", "单元网格一"),
    "cell_code_2": ("Second cell", "单元网格二"),
    "area_code": ("Area", "区域"),
    "area_code_1": ("Area of the first", "网格一所属区域"),
    "area_code_2": ("Area of the second", "网格二所属区域"),
    "reaches_into": ("Reaches into area", "伸入区域"),
    "lies_in": ("Lies in area", "实际所在区域"),
    "cell_codes": ("Cells", "单元网格"),
    "reason": ("Reason", "原因"),
    "length_m": ("Length", "长度"),
    "m2": ("Size", "面积"),
    "no_code": ("(none)", "(无)"),
    "no geometry": ("no geometry", "无图形"),
    "empty": ("empty", "空图形"),
    "not a polygon": ("not a polygon", "不是多边形"),
    "Self-intersection": ("the border crosses itself", "边界自相交"),
    "Ring Self-intersection": ("the border touches itself", "边界自相接"),
}


def fault_words(language: Language) -> Mapping[str, str]:
    """Give the words of a report in one language, by their key.

    Raises
    ------
    InputError
        The language is neither ``"en"`` nor ``"zh"``.
    """
    return in_language(language, _WORDS)


def fault_names(language: Language) -> Mapping[str, str]:
    """Give the names of the kinds of fault, and of the warning, in the order of the report."""
    return in_language(language, _NAMES)


def fault_meanings(language: Language) -> Mapping[str, str]:
    """Tell what each kind of fault means."""
    return in_language(language, _MEANINGS)


def nesting_names(language: Language) -> Mapping[str, str]:
    """Give the names of the kinds of fault of nesting, in the order of the report."""
    return in_language(language, _NESTING_NAMES)


def nesting_meanings(language: Language) -> Mapping[str, str]:
    """Tell what each kind of fault of nesting means."""
    return in_language(language, _NESTING_MEANINGS)


def verdict_in_words(n_faults: int, *, with_areas: bool, language: Language) -> str:
    """Tell whether a coverage is sound.

    Examples
    --------
    >>> verdict_in_words(2, with_areas=True, language="en")
    'not sound, 2 faults'
    """
    said = fault_words(language)
    if n_faults > 1:
        return said["faulty"].format(n=f"{n_faults:,}")
    if n_faults:
        return said["one_fault"]
    return said["sound" if with_areas else "sound_alone"]
