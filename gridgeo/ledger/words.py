"""The words of ledgers and cards, in their languages."""

# ruff: noqa: RUF001 - Chinese has its own comma, colon and brackets

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo._words import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Language

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Grid ledger", "网格台账"),
    "card": ("Record card of a responsibility grid", "责任网格登记卡"),
    "page": ("Page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
    "date": ("Date", "制表日期"),
    "source": ("Source", "资料来源"),
    "crs": ("Coordinates", "坐标系"),
    "total": ("Total", "合计"),
    "separator": (": ", "："),
    "list": (", ", "、"),
    "persons_list": (", ", "、"),
    # Sheets
    "summary": ("Summary", "汇总"),
    "zones": ("Zones", "责任网格"),
    "cells": ("Cells", "单元网格"),
    "classes": ("Components", "部件分类"),
    "zone_classes": ("Components by zone", "网格部件"),
    "staff": ("Staff", "人员"),
    "key_units": ("Key units", "重点单位"),
    "faults": ("Faults", "问题"),
    "long_texts": ("Long texts", "长文本"),
    "contents": ("Sheets", "目录"),
    # Facts
    "totals": ("Totals", "统计"),
    "verdicts": ("Checks", "检查结论"),
    "n_zones": ("Zones", "责任网格"),
    "n_areas": ("Areas", "区域"),
    "n_cells": ("Cells", "单元网格"),
    "cells_without_zone": ("Cells without a zone", "未划入责任网格的单元网格"),
    "area": ("Area", "面积"),
    "n_components": ("Components", "部件"),
    "components_without_cell": ("Components in no cell", "不在任何单元网格内的部件"),
    "n_classes": ("Component classes", "部件类别"),
    "length": ("Length of lines", "线状部件长度"),
    "n_staff": ("Persons", "人员"),
    "zones_without": ("Zones without: {role}", "缺{role}的责任网格"),
    "n_key_units": ("Key units", "重点单位"),
    "load": ("Load", "工作量"),
    "position": ("Position", "位置"),
    "areas": ("Areas", "所属区域"),
    "more_areas": (", ... ({n} in all)", "等 {n} 个"),
    "rows": ("rows", "行"),
    "m2": ("m²", "平方米"),
    "m": ("m", "米"),
    "code": ("Code", "编码"),
    "name_fact": ("Name", "名称"),
    "persons": ("Persons in charge", "责任人员"),
    "class": ("Class", "类别"),
    "count": ("Number", "数量"),
    "size": ("Length or area", "长度或面积"),
    "nobody": ("nobody", "空缺"),
    "none": ("none", "无"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "no_class": ("No class", "未分类"),
    "no_zone": ("In no zone", "未划入责任网格"),
    "scale": ("Scale", "比例尺"),
    "north": ("N", "北"),
    "in_metres": ("{n} m", "{n} 米"),
    "cell_border": ("Cell", "单元网格"),
    "neighbour": ("Neighbouring zone", "相邻责任网格"),
    "this_zone": ("This zone", "本责任网格"),
    "key_unit": ("Key unit", "重点单位"),
    "back": ("Summary", "汇总"),
}

_HEADINGS: Final[dict[str, tuple[str, str]]] = {
    "item": ("Item", "项目"),
    "value": ("Value", "内容"),
    "unit": ("Unit", "单位"),
    "zone_code": ("Zone code", "责任网格编码"),
    "zone_name": ("Zone", "责任网格名称"),
    "cell_code": ("Cell code", "单元网格编码"),
    "area_code": ("Area code", "区域代码"),
    "area_name": ("Area", "区域名称"),
    "street_code": ("Street code", "街道代码"),
    "street_name": ("Street", "街道"),
    "area_m2": ("Area (m²)", "面积（平方米）"),
    "length_m": ("Length (m)", "长度（米）"),
    "load": ("Load", "工作量"),
    "n_cells": ("Cells", "单元网格数"),
    "n_zones": ("Zones", "责任网格数"),
    "n_components": ("Components", "部件数"),
    "n_pieces": ("Pieces", "合并块数"),
    "kind": ("Kind", "类型"),
    "cell_type": ("Type of cell", "网格类型"),
    "zone_type": ("Type of zone", "责任网格类型"),
    "column": ("Column", "列号"),
    "row": ("Row", "行号"),
    "class_code": ("Class code", "类别代码"),
    "class_name": ("Class", "类别名称"),
    "major_name": ("Major class", "大类"),
    "staff_id": ("Staff no.", "人员编号"),
    "name": ("Name", "姓名"),
    "name_en": ("Name in English", "英文姓名"),
    "role": ("Role", "职责"),
    "full_time": ("Full-time", "专职"),
    "phone": ("Phone", "电话"),
    "zone_codes": ("Zone codes", "负责的责任网格"),
    "unit_id": ("Unit no.", "单位编号"),
    "unit_name": ("Key unit", "单位名称"),
    "check": ("Check", "检查项目"),
    "fault": ("Fault", "问题类型"),
    "m2": ("Size (m²)", "面积（平方米）"),
    "sheet": ("Sheet", "工作表"),
    "part": ("Part", "分段"),
    "text": ("Text", "全文"),
}

_FAULT_HEADINGS: Final[dict[str, tuple[str, str]]] = {
    "unit": ("Unit", "上级区域"),
    "share": ("Load/mean", "负荷/平均"),
    "has": ("Persons", "实有人数"),
    "needs": ("Persons needed", "应有人数"),
    "at_most": ("Persons at most", "人数上限"),
    "max_zones": ("Zones at most", "责任网格数上限"),
    "other_role": ("Other role", "另一职责"),
    "has_role": ("Own role", "本人职责"),
    "has_name": ("Name in the zone", "网格所记姓名"),
    "serves_in": ("Serves in", "服务区域"),
}

_CELL_KINDS: Final[dict[str, tuple[str, str]]] = {
    "whole": ("Whole", "完整网格"),
    "cut": ("Cut at a border", "边界切割网格"),
    "merged": ("Merged", "合并网格"),
}

_UNIT_KINDS: Final[dict[str, tuple[str, str]]] = {
    "school": ("School", "学校"),
    "kindergarten": ("Kindergarten", "幼儿园"),
    "hospital": ("Hospital", "医院"),
    "clinic": ("Clinic", "卫生服务站"),
    "care home": ("Care home", "养老院"),
    "library": ("Library", "图书馆"),
    "market": ("Market", "市场"),
    "street office": ("Street office", "街道办事处"),
    "police station": ("Police station", "派出所"),
    "fire station": ("Fire station", "消防站"),
    "bus station": ("Bus station", "汽车站"),
    "metro station": ("Metro station", "地铁站"),
    "petrol station": ("Petrol station", "加油站"),
    "hazard source": ("Hazard source", "危险源"),
}


def words(language: Language) -> Mapping[str, str]:
    """Give the words of a ledger in one language, by their key.

    Raises
    ------
    InputError
        The language is neither ``"en"`` nor ``"zh"``.
    """
    return in_language(language, _WORDS)


def headings(language: Language) -> Mapping[str, str]:
    """Give the headings of columns, by the name of the column."""
    return in_language(language, _HEADINGS)


def fault_headings(language: Language) -> Mapping[str, str]:
    """Give the headings of what only checks of zones and staffing tell, by their column."""
    return in_language(language, _FAULT_HEADINGS)


def cell_kinds(language: Language) -> Mapping[str, str]:
    """Give the names of the kinds of cells."""
    return in_language(language, _CELL_KINDS)


def unit_kinds(language: Language) -> Mapping[str, str]:
    """Give the names of common kinds of key units; others keep what the data call them."""
    return in_language(language, _UNIT_KINDS)
