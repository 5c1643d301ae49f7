"""Key units as a map shows them: places that must stand out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gridgeo._locate import has_place, place_on
from gridgeo._names import spoken
from gridgeo.crs import require_crs, to_crs
from gridgeo.maps.words import first_names, name_columns, words
from gridgeo.schema import KIND, NAME, UNIT_ID
from gridgeo.validate import require_geoframe

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.schema import Geometries, Language


@dataclass(frozen=True)
class KeyUnits:
    """Key units on a map.

    Parameters
    ----------
    points
        One a unit, in the CRS of the cells.
    table
        ``unit_id``, ``name`` (the number where there is none), ``kind``; "" where not known.
    """

    points: Geometries
    table: pd.DataFrame


def key_units_on(
    cells: GeoDataFrame, key_units: GeoDataFrame | None, language: Language
) -> KeyUnits | None:
    """Gather the key units of a map; None where there are none.

    Parameters
    ----------
    cells
        Their CRS is that of the map.
    key_units
        ``name`` and, for English, ``name_en``; ``unit_id``, ``kind`` and, for English,
        ``kind_en``, where known. Polygons and lines are shown at a point on them.
    language
        Of names and kinds.
    """
    if key_units is None:
        return None
    require_geoframe(key_units, "key_units")
    require_crs(key_units, "key_units")
    units = key_units[has_place(key_units.geometry.to_numpy())]
    if units.empty:
        return None
    said = words(language)
    table = pd.DataFrame({UNIT_ID: first_names(units, [UNIT_ID]).fillna("")})
    table[NAME] = first_names(units, [*spoken(NAME, language), UNIT_ID]).fillna(said["key_unit"])
    named = first_names(units, name_columns(KIND, language)).fillna("")
    table[KIND] = named.map(lambda kind: said.get(f"unit: {kind}", kind))
    points = place_on(to_crs(units, cells.crs).geometry.to_numpy())
    return KeyUnits(points, table.reset_index(drop=True))
