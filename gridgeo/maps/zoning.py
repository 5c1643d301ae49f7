"""Responsibility zones as a map shows them: outlines, colours, sizes and persons."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from gridgeo._persons import text_of
from gridgeo.crs import to_crs
from gridgeo.errors import CodeError, SchemaError
from gridgeo.maps.coloring import color_areas, join_by
from gridgeo.maps.persons import persons_by_role
from gridgeo.maps.words import first_names, name_columns
from gridgeo.schema import AREA_M2, N_CELLS, ZONE_CODE, ZONE_NAME
from gridgeo.validate import check_partition, require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Ints, Language

_LEAST_CODE: Final = 2
_PART: Final = 3


@dataclass(frozen=True)
class Zoning:
    """Zones on a map.

    Parameters
    ----------
    zones
        ``zone_code``, ``zone_name`` (the code where there is none), ``area_m2`` and ``n_cells``
        of the cells in it, ``color`` (a number; no two neighbours have the same), the columns
        that the zones came with, and the outline, in the CRS of the cells. Sorted by code.
    row
        Row of the zone of each cell; -1 where it is in none.
    persons
        One row a zone, one text column a role, in the words of the map.
    """

    zones: GeoDataFrame
    row: Ints
    persons: pd.DataFrame


def has_zones(cells: pd.DataFrame) -> bool:
    """Tell whether any cell says which zone it is in."""
    return ZONE_CODE in cells.columns and bool((zone_codes_of(cells) != "").any())


def zoning(
    cells: GeoDataFrame,
    zones: GeoDataFrame | None = None,
    *,
    staff: pd.DataFrame | None = None,
    roles: Mapping[str, str] | None = None,
    language: Language = "en",
) -> Zoning:
    """Gather the zones of a map: those given, and by their cells those that are not.

    Parameters
    ----------
    cells
        With ``zone_code``, "" or null where a cell is in no zone.
    zones
        ``zone_code``, and where known ``zone_name``, ``zone_name_en``, persons by role.
    staff, roles
        As of :func:`~gridgeo.maps.persons.persons_by_role`.
    language
        Of names.

    Raises
    ------
    InputError
        The cells do not say their zone, or the zones are no polygons with a code each.

    Examples
    --------
    >>> import geopandas, shapely
    >>> cells = geopandas.GeoDataFrame(
    ...     {"zone_code": ["A", "A", ""], "area_m2": [100.0, 100.0, 100.0]},
    ...     geometry=shapely.box([0, 10, 20], 0, [10, 20, 30], 10), crs="EPSG:4548",
    ... )
    >>> found = zoning(cells)
    >>> found.zones[["zone_code", "n_cells", "area_m2"]].to_numpy().tolist(), found.row.tolist()
    ([['A', 2, 200.0]], [0, 0, -1])
    """
    require_columns(cells, [ZONE_CODE], "cells")
    codes = zone_codes_of(cells)
    given = None
    if zones is not None:
        check_partition(zones, ZONE_CODE, "zones")
        moved = to_crs(zones, cells.crs)
        columns = pd.DataFrame(moved.drop(columns=moved.active_geometry_name))
        columns[ZONE_CODE] = zone_codes_of(moved)
        given = GeoDataFrame(columns, geometry=moved.geometry.to_numpy(), crs=cells.crs)
        _refuse_strangers(given[ZONE_CODE], codes)
    shown = _shown(cells, codes, given)
    row = pd.Index(shown[ZONE_CODE]).get_indexer(codes)
    shown = shown.assign(
        **{
            ZONE_NAME: first_names(shown, [*name_columns(ZONE_NAME, language), ZONE_CODE]),
            AREA_M2: _sums(cells[AREA_M2].to_numpy(float), row, len(shown)),
            N_CELLS: _sums(np.ones(len(cells)), row, len(shown)).astype(np.int64),
            "color": color_areas(shown.geometry.to_numpy()),
        }
    )
    return Zoning(shown, row, persons_by_role(shown, staff, roles, language))


def zone_codes_of(frame: pd.DataFrame) -> pd.Series:
    """Give the codes of zones as text without blanks around it; "" where there is none."""
    return text_of(frame[ZONE_CODE]).astype(object)


def _refuse_strangers(given: pd.Series, codes: pd.Series) -> None:
    """Refuse zones of which no cell is one: they are of other cells, or their codes are not these.

    Cells of which none is in a zone yet are no fault.
    """
    named = codes[codes != ""]
    if len(named) and not named.isin(given).any():
        raise CodeError(
            f"`zones` and `cells` have no {ZONE_CODE!r} in common: zones have "
            f"{given.iloc[0]!r}, cells {named.iloc[0]!r}. Give the zones of these cells; "
            "dissolve_zones makes them."
        )


def _shown(cells: GeoDataFrame, codes: pd.Series, given: GeoDataFrame | None) -> GeoDataFrame:
    rest = cells[[cells.active_geometry_name]].assign(**{ZONE_CODE: codes})[codes != ""]
    if given is not None:
        rest = rest[~rest[ZONE_CODE].isin(given[ZONE_CODE])]
    if given is None and rest.empty:
        raise SchemaError("no cell has a 'zone_code'; make zones of the cells first.")
    parts = [given] if given is not None else []
    if len(rest):
        parts.append(join_by(rest, ZONE_CODE))
    # An index may be called as the codes are, which sorting takes for an ambiguity.
    return pd.concat(parts, ignore_index=True).sort_values(ZONE_CODE, ignore_index=True)


def _sums(values: np.ndarray, row: Ints, n: int) -> np.ndarray:
    inside = row >= 0
    return np.bincount(row[inside], weights=values[inside], minlength=n)


def zone_numbers(zoning: Zoning) -> tuple[str, list[str]]:
    """Give what all codes of zones begin with, and what the map calls each zone.

    Zones with names of their own are called by these; of several codes only the end is written.
    """
    codes, names = zoning.zones[ZONE_CODE].tolist(), zoning.zones[ZONE_NAME].tolist()
    # Of texts in order, the first and the last have in common what all have.
    pairs = zip(min(codes), max(codes), strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    # Parts of codes are three digits wide: 001 and not 01.
    head = codes[0][: min(same, min(map(len, codes)) - _LEAST_CODE) // _PART * _PART]
    while len(head) < same and not codes[0][len(head)].isalnum():
        head += codes[0][len(head)]
    if names != codes or len(codes) == 1:
        return "", names
    return head, [code[len(head) :] for code in codes]
