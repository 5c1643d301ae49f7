"""Zones as they are shared out among persons: in which place, and where on a curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from gridgeo.schema import Floats, Geometries, Ints

ANYWHERE: Final = -1
"""Stands for the place of a person who serves in all."""

NOWHERE: Final = -2
"""Stands for the place of a person whose place has no zone."""

NOBODY: Final = -1
"""Stands for the person of a post that is not filled."""

NO_LIMIT: Final = int(np.iinfo(np.int64).max // 2)
"""More zones, or persons, than there can be."""


def number_places(zones: Geometries, persons: Geometries) -> tuple[Ints, Ints]:
    """Give places numbers: those of zones, and those of persons.

    ``ANYWHERE`` stands for a person with empty text, ``NOWHERE`` for one whose place has no zone.
    """
    place, names = pd.factorize(zones)
    number = pd.Index(names).get_indexer(pd.Index(persons))
    number = np.where(number >= 0, number, NOWHERE)
    return place.astype(np.int64), np.where(persons == "", ANYWHERE, number)


def lay_along(zones: pd.DataFrame) -> tuple[Floats, Ints]:
    """Give the middle of each zone, and its rank on a Hilbert curve, which keeps neighbours near.

    A zone without a place gets the middle of all; without a geometry it is the order of the rows.
    """
    xy = _middles(zones)
    along = gpd.GeoSeries(shapely.points(xy)).hilbert_distance().to_numpy(np.int64)
    rank = np.empty(len(zones), dtype=np.int64)
    rank[np.argsort(along, kind="stable")] = np.arange(len(zones))
    return xy, rank


def _middles(zones: pd.DataFrame) -> Floats:
    if not isinstance(zones, gpd.GeoDataFrame) or zones.active_geometry_name is None:
        return np.zeros((len(zones), 2))
    middle = shapely.centroid(zones.geometry.to_numpy())
    places, row = shapely.get_coordinates(middle, return_index=True)
    real = np.isfinite(places).all(axis=1)
    xy = np.zeros((len(zones), 2)) + (places[real].mean(axis=0) if real.any() else 0.0)
    xy[row[real]] = places[real]
    return xy
