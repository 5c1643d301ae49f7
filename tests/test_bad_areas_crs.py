"""Coordinates as they come: degrees, feet, axes that stand north before east, and swapped ones.

Which zone a place gets, and that a frame without a CRS is refused, `test_crs` shows.
"""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod, Transformer
from test_bad_areas import assert_right, both_grids
from test_cells import frame
from test_cut import random_coverage

from gridgeo import CRSError, SquareGrid, areas_to_cells

BEIJING, BOSTON, SYDNEY = (116.4, 39.9), (-71.1, 42.35), (151.2, -33.9)


def town_at(place, crs=4326):
    """Six crooked areas that tile a kilometre in degrees, x the longitude, in a CRS."""
    areas = random_coverage(5, 12, 0.01, on_whole_metres=False)
    return frame(shapely.transform(areas, lambda xy: xy + np.array(place)), crs=4326).to_crs(crs)


def swapped(areas):
    """The same areas with latitude as x, as many a file has them."""
    turned = shapely.transform(areas.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return areas.set_geometry(gpd.GeoSeries(turned, index=areas.index, crs=areas.crs))


def ellipsoid_m2(areas):
    """Ground in m2, by pyproj alone."""
    lonlat = shapely.orient_polygons(areas.to_crs(4326).geometry.to_numpy())
    return sum(Geod(ellps="WGS84").geometry_area_perimeter(each)[0] for each in lonlat)


@both_grids
@pytest.mark.parametrize(
    ("place", "crs", "working"),
    [
        (BEIJING, 4326, 4548),
        (BEIJING, 4490, 4548),
        (BEIJING, 3857, 4548),
        (BOSTON, 4326, 32619),
        (BOSTON, 4490, 32619),
        (BOSTON, 2249, 32619),
        (SYDNEY, 4326, 32756),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_degrees_and_feet_are_cut_in_metres(place, crs, working, grid):
    """Degrees, US survey feet and Web Mercator come out in metres that the ellipsoid confirms."""
    areas = town_at(place, crs)
    cells = assert_right(areas, grid)
    assert cells.crs == CRS(working)
    # 0.9996 is the scale of UTM at its central meridian, so 0.9992 that of its ground.
    assert cells["area_m2"].sum() == pytest.approx(ellipsoid_m2(areas), rel=1e-3)


@pytest.mark.real
def test_cambridge_in_feet(cambridge):
    """33 real tracts in US survey feet come out in m2, in cells that tile."""
    feet = cambridge.to_crs(2249)
    cells = assert_right(feet, SquareGrid(cell_size=100))
    assert cells["area_m2"].sum() == pytest.approx(cambridge.area.sum(), rel=1e-3)


@pytest.mark.parametrize(
    ("crs", "place"),
    [(4547, (113.3, 23.1)), (4548, BEIJING), (2326, (114.15, 22.35)), (3034, (13.4, 52.5))],
)
def test_x_stays_east_where_the_registry_says_north_first(crs, place):
    """EPSG lists northing first for these; columns still count eastings, rows northings."""
    assert [axis.direction for axis in CRS(crs).axis_info] == ["north", "east"]
    grid = SquareGrid(cell_size=100)
    east, north = Transformer.from_crs(4326, crs, always_xy=True).transform(
        *np.array(place) + 0.005
    )
    for areas in (town_at(place), town_at(place, crs)):
        cells = areas_to_cells(areas, grid, min_share=0, crs=crs)
        assert cells.crs == CRS(crs)
        assert abs(cells["column"].median() - east // 100) <= 2
        assert abs(cells["row"].median() - north // 100) <= 2
    assert_right(town_at(place, crs), grid)


@both_grids
@pytest.mark.parametrize("crs", [4326, 4490])
@pytest.mark.parametrize("place", [BEIJING, SYDNEY], ids=["beijing", "sydney"])
def test_swapped_degrees_are_refused(place, crs, grid):
    """A latitude of 116 degrees is none: latitude and longitude swapped, every row is named."""
    areas = swapped(town_at(place, crs))
    with pytest.raises(CRSError, match=r"rows are not in degrees.*swapped") as caught:
        areas_to_cells(areas, grid)
    assert caught.value.rows == tuple(areas.index)


def test_swapped_degrees_that_could_be_true_are_taken_as_they_stand():
    """Boston swapped is a place in the far south: nobody can know, cells lie where it says."""
    cells = areas_to_cells(swapped(town_at(BOSTON)))
    assert cells.crs == CRS(32738)
    lon, lat = cells.to_crs(4326).total_bounds[:2]
    assert (lon, lat) == pytest.approx(BOSTON[::-1], abs=0.01)


def test_swapped_metres_are_taken_as_they_stand():
    """Northing as x in a projected CRS cannot be known: cells are the mirrored ones, in metres."""
    areas = town_at(BEIJING, 4548)
    mirrored = areas_to_cells(swapped(areas), min_share=0)
    cells = areas_to_cells(areas, min_share=0)
    assert sorted(zip(mirrored["row"], mirrored["column"], strict=True)) == sorted(
        zip(cells["column"], cells["row"], strict=True)
    )
    np.testing.assert_allclose(np.sort(mirrored["area_m2"]), np.sort(cells["area_m2"]), atol=1e-6)


@pytest.mark.parametrize(
    "stray",
    [shapely.box(39.9, 116.4, 39.91, 116.41), shapely.box(500_000, 4_000_000, 500_300, 4_000_300)],
    ids=["swapped", "metres"],
)
def test_rows_that_are_no_degrees_are_named(stray):
    """One swapped row, or one in metres, among right ones in degrees is the row that is named."""
    areas = frame([shapely.box(116.4, 39.9, 116.41, 39.91), stray], crs=4326)
    with pytest.raises(CRSError, match="row") as caught:
        areas_to_cells(areas)
    assert caught.value.rows == (1,)


@pytest.mark.parametrize("lon", [200.0, 288.9])
def test_longitudes_up_to_360_are_measured_right(lon):
    """Longitudes counted from 0 to 360 get the zone of their place, or are refused."""
    areas = frame([shapely.box(lon, 42, lon + 0.01, 42.01)], crs=4326)
    try:
        m2 = areas_to_cells(areas)["area_m2"].sum()
    except CRSError as error:
        right = error.rows == (0,)
    else:
        right = m2 == pytest.approx(ellipsoid_m2(areas), rel=2e-3)
    assert right
