"""What a map shows, sheet and interactive map alike: guarded, in one CRS, named and counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gridgeo._locate import has_place, place_on
from gridgeo._names import spoken
from gridgeo.crs import require_crs, to_crs
from gridgeo.errors import SchemaError
from gridgeo.maps import style
from gridgeo.maps.borders import borders_by_level, is_above
from gridgeo.maps.coloring import shown_areas
from gridgeo.maps.key_units import key_units_on
from gridgeo.maps.words import first_names, name_columns, one_line, words
from gridgeo.maps.zoning import has_zones, zoning
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    AREA_NAME,
    CELL_CODE,
    CLASS_CODE,
    CLASS_NAME,
    KIND,
    KINDS,
    MAJOR_NAME,
)
from gridgeo.validate import Faults, check_areas, check_cells, require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geopandas import GeoDataFrame

    from gridgeo.maps.borders import Border
    from gridgeo.maps.key_units import KeyUnits
    from gridgeo.maps.zoning import Zoning
    from gridgeo.schema import Geometries, Ints, Language

_MAX_GROUPS: Final = len(style.CLASS_COLORS)
_MAJOR: Final = 2
"""The first two characters of a class code are its major class."""


@dataclass(frozen=True)
class Components:
    """Components on a map.

    Parameters
    ----------
    points
        One a component, in the CRS of the cells.
    cell
        Row of its cell; -1 outside every cell.
    class_row
        Row of its class.
    classes
        ``class_code``, ``name``, ``major`` (name of its major class, null where not known),
        ``count``, ``group``; the most frequent first.
    groups
        ``name``, ``count``: what is one colour in the legend, a class or several.
    """

    points: Geometries
    cell: Ints
    class_row: Ints
    classes: pd.DataFrame
    groups: pd.DataFrame

    @property
    def group(self) -> Ints:
        """Row of the group of each component."""
        return self.classes["group"].to_numpy()[self.class_row]


@dataclass(frozen=True)
class Subject:
    """What a map shows.

    Parameters
    ----------
    cells
        As they came.
    areas
        ``area_code``, ``area_name``, ``color`` and outline, in the CRS of the cells.
    kinds
        ``kind``, ``name``, ``count``.
    components
        None where none were given.
    said
        The words of the map's language.
    borders
        Of every level, the highest first and that of ``areas`` last.
    zoning
        None where neither zones were given nor cells say theirs.
    key_units
        None where none were given.
    """

    cells: GeoDataFrame
    areas: GeoDataFrame
    kinds: pd.DataFrame
    components: Components | None
    said: Mapping[str, str]
    borders: Sequence[Border]
    zoning: Zoning | None
    key_units: KeyUnits | None


def map_subject(  # noqa: PLR0913 - one parameter for each layer of a map
    cells: GeoDataFrame,
    areas: GeoDataFrame | None,
    components: GeoDataFrame | None,
    language: Language,
    *,
    zones: GeoDataFrame | None = None,
    staff: pd.DataFrame | None = None,
    roles: Mapping[str, str] | None = None,
    key_units: GeoDataFrame | None = None,
) -> Subject:
    """Guard the frames of a map and gather what it shows.

    Zones are those given, or else those that cells name in ``zone_code``. ``areas`` may hold the
    areas above those of the cells too, tied by ``parent_code``: they give borders and names.
    """
    said = words(language)
    check_cells(cells)
    require_columns(cells, [AREA_CODE, AREA_M2, KIND], "cells")
    _require_sizes(cells)
    names = name_columns(AREA_NAME, language)
    lowest = areas
    if areas is not None:
        check_areas(areas)
        lowest = areas[~is_above(areas, cells[AREA_CODE])]
    shown = shown_areas(cells, lowest, names=names)
    zoned = zones is not None or has_zones(cells)
    if staff is not None and not zoned:
        raise SchemaError("`staff` stand on a map by their zones; give zones= too.")
    return Subject(
        cells,
        shown,
        _kinds(cells, said),
        None if components is None else _components(components, cells, language),
        said,
        borders_by_level(shown, areas, said, names),
        zoning(cells, zones, staff=staff, roles=roles, language=language) if zoned else None,
        key_units_on(cells, key_units, language),
    )


def _require_sizes(cells: GeoDataFrame) -> None:
    sizes = cells[AREA_M2]
    faults = Faults("cells", cells.index)
    known = np.zeros(len(cells), dtype=bool)
    if pd.api.types.is_numeric_dtype(sizes):
        numbers = sizes.to_numpy(dtype=float, na_value=np.nan)
        known = np.isfinite(numbers) & (numbers >= 0)
    faults.add(SchemaError, ~known, f"{AREA_M2!r} must be a number of m2, not negative; fill it")
    faults.raise_if_any()


def _kinds(cells: GeoDataFrame, said: Mapping[str, str]) -> pd.DataFrame:
    counts = cells[KIND].astype(str).value_counts()
    known = [kind for kind in KINDS if kind in counts.index]
    kinds = known + sorted(set(counts.index) - set(known))
    names = [said.get(kind, one_line(kind)) for kind in kinds]
    return pd.DataFrame({KIND: kinds, "name": names, "count": counts.loc[kinds].to_numpy()})


def _components(
    components: GeoDataFrame, cells: GeoDataFrame, language: Language
) -> Components | None:
    require_columns(components, [CLASS_CODE, CELL_CODE], "components")
    require_crs(components, "components")
    # Rows without a place are for the ledger; a map has nowhere to put them.
    components = components[has_place(components.geometry.to_numpy())]
    if components.empty:
        return None
    table = _class_table(components, language)
    group, groups = _groups(table, words(language))
    return Components(
        # As geocoding does, or a dot would lie beside the cell that owns it.
        place_on(to_crs(components, cells.crs).geometry.to_numpy()),
        pd.Index(cells[CELL_CODE]).get_indexer(components[CELL_CODE]),
        pd.Index(table[CLASS_CODE]).get_indexer(_class_codes(components)),
        table.assign(group=group),
        groups,
    )


def _class_codes(components: GeoDataFrame) -> pd.Series:
    return first_names(components, [CLASS_CODE]).fillna("").astype(str)


def _class_table(components: GeoDataFrame, language: Language) -> pd.DataFrame:
    codes = _class_codes(components)
    table: pd.DataFrame = codes.value_counts().rename_axis(CLASS_CODE).reset_index(name="count")
    table = table.sort_values(["count", CLASS_CODE], ascending=[False, True], ignore_index=True)
    names = table[[CLASS_CODE]]
    own, majors = spoken(CLASS_NAME, language), spoken(MAJOR_NAME, language)
    for column in (name for name in (*own, *majors) if name in components.columns):
        first = first_names(components, [column]).groupby(codes.where(codes != "")).first()
        names = names.assign(**{column: names[CLASS_CODE].map(first)})
    named = first_names(names, [*own, CLASS_CODE])
    return table.assign(
        name=named.fillna(words(language)["no_class"]).astype(str),
        major=first_names(names, majors),
    )


def _major_names(table: pd.DataFrame, keys: pd.Series, said: Mapping[str, str]) -> pd.Series:
    """Name major classes by their code: by their own name, or else their most frequent class."""
    # The table begins with the most frequent class.
    firsts = table[["name", "major"]].groupby(keys).first().astype("str")
    firsts["code"] = firsts.index
    named = firsts["code"] + " " + firsts["major"]
    for code in firsts.index[named.isna()]:
        named[code] = said["major"].format(code=code, first=firsts.loc[code, "name"])
    named[""] = said["no_class"]
    return named


def _groups(table: pd.DataFrame, said: Mapping[str, str]) -> tuple[Ints, pd.DataFrame]:
    """Group classes for the legend: each alone where colours suffice, else by major class.

    Only codes in digits have a major class; of others the most frequent stand alone.
    """
    keys, names = table[CLASS_CODE], table["name"]
    if len(table) > _MAX_GROUPS and keys.str.fullmatch(r"\d*").all():
        keys = keys.str[:_MAJOR]
        names = keys.map(_major_names(table, keys, said))
    groups = pd.DataFrame({"key": keys, "name": names, "count": table["count"]})
    groups = groups.groupby("key", as_index=False).agg({"name": "first", "count": "sum"})
    groups = groups.sort_values(["count", "key"], ascending=[False, True], ignore_index=True)
    if len(groups) > _MAX_GROUPS:
        rest = groups.iloc[_MAX_GROUPS - 1 :]
        others = {"key": [None], "name": [said["others"]], "count": [rest["count"].sum()]}
        groups = pd.concat(
            [groups.iloc[: _MAX_GROUPS - 1], pd.DataFrame(others)], ignore_index=True
        )
    group = pd.Index(groups["key"]).get_indexer(keys)
    return np.where(group < 0, len(groups) - 1, group), groups
