"""What checks of staffing say, in the languages of reports."""

# ruff: noqa: RUF001 - Chinese has its own comma and colon

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo._words import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Language

STAFF_FAULTS: Final = {
    "vacancies": "zones that lack persons in a role",
    "surplus": "zones with more persons in a role than it allows",
    "overloaded": "persons with more zones than their role allows",
    "unknown_persons": "persons named in a zone who are not in the staff",
    "repeated_persons": "persons named twice in one zone and role",
    "same_persons": "persons who stand in for themselves, or hold two roles that must differ",
    "wrong_roles": "persons who serve in a role that is not theirs",
    "wrong_names": "persons whom a zone calls by another name than the staff does",
    "wrong_places": "persons who serve outside their place",
}
"""The kinds of fault of staffing, in the order of the report, and what each counts."""

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "vacancies": ("Vacancies", "人员缺额"),
    "surplus": ("Too many persons", "人员超额"),
    "overloaded": ("Too many zones", "负责网格过多"),
    "unknown_persons": ("Not in the staff", "不在名册"),
    "repeated_persons": ("Named twice", "重复登记"),
    "same_persons": ("Same person in two roles", "同一人兼任"),
    "wrong_roles": ("Wrong role", "职务不符"),
    "wrong_names": ("Wrong name", "姓名不符"),
    "wrong_places": ("Outside their place", "超出任职范围"),
}

_MEANINGS: Final[dict[str, tuple[str, str]]] = {
    "vacancies": (STAFF_FAULTS["vacancies"], "责任网格的某项职务人数不足"),
    "surplus": (STAFF_FAULTS["surplus"], "责任网格的某项职务人数超过上限"),
    "overloaded": (STAFF_FAULTS["overloaded"], "一人负责的责任网格数超过该职务上限"),
    "unknown_persons": (STAFF_FAULTS["unknown_persons"], "责任网格登记的人员不在人员名册中"),
    "repeated_persons": (
        STAFF_FAULTS["repeated_persons"],
        "同一责任网格的同一职务重复登记同一人",
    ),
    "same_persons": (STAFF_FAULTS["same_persons"], "副职与正职为同一人，或兼任不得兼任的职务"),
    "wrong_roles": (STAFF_FAULTS["wrong_roles"], "人员担任的职务与名册不符"),
    "wrong_names": (STAFF_FAULTS["wrong_names"], "责任网格登记的姓名与名册不符"),
    "wrong_places": (STAFF_FAULTS["wrong_places"], "人员在其任职范围以外的责任网格任职"),
}

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "text": ("StaffingReport: ", "人员配备检查："),
    "title": ("Check of staffing: ", "人员配备检查："),
    "staffed": ("staffed, every zone has its persons", "合格，每个责任网格均已配齐人员"),
    "one_fault": ("not staffed, 1 fault", "不合格，发现 1 处问题"),
    "faulty": ("not staffed, {n} faults", "不合格，发现 {n} 处问题"),
    "basis": (
        "{zones} zones; {persons} persons, {idle} of them without a zone",
        "{zones} 个责任网格；{persons} 名人员，其中 {idle} 名未分配责任网格",
    ),
    "unasked": (
        "; {n} persons have a role that was not asked for: {roles}",
        "；{n} 名人员的职务不在检查之列：{roles}",
    ),
    "list": (", ", "、"),
    "each": ("{fewest} to {most}", "{fewest}–{most}"),
    "kind": ("Kind", "类别"),
    "number": ("Number", "数量"),
    "meaning": ("What it means", "含义"),
    "role": ("Role", "职务"),
    "needs": ("Persons a zone", "每网格人数"),
    "serving": ("Persons", "在岗人数"),
    "idle": ("Without a zone", "未分配人数"),
    "vacant": ("Zones short", "缺员网格"),
    "zones_each": ("Zones a person", "人均网格数"),
    "no_limit": ("{n} or more", "不少于 {n}"),
    "from_to": ("{least} to {most}", "{least}–{most}"),
}


def staff_words(language: Language) -> Mapping[str, str]:
    """Give what checks of staffing say in one language, by key.

    Raises
    ------
    InputError
        The language is neither ``"en"`` nor ``"zh"``.
    """
    return in_language(language, _WORDS)


def staff_names(language: Language) -> Mapping[str, str]:
    """Give the names of the kinds of fault of staffing, in the order of the report."""
    return in_language(language, _NAMES)


def staff_meanings(language: Language) -> Mapping[str, str]:
    """Tell what each kind of fault of staffing means."""
    return in_language(language, _MEANINGS)


def staff_verdict(n_faults: int, language: Language) -> str:
    """Tell whether zones are staffed.

    Examples
    --------
    >>> staff_verdict(2, "en")
    'not staffed, 2 faults'
    """
    key = "staffed" if not n_faults else "one_fault" if n_faults == 1 else "faulty"
    return staff_words(language)[key].format(n=f"{n_faults:,}")
