"""Working CRS: the areas' own in metres, else the zone of the place, else a clear error."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gridgeo.crs import ellipsoid_area_m2, to_crs, working_crs
from gridgeo.errors import CRSError


def around(lon, lat, width=0.1):
    """A round city in degrees."""
    return gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat).buffer(width / 2)], crs="EPSG:4326")


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (116.4, 39.9, 4548),  # Beijing, CM 117E
        (113.3, 23.1, 4547),  # Guangzhou, CM 114E
        (87.6, 43.8, 4538),  # Urumqi, CM 87E
        (91.1, 29.65, 4539),  # Lhasa, CM 90E
        (126.6, 45.8, 4551),  # Harbin, CM 126E
        (110.3, 20.0, 4546),  # Haikou, CM 111E
        (-71.1, 42.4, 32619),  # Cambridge
        (24.9, 60.2, 32635),  # Helsinki
        (126.97, 37.5, 32652),  # Seoul
        (106.9, 47.9, 32648),  # Ulaanbaatar
        (151.2, -33.9, 32756),  # Sydney
        (179.9, -17.0, 32760),  # Fiji, the last zone
    ],
)
def test_the_zone_of_the_place(lon, lat, epsg):
    """Degrees go to CGCS2000 three-degree zones in China, to UTM elsewhere."""
    assert working_crs(around(lon, lat)).to_epsg() == epsg


def test_metres_stay_where_they_are():
    """A projected CRS in metres is kept, a local one too; Web Mercator and feet are not."""
    city = around(-71.1, 42.4)
    assert working_crs(city.to_crs(26986)).to_epsg() == 26986
    local = "+proj=tmerc +lat_0=0 +lon_0=-71 +k=1 +x_0=50000 +ellps=GRS80 +units=m +type=crs"
    assert working_crs(city.to_crs(local)).equals(local)
    assert working_crs(city.to_crs(3857)).to_epsg() == 32619
    assert working_crs(city.to_crs(2249)).to_epsg() == 32619  # US survey feet


def test_the_user_may_choose():
    """Any projected CRS in metres; degrees, feet and nonsense are refused."""
    city = around(-71.1, 42.4)
    assert working_crs(city, "EPSG:26986").to_epsg() == 26986
    for bad in ("EPSG:4326", 2249):
        with pytest.raises(CRSError, match="must be projected, in metres"):
            working_crs(city, bad)
    with pytest.raises(CRSError, match="no CRS that PROJ knows"):
        working_crs(city, "EPSG:1")


def test_no_crs_is_refused():
    """The error says how to name it."""
    with pytest.raises(CRSError, match=r"`areas` has no CRS; say which one with areas.set_crs"):
        working_crs(around(0, 0).set_crs(None, allow_override=True))


def test_a_continent_is_refused():
    """No zone measures 40 degrees of longitude."""
    with pytest.raises(CRSError, match=r"spans 40\.0 degrees"):
        working_crs(around(10, 50, width=40))


def test_lost_rows_are_named():
    """Rows without coordinates in the target are an error, not infinity."""
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([9, 9], [50, 100]), crs=4326, index=["a", "b"]
    )
    with pytest.raises(CRSError, match="1 rows have no coordinates") as caught:
        to_crs(points, 32632)
    assert caught.value.rows == ("b",)


def test_area_on_the_ellipsoid():
    """A zone's area agrees to its scale error, and holes and parts count."""
    ring = around(117, 40).geometry.iloc[0]
    hole = shapely.Point(117, 40).buffer(0.02)
    frame = gpd.GeoDataFrame(geometry=[ring, ring.difference(hole)], crs=4326)
    np.testing.assert_allclose(ellipsoid_area_m2(frame), frame.to_crs(4548).area, rtol=1e-4)
