"""What a ledger tells -> its tables, each with headings and totals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from gridgeo._books import Block
from gridgeo._fault_words import fault_names, fault_words, nesting_names
from gridgeo._report_words import report_words
from gridgeo._staff_words import staff_names
from gridgeo._words import crs_in_words
from gridgeo._zone_words import zone_fault_names
from gridgeo.ledger.contents import plain_table
from gridgeo.ledger.posts import roles_of, staff_with_zones
from gridgeo.ledger.words import cell_kinds, fault_headings, headings, unit_kinds, words
from gridgeo.roles import role_names
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    AREA_NAME,
    CELL_CODE,
    CELL_TYPE,
    CLASS_CODE,
    CLASS_NAME,
    KIND,
    LENGTH_M,
    LOAD,
    MAJOR_NAME,
    N_CELLS,
    N_COMPONENTS,
    NAME,
    ROLE,
    STAFF_ID,
    UNIT_ID,
    ZONE_CODE,
    ZONE_NAME,
    ZONE_TYPE,
)
from gridgeo.type_rules import type_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridgeo._books import Format
    from gridgeo.ledger.contents import Contents
    from gridgeo.ledger.records import Fact
    from gridgeo.schema import Language

_FORMATS: Final[Mapping[str, Format]] = {
    AREA_M2: "amount",
    LENGTH_M: "amount",
    "m2": "amount",
    N_CELLS: "count",
    N_COMPONENTS: "count",
    "n_zones": "count",
}
_SIZES: Final = (LENGTH_M, AREA_M2)
_LAST: Final = ("n_zones", "zone_codes")
"""Columns of the list of persons that stand behind all others."""


@runtime_checkable
class Findings(Protocol):
    """A report that a ledger can list: ``CoverageReport``, ``NestingReport`` and their like."""

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""

    def findings(self) -> pd.DataFrame:
        """Give what was found, a row each."""

    def to_text(self, language: Language = "en") -> str:
        """Give the report as lines, the verdict first."""


def ledger_tables(
    contents: Contents, *, staff: pd.DataFrame | None, reports: Sequence[Findings]
) -> dict[str, Block]:
    """Give the tables of a ledger by their key; those of which nothing is known are left out."""
    tables = {"cells": cell_table(contents, contents.cells)}
    if contents.zones is not None:
        tables = {"zones": _zones(contents), **tables}
    if contents.components is not None:
        tables["classes"] = class_table(contents, contents.components)
        if contents.zones is not None:
            tables["zone_classes"] = _zone_classes(contents, contents.components)
    if staff is not None or len(contents.posts):
        tables["staff"] = _staff(contents, staff)
    if contents.key_units is not None:
        tables["key_units"] = key_unit_table(contents, contents.key_units)
    if reports:
        tables["faults"] = _faults(reports, contents.language)
    return tables


def cell_table(contents: Contents, cells: pd.DataFrame, *, short: bool = False) -> Block:
    """List cells: codes, sizes, components; unless ``short`` also what else is known of them."""
    first = [CELL_CODE, ZONE_CODE, AREA_CODE, AREA_NAME, AREA_M2, KIND, N_COMPONENTS]
    table = _plain(cells, first)
    if short:
        table = table[[name for name in first if name in table and name != ZONE_CODE]]
    return _block(table, contents.language, totals=(AREA_M2, N_COMPONENTS))


def class_table(contents: Contents, components: pd.DataFrame) -> Block:
    """Count components by class, and sum up their lengths and areas."""
    table = _named_classes(_sums(components, [CLASS_CODE]), contents)
    table = table[[CLASS_CODE, CLASS_NAME, MAJOR_NAME, N_COMPONENTS, *_SIZES]]
    return _block(_without_blank(table), contents.language, totals=(N_COMPONENTS, *_SIZES))


def key_unit_table(contents: Contents, units: pd.DataFrame) -> Block:
    """List key units with the zone and the cell that they lie in."""
    first = [UNIT_ID, NAME, KIND, ZONE_CODE, CELL_CODE]
    table = _plain(units.drop(columns=f"{NAME}_en", errors="ignore"), first)
    return _block(
        table,
        contents.language,
        spoken={KIND: unit_kinds(contents.language)},
        named={NAME: "unit_name"},
    )


def summary(
    contents: Contents,
    tables: Mapping[str, Block],
    *,
    reports: Sequence[Findings],
    about: Mapping[str, str],
) -> list[Block]:
    """Tell a ledger in figures: what it is of, its totals, the verdicts of checks."""
    said = words(contents.language)
    facts = [(said[key], text, "") for key, text in about.items() if text and key != "title"]
    language = contents.language
    blocks = [
        fact_block(facts, language, about["title"]),
        fact_block(_totals(contents, tables), language, said["totals"]),
    ]
    if reports:
        told = [(*_verdict(report, language), "") for report in reports]
        blocks.append(fact_block(told, language, said["verdicts"]))
    return blocks


def crs_of(frame: pd.DataFrame, language: Language) -> str:
    """Name the CRS of a frame; empty text where it has none."""
    crs = getattr(frame, "crs", None)
    return "" if crs is None else crs_in_words(crs, language)


def _zones(contents: Contents) -> Block:
    zones = contents.zones if contents.zones is not None else pd.DataFrame()
    roles = roles_of(zones)
    within = ("street_code", "street_name")
    first = [ZONE_CODE, ZONE_NAME, *within, N_CELLS, AREA_M2, LOAD, N_COMPONENTS, *roles]
    # Who has which number stands in the list of persons.
    table = _plain(zones.drop(columns=[f"{role}_id" for role in roles], errors="ignore"), first)
    rest = contents.cells[contents.cells[ZONE_CODE] == ""]
    parts = contents.components
    astray = 0 if parts is None else int((parts[ZONE_CODE] == "").sum())
    if len(rest) or astray:
        row = {ZONE_CODE: "", N_CELLS: len(rest), AREA_M2: float(rest[AREA_M2].sum())}
        row |= {ZONE_NAME: words(contents.language)["no_zone"]}
        row |= {} if parts is None else {N_COMPONENTS: astray}
        table = _with_row(table, row)
    totals = (N_CELLS, AREA_M2, LOAD, N_COMPONENTS)
    return _block(table, contents.language, totals=totals)


def _with_row(table: pd.DataFrame, row: Mapping[str, object]) -> pd.DataFrame:
    if ZONE_NAME not in table:
        table = table.copy()
        table.insert(1, ZONE_NAME, "")
    more = pd.DataFrame([row]).reindex(columns=table.columns)
    texts = [str(name) for name in table if table[name].dtype in ("str", object)]
    more[texts] = more[texts].astype("str").fillna("")
    kept = {name: more[name].astype(table[name].dtype) for name in row if name in table}
    return pd.concat([table, more.assign(**kept)], ignore_index=True)


def _zone_classes(contents: Contents, components: pd.DataFrame) -> Block:
    zones = contents.zones
    table = _named_classes(_sums(components, [ZONE_CODE, CLASS_CODE]), contents)
    columns = [ZONE_CODE, CLASS_CODE, CLASS_NAME, N_COMPONENTS, *_SIZES]
    if zones is not None and ZONE_NAME in zones:
        names = zones.set_index(ZONE_CODE)[ZONE_NAME]
        table[ZONE_NAME] = table[ZONE_CODE].map(names).astype("str").fillna("")
        columns.insert(1, ZONE_NAME)
    table = _without_blank(table[columns])
    return _block(table, contents.language, totals=(N_COMPONENTS, *_SIZES))


def _sums(components: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count rows and sum up sizes by their keys; what has no key comes last."""
    groups = components.groupby(keys)
    table = groups[[*_SIZES]].sum(min_count=1)
    table[N_COMPONENTS] = groups.size()
    table = table.reset_index()
    table = table.assign(**{f"no {key}": table[key] == "" for key in keys})
    order = [name for key in keys for name in (f"no {key}", key)]
    return table.sort_values(order, ignore_index=True)


