"""The words on paper and in trees that the interactive map has no use for."""

# ruff: noqa: RUF001 - Chinese has its own comma and colon

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo._words import in_language
from gridgeo.maps.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Language

_TABLE: Final[dict[str, tuple[str, str]]] = {
    "tree_title": ("Zones and persons in charge", "责任网格树状图"),
    "one_zone": ("1 zone", "1 个责任网格"),
    "n_zones": ("{n} zones", "{n} 个责任网格"),
    "without_zone": ("no zone", "无责任网格"),
    "without_area": ("In no area", "未列入区域"),
    "nobody": ("nobody in charge", "无责任人"),
    "one_cell": ("1 cell", "1 个单元网格"),
    "n_cells": ("{n} cells", "{n} 个单元网格"),
    "hectares": ("{n} ha", "{n} 公顷"),
    "one_color_each_zone": ("One colour a zone", "一格一色"),
    "cells_head": ("cells", "网格数"),
    "ha": ("ha", "公顷"),
    "more_zones": ("{n} more zones: see the ledger", "另有 {n} 个责任网格，见台账"),
    "page": ("page", "页码"),
    "page_of": ("Page {n} of {total}", "第 {n} 页，共 {total} 页"),
    "index": ("Index of zones", "责任网格索引"),
    "on_page": ("page {n}", "第 {n} 页"),
    "neighbouring": ("Neighbouring zones", "相邻责任网格"),
    "figures": ("Figures", "概况"),
    "parts_of": ("Areas", "所辖区域"),
    "and_others": ("{n} others", "其他 {n} 个"),
    "cell_numbers": (
        "Numbers of cells: the end of their codes, after the code of their area",
        "单元网格编号：单元网格编码略去区域编码",
    ),
    "continued": ("{name} (continued)", "{name}（续）"),
    "search": ("Search", "搜索"),
    "search_hint": ("Code, name or person", "编码、名称或姓名"),
    "open_all": ("Open all", "全部展开"),
    "close_all": ("Close all", "全部收起"),
    "no_match": ("Nothing found", "未找到"),
}


def paper_words(language: Language) -> Mapping[str, str]:
    """Give the words of maps and those of paper in one language, by their key.

    Raises
    ------
    InputError
        The language is neither ``"en"`` nor ``"zh"``.
    """
    return {**words(language), **in_language(language, _TABLE)}


def counted(said: Mapping[str, str], thing: str, n: int) -> str:
    """Count things in words: ``thing`` is what stands after ``one_`` or ``n_`` in their key.

    Examples
    --------
    >>> said = paper_words("en")
    >>> counted(said, "zone", 1), counted(said, "zone", 1200)
    ('1 zone', '1,200 zones')
    """
    return said[f"one_{thing}"] if n == 1 else said[f"n_{thing}s"].format(n=f"{n:,}")
