"""Borders by level: the areas of the cells, what they lie in, and the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from gridgeo._persons import text_of
from gridgeo.crs import to_crs
from gridgeo.maps.coloring import join_by
from gridgeo.maps.words import first_names, one_line
from gridgeo.schema import AREA_CODE, AREA_NAME, LEVEL, PARENT_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridgeo.schema import Bools

_LEVELS: Final = ("community", "street", "district")
"""What lies in what; other words for levels stand on the map as they are."""

_MAX_LEVELS: Final = 8
"""Codes of parents that run in a circle end here."""

_WHOLE: Final = "whole"


@dataclass(frozen=True)
class Border:
    """The borders of one level.

    Parameters
    ----------
    name
        What the legend calls them.
    level
        What one of the areas is called, "" where that is not known.
    areas
        ``area_code``, ``area_name`` and outline, in the CRS of the cells; the whole has neither
        code nor name.
    """

    name: str
    level: str
    areas: GeoDataFrame


def is_above(areas: pd.DataFrame, inhabited: pd.Series) -> Bools:
    """Tell which rows are areas above others: a row names them, and no cell lies in them."""
    if PARENT_CODE not in areas.columns:
        return pd.Series(data=False, index=areas.index).to_numpy()
    named = areas[AREA_CODE].isin(_parents(areas).dropna())
    return (named & ~areas[AREA_CODE].isin(inhabited)).to_numpy()


def _parents(areas: pd.DataFrame) -> pd.Series:
    """Give the code of the area above each; null where there is none.

    A column of codes in which one is missing, as that of the highest area is, often comes as
    decimals.
    """
    if PARENT_CODE not in areas.columns:
        return pd.Series(None, index=areas.index, dtype=object)
    codes = text_of(areas[PARENT_CODE]).astype(object)
    return codes.where(codes != "")


def borders_by_level(
    shown: GeoDataFrame,
    areas: GeoDataFrame | None,
    said: Mapping[str, str],
    names: Sequence[str],
) -> list[Border]:
    """Give the borders of every level, the highest first and that of the cells' areas last.

    Parameters
    ----------
    shown
        The areas of the cells, as :func:`~gridgeo.maps.coloring.shown_areas` gives them.
    areas
        As they came. ``parent_code`` tells in which area each lies; that area is drawn as its
        own row has it, or else joined of those in it. ``level`` tells what it is called.
    said
        The words of the map's language.
    names
        Columns with the names of areas, the best first.

    Returns
    -------
    list of Border
        Above all that ``parent_code`` tells of stands the whole, unless that is one area.
    """
    known = _known(shown, areas, names)
    level = _level_of(shown, known)
    own = shown[[AREA_CODE, AREA_NAME, "geometry"]]
    borders = [_border(level, own, said, "area_border")]
    for _ in range(_MAX_LEVELS):
        lower = borders[0].areas
        above = lower[AREA_CODE].astype(object).map(known[PARENT_CODE])
        if len(lower) == 1 or not above.notna().any():
            break
        upper = _upper(lower[above.notna()], above.dropna(), known)
        level = _level_of(upper, known) or _next(level)
        borders.insert(0, _border(level, upper, said, "upper_border"))
    top = borders[0].areas
    if len(top) > 1:
        whole = join_by(top.assign(**{AREA_CODE: _WHOLE}), AREA_CODE)
        whole = whole.assign(**{AREA_CODE: "", AREA_NAME: ""})
        # Communities whose parent nobody names may lie in one street or in many.
        whole_level = "" if level == _LEVELS[0] else _next(level)
        borders.insert(0, _border(whole_level, whole, said, "outer_border"))
    return borders


def _known(shown: GeoDataFrame, areas: GeoDataFrame | None, names: Sequence[str]) -> GeoDataFrame:
    """Give what is known of areas by code: parent, level, name and outline."""
    if areas is None:
        empty = pd.DataFrame(columns=[PARENT_CODE, LEVEL, AREA_NAME], dtype=object)
        return GeoDataFrame(empty, geometry=[], crs=shown.crs)
    moved = to_crs(areas, shown.crs)
    columns = {
        PARENT_CODE: _parents(moved),
        LEVEL: first_names(moved, [LEVEL]),
        AREA_NAME: first_names(moved, names),
    }
    known = GeoDataFrame(columns, geometry=moved.geometry.to_numpy(), crs=shown.crs)
    return known.set_axis(moved[AREA_CODE].to_numpy())


def _upper(lower: GeoDataFrame, above: pd.Series, known: GeoDataFrame) -> GeoDataFrame:
    """Give the areas that some lie in: their own outline, or that of what lies in them."""
    upper = join_by(lower.assign(**{AREA_CODE: above.astype(str)}), AREA_CODE)
    own = known.reindex(upper[AREA_CODE])
    outlines = np.where(own.geometry.isna(), upper.geometry, own.geometry)
    named = own[AREA_NAME].astype(object).set_axis(upper.index).fillna(upper[AREA_CODE])
    return upper.set_geometry(outlines, crs=upper.crs).assign(**{AREA_NAME: named.map(one_line)})


def _level_of(areas: pd.DataFrame, known: pd.DataFrame) -> str:
    """Give the level that areas have in common; "" where they do not."""
    levels = areas[AREA_CODE].astype(object).map(known[LEVEL]).dropna().unique()
    return str(levels[0]) if len(levels) == 1 else ""


def _next(level: str) -> str:
    place = _LEVELS.index(level) + 1 if level in _LEVELS[:-1] else len(_LEVELS)
    return (*_LEVELS, "")[place]


def _border(level: str, areas: GeoDataFrame, said: Mapping[str, str], otherwise: str) -> Border:
    named = said.get(level, one_line(level))
    name = said["level_border"].format(level=named) if named else said[otherwise]
    return Border(name, named, areas)
