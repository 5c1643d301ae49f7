"""Frames to GCJ-02 or BD-09, to lie on the tiles of Chinese consumer maps, and back from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from gridgeo.crs import BD09, GCJ02, LONLAT, refuse_what_are_no_degrees, require_crs, to_crs
from gridgeo.validate import require_geoframe

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame

    from gridgeo.schema import Floats


def to_gcj02(frame: GeoDataFrame) -> GeoDataFrame:
    """Move the geometry of a frame to GCJ-02, so that it fits the tiles of AMap and Tencent.

    Parameters
    ----------
    frame
        Any geometries, in any CRS.

    Returns
    -------
    GeoDataFrame
        The same rows and columns. Every vertex is moved alike wherever it occurs, so borders in
        common stay so; edges stay straight, heights stay. The CRS is EPSG:4326, since there is
        none for GCJ-02: write down what it is, and bring it back with :func:`from_gcj02`.

    Raises
    ------
    SchemaError
        The frame has no geometry.
    CRSError
        The frame has no CRS, or rows that are not where it says.

    Examples
    --------
    >>> import geopandas, shapely
    >>> lamp = geopandas.GeoDataFrame(geometry=[shapely.Point(116.404, 39.915)], crs="EPSG:4326")
    >>> to_gcj02(lamp).geometry.iloc[0].wkt
    'POINT (116.41024449916938 39.91640428150164)'
    """
    return _shift(frame, GCJ02.from_lonlat)


def from_gcj02(frame: GeoDataFrame) -> GeoDataFrame:
    """Move the geometry of a frame from GCJ-02 back to WGS 84.

    For files of consumer maps, which mostly say that they are in EPSG:4326, or nothing.

    Parameters
    ----------
    frame
        Any geometries, drawn in GCJ-02: in degrees where the frame has no CRS, else in what its
        CRS makes of them (EPSG:3857 for what was drawn on tiles).

    Returns
    -------
    GeoDataFrame
        The same rows and columns, in EPSG:4326.

    Raises
    ------
    SchemaError
        The frame has no geometry.
    CRSError
        Rows are no degrees.

    Examples
    --------
    >>> import geopandas, shapely
    >>> lamp = geopandas.GeoDataFrame(geometry=[shapely.Point(116.410244, 39.916404)])
    >>> lonlat = from_gcj02(lamp)
    >>> print(lonlat.crs, shapely.set_precision(lonlat.geometry.iloc[0], 1e-5))
    EPSG:4326 POINT (116.404 39.915)
    """
    return _shift(_say_lonlat(frame), GCJ02.to_lonlat)


def to_bd09(frame: GeoDataFrame) -> GeoDataFrame:
    """Move the geometry of a frame to BD-09, Baidu's degrees; else as :func:`to_gcj02`.

    Examples
    --------
    >>> import geopandas, shapely
    >>> lamp = geopandas.GeoDataFrame(geometry=[shapely.Point(116.404, 39.915)], crs="EPSG:4326")
    >>> print(shapely.set_precision(to_bd09(lamp).geometry.iloc[0], 1e-6))
    POINT (116.416627 39.9227)
    """
    return _shift(frame, BD09.from_lonlat)


def from_bd09(frame: GeoDataFrame) -> GeoDataFrame:
    """Move the geometry of a frame from BD-09 back to WGS 84; else as :func:`from_gcj02`.

    Examples
    --------
    >>> import geopandas, shapely
    >>> lamp = geopandas.GeoDataFrame(geometry=[shapely.Point(116.416627, 39.9227)])
    >>> print(shapely.set_precision(from_bd09(lamp).geometry.iloc[0], 1e-5))
    POINT (116.404 39.915)
    """
    return _shift(_say_lonlat(frame), BD09.to_lonlat)


def _say_lonlat(frame: GeoDataFrame) -> GeoDataFrame:
    """Take a frame without a CRS to be in degrees."""
    require_geoframe(frame, "frame")
    return frame.set_crs(LONLAT) if frame.crs is None else frame


def _shift(
    frame: GeoDataFrame, move: Callable[[Floats, Floats], tuple[Floats, Floats]]
) -> GeoDataFrame:
    require_geoframe(frame, "frame")
    if require_crs(frame, "frame").is_geographic:
        refuse_what_are_no_degrees(frame)
    lonlat = to_crs(frame, LONLAT)

    def move_all(lon: Floats, lat: Floats, height: Floats) -> tuple[Floats, Floats, Floats]:
        return (*move(lon, lat), height)

    moved = shapely.transform(
        lonlat.geometry.to_numpy(), move_all, include_z=True, interleaved=False
    )
    return lonlat.set_geometry(moved)
