"""Coordinate reference systems: which one the work is done in, and the only way into another."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError as UnknownCRSError

from gridgeo.china import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from gridgeo.errors import CRSError, name_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame
    from numpy.typing import ArrayLike

    from gridgeo.schema import Floats

LONLAT: Final = CRS.from_epsg(4326)
"""WGS 84, longitude before latitude: what web maps and receivers speak."""

MAX_ZONE_WIDTH: Final = 12.0
"""Degrees of longitude beyond which no transverse Mercator zone measures honestly."""

MAX_LATITUDE: Final = 90.0
MAX_LONGITUDE: Final = 360.0

# West, south, east, north. Coarse on purpose: they only choose a default that a user may override.
_CHINA: Final = (
    (73.4, 34.5, 97.0, 49.2),
    (78.4, 28.0, 97.0, 34.5),
    (97.0, 21.2, 105.0, 42.8),
    (105.0, 18.0, 110.0, 42.5),
    (110.0, 18.0, 124.3, 45.2),
    (119.0, 41.2, 131.2, 53.6),
    (131.2, 44.9, 135.1, 48.4),
)


@dataclass(frozen=True)
class ShiftedDegrees:
    """A system of Chinese consumer maps: WGS 84 degrees, moved by some hundred metres.

    PROJ knows no such CRS. Points are read from one by ``to_lonlat``, which takes its longitudes
    and latitudes and gives those of WGS 84 (``LONLAT``); ``from_lonlat`` is the way back.

    Examples
    --------
    >>> gcj02 = shifted_degrees("gcj02")
    >>> lon, lat = gcj02.to_lonlat([116.410244], [39.916404])
    >>> print(f"{gcj02.name}: {lon[0]:.4f} {lat[0]:.4f}")
    GCJ-02: 116.4040 39.9150
    """

    name: str
    to_lonlat: Callable[[ArrayLike, ArrayLike], tuple[Floats, Floats]]
    from_lonlat: Callable[[ArrayLike, ArrayLike], tuple[Floats, Floats]]


GCJ02: Final = ShiftedDegrees("GCJ-02", gcj02_to_wgs84, wgs84_to_gcj02)
"""AMap, Tencent, Google's map of China."""

BD09: Final = ShiftedDegrees("BD-09", bd09_to_wgs84, wgs84_to_bd09)
"""Baidu."""


def shifted_degrees(crs: object) -> ShiftedDegrees | None:
    """Give the system of shifted degrees that a user names, in any case, hyphen or not.

    None for everything else, which is :func:`parse_crs`'s to read.
    """
    if not isinstance(crs, str):
        return None
    plain = crs.strip().upper().replace("-", "")
    return {"GCJ02": GCJ02, "BD09": BD09}.get(plain)


def working_crs(frame: GeoDataFrame, crs: object = None) -> CRS:
    """Choose the projected CRS in metres in which a frame is cut and measured.

    Parameters
    ----------
    frame
        Any frame with a CRS.
    crs
        The user's own choice: anything pyproj understands. It must be projected, in metres.

    Returns
    -------
    CRS
        ``crs`` where given; else the frame's own where that is projected in metres on the ground;
        else the CGCS2000 three-degree Gauss-Kruger zone (EPSG:4534-4554, by central meridian) for
        China and the WGS 84 / UTM zone elsewhere. Web Mercator is not taken: its metre is 1.3
        ground metres at 40 degrees of latitude.

    Raises
    ------
    CRSError
        The frame has no CRS; the choice is unknown or not in metres; the frame is too wide for
        a zone.

    Examples
    --------
    >>> import geopandas, shapely
    >>> points = geopandas.GeoSeries([shapely.Point(116.4, 39.9)], crs="EPSG:4326")
    >>> working_crs(points.to_frame("geometry")).name
    'CGCS2000 / 3-degree Gauss-Kruger CM 117E'
    """
    own = require_crs(frame)
    if crs is not None:
        chosen = parse_crs(crs)
        if not is_metric(chosen):
            raise CRSError(f"`crs` must be projected, in metres; {chosen.name!r} is not.")
        return chosen
    if is_metric(own) and not _is_web_mercator(own):
        return own
    return _zone(frame)


def metric_crs(frame: GeoDataFrame, name: str = "cells") -> CRS:
    """Give the CRS in which finished cells are looked at.

    It is their own where that is in metres, Web Mercator too, since there their borders are
    straight; else :func:`working_crs`.
    """
    own = require_crs(frame, name)
    return own if is_metric(own) else working_crs(frame)


def require_crs(frame: GeoDataFrame, name: str = "areas") -> CRS:
    """Give the frame's CRS, or raise :class:`CRSError` where it has none."""
    if frame.crs is None:
        raise CRSError(
            f"`{name}` has no CRS; say which one with {name}.set_crs(...). Rows: {len(frame)}.",
            rows=frame.index,
        )
    return frame.crs