def _named_classes(table: pd.DataFrame, contents: Contents) -> pd.DataFrame:
    names = contents.classes.set_index(CLASS_CODE)
    for column in (CLASS_NAME, MAJOR_NAME):
        table[column] = table[CLASS_CODE].map(names[column]).astype("str").fillna("")
    nameless = (table[CLASS_CODE] == "") & (table[CLASS_NAME] == "")
    table[CLASS_NAME] = table[CLASS_NAME].mask(nameless, words(contents.language)["no_class"])
    return table


def _without_blank(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out sizes of which there are none, and names that nobody gave."""
    blank = [name for name in _SIZES if table[name].isna().all()]
    if MAJOR_NAME in table and (table[MAJOR_NAME] == "").all():
        blank.append(MAJOR_NAME)
    return table.drop(columns=blank)


def _staff(contents: Contents, staff: pd.DataFrame | None) -> Block:
    table = staff_with_zones(staff, contents.posts)
    table = _plain(table, [STAFF_ID, NAME, f"{NAME}_en", ROLE, "full_time", "phone"])
    table = table[[*(name for name in table if name not in _LAST), *_LAST]]
    said = words(contents.language)
    answers: dict[Any, str] = {True: said["yes"], False: said["no"]}
    # A table of text has the same values as text.
    answers |= {str(value): text for value, text in answers.items()}
    spoken: dict[str, Mapping[Any, str]] = {"full_time": answers}
    spoken[ROLE] = role_names(contents.language)
    return _block(table, contents.language, totals=("n_zones",), spoken=spoken)


def _faults(reports: Sequence[Findings], language: Language) -> Block:
    tables = []
    for report in reports:
        found = _plain(report.findings(), [KIND])
        found.insert(0, "check", _verdict(report, language)[0])
        tables.append(found)
    table = pd.concat(tables, ignore_index=True)
    texts = [str(name) for name in table if table[name].dtype in ("str", object)]
    # A column that no fault fills tells nothing.
    empty = table.replace("", None).isna().all().drop(["check", KIND])
    table[texts] = table[texts].astype(object).fillna("")
    table = table.drop(columns=empty.index[empty])
    kinds = {
        **nesting_names(language),
        **fault_names(language),
        **zone_fault_names(language),
        **staff_names(language),
    }
    roles = dict.fromkeys((ROLE, "other_role", "has_role"), role_names(language))
    block = _block(table, language, spoken={KIND: kinds, **roles}, named={KIND: "fault"})
    return replace(block, headings={**block.headings, **fault_headings(language)})


def _verdict(report: Findings, language: Language) -> tuple[str, str]:
    """Give the name of a check and its verdict, as the first line of its report tells them."""
    line = report.to_text(language).split("\n", 1)[0]
    separator = words(language)["separator"].strip()
    name, _, verdict = line.partition(separator)
    said = report_words(language)
    called = {said[f"{key}_text"]: said[key] for key in said if f"{key}_text" in said}
    name = called.get(f"{name}{words(language)['separator']}", name)
    return name.removesuffix(words(language)["separator"]).strip(), verdict.strip()


def _totals(contents: Contents, tables: Mapping[str, Block]) -> list[Fact]:
    said, cells = words(contents.language), contents.cells
    facts: list[Fact] = []
    if contents.zones is not None:
        facts.append((said["n_zones"], len(contents.zones), ""))
        without = int((cells[ZONE_CODE] == "").sum())
        facts += [(said["cells_without_zone"], without, "")] if without else []
    if AREA_CODE in cells:
        facts.append((said["n_areas"], int(cells[AREA_CODE].nunique()), ""))
    facts.append((said["n_cells"], len(cells), ""))
    facts.append((said["area"], float(cells[AREA_M2].sum()), said["m2"]))
    if contents.components is not None:
        facts += _component_totals(contents, contents.components)
    if "staff" in tables:
        facts.append((said["n_staff"], len(tables["staff"].table), ""))
        facts += _vacancies(contents)
    if contents.key_units is not None:
        facts.append((said["n_key_units"], len(contents.key_units), ""))
    return facts


def _component_totals(contents: Contents, components: pd.DataFrame) -> list[Fact]:
    said = words(contents.language)
    astray = int((components[CELL_CODE] == "").sum())
    classes = int(components.loc[components[CLASS_CODE] != "", CLASS_CODE].nunique())
    facts: list[Fact] = [(said["n_components"], len(components), "")]
    facts += [(said["components_without_cell"], astray, "")] if astray else []
    facts.append((said["n_classes"], classes, ""))
    if components[LENGTH_M].notna().any():
        facts.append((said["length"], float(components[LENGTH_M].sum()), said["m"]))
    return facts


def _vacancies(contents: Contents) -> list[Fact]:
    """Count the zones that lack a role which others have."""
    zones = contents.zones
    if zones is None:
        return []
    said, names = words(contents.language), role_names(contents.language)
    filled = contents.posts.groupby(ROLE)[ZONE_CODE].nunique()
    vacant = {role: len(zones) - int(filled.get(role, 0)) for role in roles_of(zones)}
    return [
        (said["zones_without"].format(role=names.get(role, role)), n, "")
        for role, n in vacant.items()
        if n
    ]


def fact_block(
    facts: Sequence[Fact],
    language: Language,
    caption: str = "",
    *,
    links: Mapping[str, str] | None = None,
) -> Block:
    """Lay out facts below each other."""
    table = pd.DataFrame(facts, columns=["item", "value", "unit"], dtype=object)
    return Block(table, headings(language), caption=caption, facts=True, links=links or {})


def _plain(frame: pd.DataFrame, first: Sequence[str]) -> pd.DataFrame:
    """Give the columns of a table, those named first, geometries left out."""
    table = plain_table(frame)
    known = [name for name in first if name in table]
    return table[[*known, *(name for name in table if name not in known)]]


def _block(
    table: pd.DataFrame,
    language: Language,
    *,
    totals: Sequence[str] = (),
    spoken: Mapping[str, Mapping[Any, str]] | None = None,
    named: Mapping[str, str] | None = None,
) -> Block:
    """Lay out a table: headings, formats, and the sums below it."""
    own = headings(language)
    called = {**fault_words(language), **own, **role_names(language)}
    called = {name: called[name] for name in table if name in called}
    called |= {name: own[key] for name, key in (named or {}).items() if key in own}
    sums = {name: _sum(table[name]) for name in totals if name in table}
    label = str(table.columns[0])
    return Block(
        table,
        called,
        {**_FORMATS, LOAD: _load_format(table)},
        {label: words(language)["total"], **sums} if sums else {},
        spoken={
            KIND: cell_kinds(language),
            CELL_TYPE: type_names(language),
            ZONE_TYPE: type_names(language),
            **(spoken or {}),
        },
    )


def _sum(column: pd.Series) -> float | int:
    total = column.sum()
    return int(total) if column.dtype.kind in "iu" else float(total)


def _load_format(table: pd.DataFrame) -> Format:
    if LOAD not in table:
        return "amount"
    load = table[LOAD].dropna().astype(float)
    return "count" if bool((load == np.round(load)).all()) else "amount"
