"""The words on maps, in the languages that maps speak."""

# ruff: noqa: RUF001 - Chinese has its own comma and colon

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo._names import first_names, one_line
from gridgeo._words import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Language

__all__ = ["first_names", "one_line", "words"]

_TABLE: Final[dict[str, tuple[str, str]]] = {
    "title": ("Grid management map", "网格化管理地图"),
    "legend": ("Legend", "图例"),
    "totals": ("Totals", "统计"),
    "classes": ("Component classes", "部件类别"),
    "cell": ("Cell", "单元网格"),
    "cells": ("Cells", "单元网格"),
    "cells_unit": ("cells", "个单元网格"),
    "area": ("Area", "区域"),
    "areas": ("Areas", "区域"),
    "areas_unit": ("areas", "个区域"),
    "area_names": ("Area names", "区域名称"),
    "area_borders": ("Area borders", "区域边界"),
    "area_border": ("Area border", "区域边界"),
    "cell_border": ("Cell border", "单元网格线"),
    "neighbours": (
        "One colour per area; neighbours never share one",
        "一区一色，相邻区域颜色不同",
    ),
    "one_color": ("One colour an area", "一区一色"),
    "district": ("District", "区"),
    "street": ("Street", "街道"),
    "community": ("Community", "社区"),
    "level_border": ("{level} border", "{level}界"),
    "upper_border": ("Border of the level above", "上级区域边界"),
    "outer_border": ("Outer border", "外边界"),
    "zone": ("Zone", "责任网格"),
    "zones": ("Zones", "责任网格"),
    "zones_unit": ("zones", "个责任网格"),
    "zone_names": ("Zone names", "责任网格名称"),
    "zone_border": ("Zone border", "责任网格界"),
    "one_color_zone": (
        "One colour per zone; neighbours never share one",
        "一格一色，相邻责任网格颜色不同",
    ),
    "short_codes": ("Codes begin", "编码前缀"),
    "no_zone": ("In no zone", "未划入责任网格"),
    "area_m2": ("Size, m²", "面积（平方米）"),
    "n_cells": ("Cells", "单元网格数"),
    "n_components": ("Components", "部件数"),
    "load": ("Load", "工作量"),
    "nearer": ("zoom in to see them", "放大后显示"),
    "nobody": ("nobody", "未指派"),
    "number": ("Number", "编号"),
    "borders": ("Borders", "界线"),
    "level_names": ("{level} names", "{level}名称"),
    "upper_names": ("Names of the level above", "上级区域名称"),
    "search": ("Search code or name", "搜索编码或名称"),
    "no_hits": ("Nothing found", "未找到"),
    "measure": ("Measure a distance", "量测距离"),
    "persons": ("Persons in charge", "责任人"),
    "list_separator": ("; ", "、"),
    "key_unit": ("Key unit", "重点单位"),
    "key_units": ("Key units", "重点单位"),
    "key_units_unit": ("key units", "个重点单位"),
    "unit: bus station": ("bus station", "公交场站"),
    "unit: care home": ("care home", "养老机构"),
    "unit: clinic": ("clinic", "诊所"),
    "unit: fire station": ("fire station", "消防站"),
    "unit: hazard source": ("hazard source", "危险源"),
    "unit: hospital": ("hospital", "医院"),
    "unit: kindergarten": ("kindergarten", "幼儿园"),
    "unit: library": ("library", "图书馆"),
    "unit: market": ("market", "市场"),
    "unit: metro station": ("metro station", "地铁站"),
    "unit: petrol station": ("petrol station", "加油站"),
    "unit: school": ("school", "学校"),
    "unit: street office": ("street office", "街道办事处"),
    "position": ("Position", "位置"),
    "density": ("Components per 10,000 m²", "每万平方米部件数"),
    "no_value": ("No value", "无数据"),
    "other_values": ("Other values", "其他"),
    "size": ("Size", "面积"),
    "total_area": ("Area covered", "覆盖面积"),
    "mean_cell": ("Mean cell", "单元网格平均面积"),
    "kind": ("Kind", "类型"),
    "whole_cells": ("Whole cells", "完整网格"),
    "cut_cells": ("Cells cut at a border", "边界切割网格"),
    "merged_cells": ("Merged cells", "合并网格"),
    "whole": ("Whole", "完整网格"),
    "cut": ("Cut at a border", "边界切割网格"),
    "merged": ("Merged", "合并网格"),
    "pieces": ("{n} pieces", "{n} 块合并"),
    "component": ("Component", "部件"),
    "components": ("Components", "部件"),
    "components_unit": ("components", "个部件"),
    "no_components": ("No components", "无部件"),
    "class": ("Class", "类别"),
    "count": ("Count", "数量"),
    "total": ("Total", "合计"),
    "no_class": ("No class", "未分类"),
    "others": ("Other classes", "其他类别"),
    "n_others": ("{n} others", "其他 {n} 类"),
    "major": ("{code}: {first}, …", "{code} 大类 ({first}等)"),
    "outside": ("outside every cell", "不在任何单元网格内"),
    "here": ("{n} components here", "此处 {n} 个部件"),
    "more": ("and {n} more", "另有 {n} 个"),
    "scale": ("Scale", "比例尺"),
    "north": ("N", "北"),
    "crs": ("Coordinates", "坐标系"),
    "date": ("Date", "制图日期"),
    "source": ("Source", "资料来源"),
    "too_many": (
        "Not drawn: too dense at this scale",
        "部件过密，本比例尺下未绘出",
    ),
    "separator": (": ", "："),
}


def words(language: Language) -> Mapping[str, str]:
    """Give the words on a map in one language, by their key.

    Raises
    ------
    InputError
        The language is neither ``"en"`` nor ``"zh"``.
    """
    return in_language(language, _TABLE)


def name_columns(column: str, language: Language) -> list[str]:
    """Name the columns whose names a map may show; one in Chinese takes none that are English."""
    return [f"{column}_en", column] if language == "en" else [column]
