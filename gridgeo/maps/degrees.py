"""Longitude and latitude as a web map counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo.crs import LONLAT, to_crs
from gridgeo.shifts import to_gcj02

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geopandas import GeoDataFrame

    from gridgeo.schema import Geometries

_TURN: Final = 360.0


@dataclass(frozen=True)
class Degrees:
    """What a map takes for longitude and latitude.

    Parameters
    ----------
    eastward
        Longitudes run from 0 to 360, so that a city across the antimeridian is one place.
    gcj02
        Moved as the tiles of Chinese consumer maps are, to lie on them rightly.

    Examples
    --------
    >>> import geopandas
    >>> lamp = geopandas.GeoDataFrame(geometry=[shapely.Point(-179, 39)], crs="EPSG:4326")
    >>> print(Degrees(eastward=True).of(lamp)[0])
    POINT (181 39)
    """

    eastward: bool = False
    gcj02: bool = False

    def of(self, frame: GeoDataFrame) -> Geometries:
        """Give the geometries of a frame in these degrees."""
        moved = to_gcj02(frame) if self.gcj02 else to_crs(frame, LONLAT)
        lonlat: Geometries = moved.geometry.to_numpy()
        if self.eastward:
            lonlat = shapely.transform(lonlat, lambda xy: xy + (xy[:, :1] < 0) * [_TURN, 0])
        return lonlat


def degrees_for(frames: Iterable[GeoDataFrame], *, gcj02: bool = False) -> Degrees:
    """Choose the degrees in which all of some frames are one place."""
    bounds = [to_crs(frame, LONLAT).total_bounds for frame in frames]
    ends = np.reshape(bounds, (-1, 4))[:, ::2]
    return Degrees(eastward=bool(ends.size and np.ptp(ends) > _TURN / 2), gcj02=gcj02)