def parse_crs(crs: object) -> CRS:
    """Read a CRS from what a user wrote, such as ``"EPSG:4547"`` or ``4547``.

    Raises
    ------
    CRSError
        PROJ knows no such CRS, or it is one of shifted degrees, which frames cannot be in.
    """
    shifted = shifted_degrees(crs)
    if shifted is not None:
        plain = shifted.name.lower().replace("-", "")
        raise CRSError(
            f"{shifted.name!r} is no CRS that frames can be in, but WGS 84 moved by some hundred "
            f"metres. Name it where points are read, read_components(..., crs={shifted.name!r}), "
            f"or bring a frame's geometry to WGS 84 with from_{plain}(frame)."
        )
    try:
        return CRS.from_user_input(crs)
    except UnknownCRSError as error:
        raise CRSError(f"{crs!r} is no CRS that PROJ knows; write it like 'EPSG:4547'.") from error


def is_metric(crs: CRS) -> bool:
    """Tell whether a CRS is projected with both axes in metres."""
    return bool(
        crs.is_projected and all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])
    )


def _is_web_mercator(crs: CRS) -> bool:
    operation = crs.coordinate_operation
    return operation is not None and operation.method_code == "1024"


def lies_in_china(lon: float, lat: float) -> bool:
    """Tell whether a place lies in one of the boxes that stand for China."""
    return any(w <= lon <= e and s <= lat <= n for w, s, e, n in _CHINA)


def to_crs(frame: GeoDataFrame, crs: object) -> GeoDataFrame:
    """Reproject a frame; the same frame where it is there already.

    Raises
    ------
    CRSError
        The frame has no CRS, or rows lie where the target CRS has no coordinates.
    """
    own, target = require_crs(frame, "frame"), parse_crs(crs)
    if own == target:
        return frame
    moved = frame.to_crs(target)
    bounds = moved.geometry.bounds.to_numpy()
    lost = np.isinf(bounds).any(axis=1)
    if lost.any():
        raise CRSError(
            f"{lost.sum()} rows have no coordinates in {target.name!r}: their coordinates are not "
            f"in {own.name!r}, or lie outside the target's area of use "
            f"{name_rows(frame.index[lost])}.",
            rows=frame.index[lost],
        )
    return moved


def transform_xy(x: Floats, y: Floats, source: CRS, target: CRS) -> tuple[Floats, Floats]:
    """Reproject coordinates; not finite where they are not, or where the target has no place."""
    if source == target:
        return x, y
    moved_x, moved_y = Transformer.from_crs(source, target, always_xy=True).transform(x, y)
    return np.asarray(moved_x), np.asarray(moved_y)


class Projection:
    """The way from longitude and latitude to a projected CRS and back, for arrays of (n, 2)."""

    def __init__(self, crs: CRS) -> None:
        self._way = _way_to(crs)

    def to_plane(self, lonlat: Floats) -> Floats:
        """Project points."""
        return np.column_stack(self._way.transform(lonlat[:, 0], lonlat[:, 1]))

    def to_lonlat(self, xy: Floats) -> Floats:
        """Give longitude and latitude of points on the plane, degrees."""
        return np.column_stack(self._way.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))


@lru_cache
def _way_to(crs: CRS) -> Transformer:
    return Transformer.from_crs(LONLAT, crs, always_xy=True)


def ellipsoid_area_m2(frame: GeoDataFrame) -> Floats:
    """Measure polygons on the WGS 84 ellipsoid, in m2, one value a row."""
    geod = Geod(ellps="WGS84")
    lonlat = shapely.orient_polygons(to_crs(frame, LONLAT).geometry.to_numpy())
    return np.array([abs(geod.geometry_area_perimeter(polygon)[0]) for polygon in lonlat])


def refuse_what_are_no_degrees(frame: GeoDataFrame) -> None:
    """Refuse rows that cannot be degrees, in a frame whose CRS says that they are."""
    west, south, east, north = frame.geometry.bounds.to_numpy().T
    wrong = (np.maximum(-south, north) > MAX_LATITUDE) | (np.maximum(-west, east) > MAX_LONGITUDE)
    if wrong.any():
        rows = frame.index[wrong]
        raise CRSError(
            f"{len(rows)} rows are not in degrees of longitude and latitude, as the frame's CRS "
            f"{frame.crs.name!r} says: latitude and longitude are swapped, or they are in metres "
            f"{name_rows(rows)}.",
            rows=rows,
        )


def _zone(frame: GeoDataFrame) -> CRS:
    if frame.crs.is_geographic:
        refuse_what_are_no_degrees(frame)
    bounds = to_crs(frame, LONLAT).total_bounds
    if not np.isfinite(bounds).all():
        raise CRSError("the frame holds no coordinates to choose a zone by; name one: `crs=`.")
    west, south, east, north = bounds
    if east - west > MAX_ZONE_WIDTH:
        raise CRSError(
            f"the frame spans {east - west:.1f} degrees of longitude, no zone measures that "
            "honestly; name a projected CRS in metres: `crs=` (an equal-area one, for example)."
        )
    # Some count longitudes from 0 to 360.
    lon, lat = ((west + east) / 2 + 180) % 360 - 180, (south + north) / 2
    if lies_in_china(lon, lat):
        return CRS.from_epsg(4534 + round((lon - 75) / 3))
    zone = min(math.floor((lon + 180) / 6) + 1, 60)
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + zone)
