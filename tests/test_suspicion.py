"""What is said of coordinates that miss the cells: every planted mistake, and no sound layer.

Warnings are errors in these tests: a sound layer that is geocoded without one was not suspected.
"""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point, box

import gridgeo as gg
from gridgeo import _suspicion
from gridgeo._locate import make_locator
from gridgeo._suspicion import Layer, find_suspicion
from gridgeo.crs import to_crs
from gridgeo.errors import CRSError, InputError

LAYERS = ("buildings", "components", "events", "greens", "key_units", "pipes")
SHIFTS = {
    "GCJ-02": (gg.to_gcj02, gg.wgs84_to_gcj02, "from_gcj02"),
    "BD-09": (gg.to_bd09, gg.wgs84_to_bd09, "from_bd09"),
}
each_shift = pytest.mark.parametrize("name", SHIFTS)


def as_cells(areas):
    """Areas in the place of cells, which may have any shape."""
    codes = [f"{i:05d}" for i in range(len(areas))]
    return gpd.GeoDataFrame({"cell_code": codes}, geometry=areas.geometry.array)


@pytest.fixture(scope="module")
def city():
    """The communities of the sample city as cells, in EPSG:4548."""
    return as_cells(gg.datasets.read_sample("communities"))


@pytest.fixture(scope="module")
def lamps():
    """The 34,971 components of the sample city, in EPSG:4548; seven stand outside."""
    return gg.datasets.read_sample("components")


def lonlat_of(frame):
    """Longitude and latitude of points."""
    return shapely.get_coordinates(to_crs(frame, 4326).geometry).T


def placed_at(frame, x, y, crs=4326):
    """The frame with its points elsewhere."""
    return frame.set_geometry(gpd.points_from_xy(x, y), crs=crs)


def warned(features, cells):
    """Geocode with one warning, and give its sentence."""
    with pytest.warns(UserWarning, match="features lie in no cell") as caught:
        gg.geocode(features, cells)
    assert len(caught) == 1
    assert caught[0].filename == __file__, "the warning names the line that called geocode"
    return str(caught[0].message)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("crs", [4326, 4548])
def test_the_sample_city_is_sound(layer, crs, city):
    """None of its layers is suspected, in degrees or metres."""
    things = to_crs(gg.datasets.read_sample(layer), crs)
    assert gg.geocode(things, city)["placed"].mean() > 0.99


def test_a_district_among_its_neighbours_is_sound(city, lamps):
    """Components of the whole city against each street: most lie outside, and rightly so."""
    streets = as_cells(gg.datasets.read_sample("streets"))
    for at in range(len(streets)):
        assert gg.geocode(lamps, streets.iloc[[at]])["placed"].mean() < 0.5
    west, south, east, north = city.total_bounds
    for half in (box(west, south, (west + east) / 2, north), box(west, south, east, south + 4e3)):
        cells = city[city.within(half)]
        near = lamps[lamps.within(cells.union_all().buffer(400))]
        assert gg.geocode(near, cells)["placed"].mean() > 0.5


@pytest.mark.parametrize("reach", [0.01, 5, 100, 500, 2_000])
def test_features_along_the_rim_are_sound(city, reach):
    """Features on the border or across it, all around, or on one side of a city full of others."""
    district = city.union_all()
    rng = np.random.default_rng(5)
    along = rng.uniform(0, district.boundary.length, 3_000)
    rim = shapely.get_coordinates(shapely.line_interpolate_point(district.boundary, along))
    around = gpd.GeoDataFrame(geometry=shapely.points(rim), crs=city.crs)
    gg.geocode(around, city)
    gg.geocode(placed_at(around, *(rim + rng.normal(0, reach, rim.shape)).T, city.crs), city)
    west, south, east, north = district.bounds
    middle = np.array(district.centroid.coords[0])
    others = rng.uniform([west, south], [east, north], (3_000, 2))
    others = others[shapely.contains_xy(district, *others.T)]
    for angle in np.arange(8) * np.pi / 4:
        way = np.array([np.cos(angle), np.sin(angle)])
        side = rim[(rim - middle) @ way > 0]
        beyond = side + way * rng.uniform(0, reach, (len(side), 1))
        heap = side[0] + way * reach + rng.normal(0, 50, (300, 2))
        for astray in (beyond, heap):
            xy = np.vstack([astray, others])
            frame = gpd.GeoDataFrame(geometry=shapely.points(xy), crs=city.crs)
            assert gg.geocode(frame, city)["placed"].any()


def made_up_layers(n):
    """Sound layers: heaps, rows and fields of features that reach over the border of some areas."""
    areas = gg.datasets.read_sample("communities").geometry.to_numpy()
    rng = np.random.default_rng(8)
    for _ in range(n):
        apart = shapely.distance(areas[rng.integers(len(areas))], areas)
        own = areas[np.argsort(apart, kind="stable")[: rng.choice([2, 8, 30])]]
        hull = shapely.union_all(own)
        west, south, east, north = hull.buffer(1_000).bounds
        heaps = rng.uniform([west, south], [east, north], (rng.integers(1, 40), 2))
        at = rng.integers(len(heaps), size=int(10 ** rng.uniform(1, 3.5)))
        spread = 10 ** rng.uniform(1, 3)
        row = rng.random((len(at), 1)) * rng.normal(0, 1_000, 2) * rng.integers(2)
        xy = heaps[at] + row + rng.normal(0, spread, (len(at), 2))
        near = xy[shapely.dwithin(shapely.points(xy), hull, 10 ** rng.uniform(0, 3.5))]
        yield own, shapely.points(near)


def test_made_up_layers_are_sound():
    """Of 300 layers with no mistake none is suspected, however they lie about their areas."""
    crs = gg.datasets.read_sample("district").crs
    n_asked = 0
    for areas, points in made_up_layers(300):
        inside = shapely.intersects(shapely.union_all(areas), points)
        n_asked += (~inside).any()
        found = find_suspicion(Layer(points, crs), make_locator(areas), crs, inside, ~inside)
        assert found is None
    assert n_asked > 150


@pytest.mark.real
def test_cambridge_is_sound(real_cities, cambridge):
    """All of its layers of points and lines, where it lies and as if it lay in China.

    Against the city and against its tracts. Of the lights that are not the city's nine in a
    hundred lie outside, of the rails half.
    """
    city = gpd.read_parquet(real_cities / "cambridge" / "city.parquet").to_crs(26986)
    n_layers = 0
    for file in sorted((real_cities / "cambridge").glob("*.parquet")):
        things = gpd.read_parquet(file).to_crs(26986)
        if things.geom_type.isin(["Polygon", "MultiPolygon"]).all():
            continue
        n_layers += 1
        for areas in (city, cambridge):
            for move in (lambda frame: frame, into_china):
                placed = gg.geocode(move(things), as_cells(move(areas)))["placed"]
                assert placed.mean() > 0.5
    assert n_layers == 17


def into_china(frame):
    """Carry Cambridge to a place in China, metre by metre."""
    moved = frame.translate(500_000 - 233_000, 4_400_000 - 901_000)
    return frame.set_geometry(moved).set_crs(4548, allow_override=True)


@pytest.mark.real
def test_tainan_is_sound(real_cities, tainan):
    """Its 105,339 events, of which 22 lie outside, and each district's among those of all."""
    table = pd.read_csv(real_cities / "tainan" / "events_1999.csv.gz")
    points = gpd.points_from_xy(table["lon"], table["lat"])
    events = gpd.GeoDataFrame(geometry=points, crs=4326)
    districts = as_cells(to_crs(tainan, 3826))
    assert (gg.geocode(events, districts)["reason"] == "outside").sum() == 22
    for at in range(len(districts)):
        gg.geocode(events.iloc[::5], districts.iloc[[at]])


@pytest.mark.real
def test_exchanged_and_turned_degrees_of_cambridge_are_named(real_cities, cambridge):
    """West longitudes that lost their sign, and latitudes that stand first."""
    lights = gpd.read_parquet(real_cities / "cambridge" / "street_lights.parquet")
    x, y = lonlat_of(lights)
    cells = as_cells(cambridge)
    turned = warned(placed_at(lights, -x, y), cells)
    assert "6,117 of 6,117 features" in turned
    assert "longitudes of the other sign 100% of these would lie in one" in turned
    assert "longitude and latitude exchanged" in warned(placed_at(lights, y, x), cells)


def test_gross_mistakes_in_degrees_are_named(city, lamps):
    """Exchanged axes and wrong signs, with counts and the remedy; the cells may be in degrees."""
    x, y = lonlat_of(lamps)
    for cells in (city, to_crs(city, 4326)):
        sentence = warned(placed_at(lamps, y, x), cells)
        assert sentence == (
            "34,971 of 34,971 features lie in no cell. With longitude and latitude exchanged 100% "
            "of these would lie in one: exchange the columns where they are read (x=, y=)."
        )
    assert "With longitudes of the other sign" in warned(placed_at(lamps, -x, y), city)
    assert "With latitudes of the other sign" in warned(placed_at(lamps, x, -y), city)
    assert "With all signs changed" in warned(placed_at(lamps, -x, -y), city)


def test_gross_mistakes_in_metres_are_named(city, lamps):
    """North first, as surveyors write it; the zone beside; metres of web maps."""
    x, y = shapely.get_coordinates(lamps.geometry).T
    assert "With x and y exchanged" in warned(placed_at(lamps, y, x, 4548), city)
    zone = warned(placed_at(lamps, x, y, 4547), city)
    assert "As metres of 'CGCS2000 / 3-degree Gauss-Kruger CM 117E' 100%" in zone
    assert "features.set_crs('EPSG:4548', allow_override=True)" in zone
    web = shapely.get_coordinates(to_crs(lamps, 3857).geometry).T
    assert "crs='EPSG:3857'" in warned(placed_at(lamps, *web, 4548), city)


@pytest.mark.parametrize("outside", ["keep", "nearest", "raise"])
def test_degrees_cannot_be_metres(city, lamps, outside):
    """In a CRS of metres no feature can be right: an error that names all rows and the CRS."""
    degrees = placed_at(lamps, *lonlat_of(lamps), 4548).iloc[:100]
    with pytest.raises(
        CRSError,
        match=r"100 of 100 features.*within 360 of zero, degrees by their size, while 'CGCS2000.*"
        r"As degrees of longitude and latitude 100% .*set_crs\('EPSG:4326', allow_override=True\)",
    ) as caught:
        gg.geocode(degrees, city, outside=outside)
    assert caught.value.rows == tuple(degrees.index)
    swapped = placed_at(degrees, degrees.geometry.y, degrees.geometry.x, 4548)
    with pytest.raises(CRSError, match=r"latitude first, 100%.*\(x=, y=\) and .*'EPSG:4326'"):
        gg.geocode(swapped, city)
    elsewhere = placed_at(degrees, degrees.geometry.x - 9, degrees.geometry.y, 4548)
    with pytest.raises(CRSError, match=r"degrees by their size.*Name their CRS"):
        gg.geocode(elsewhere, city)


def test_metres_cannot_be_degrees(city, lamps):
    """In a CRS of degrees no feature can be right: an error that says which metres they are."""
    x, y = shapely.get_coordinates(lamps.geometry).T
    too_large = r"too large for degrees, as 'WGS 84' has them\. As metres of 'CGCS2000 .*117E'"
    with pytest.raises(CRSError, match=rf"{too_large} 100%.*crs='EPSG:4548'"):
        gg.geocode(placed_at(lamps, x, y), city)
    with pytest.raises(CRSError, match=rf"{too_large}, north first, 100%"):
        gg.geocode(placed_at(lamps, y, x), city)
    web = shapely.get_coordinates(to_crs(lamps, 3857).geometry).T
    with pytest.raises(CRSError, match="As metres of web maps 100%"):
        gg.geocode(placed_at(lamps, *web), city)


def test_a_crs_without_a_code_is_the_cells_own(city, lamps):
    """The remedy for metres of a local CRS does not name a code that is only nearly the same."""
    local = "+proj=tmerc +lat_0=38 +lon_0=116.5 +x_0=50000 +y_0=90000 +ellps=GRS80 +units=m"
    cells = to_crs(city, local)
    x, y = shapely.get_coordinates(to_crs(lamps, local).geometry).T
    with pytest.raises(CRSError, match=r"features.set_crs\(cells.crs, allow_override=True\)"):
        gg.geocode(placed_at(lamps, x, y), cells)


def test_one_feature_in_place_is_enough_for_a_warning(city, lamps):
    """Where one feature is right not all are impossible: a warning, not an error."""
    degrees = placed_at(lamps, *lonlat_of(lamps), 4548)
    mixed = pd.concat([degrees.iloc[:100], lamps.iloc[[0]]])
    assert "As degrees of longitude and latitude" in warned(mixed, city)


def test_metres_near_the_origin_of_a_local_crs_are_metres(city):
    """A survey around its own origin has small coordinates; the cells are near, none is wrong."""
    spot = city.geometry.iloc[0].centroid
    lon, lat = shapely.get_coordinates(
        to_crs(gpd.GeoDataFrame(geometry=[spot], crs=4548), 4326).geometry
    )[0]
    local = f"+proj=tmerc +lat_0={lat} +lon_0={lon} +ellps=GRS80 +units=m"
    rng = np.random.default_rng(3)
    frame = gpd.GeoDataFrame(geometry=shapely.points(rng.uniform(-300, 300, (50, 2))), crs=local)
    far = city[city.distance(spot) > 1_000]
    assert not gg.geocode(frame, far)["placed"].any()


def test_zeros_for_missing_coordinates_are_not_degrees(city):
    """Features that were all written as 0, 0 lie outside, and that is all that can be said."""
    zeros = gpd.GeoDataFrame(geometry=[Point(0, 0)] * 3, crs=4548)
    assert gg.geocode(zeros, city)["reason"].tolist() == ["outside"] * 3


def test_features_that_no_zone_can_take_are_only_outside(city):
    """A latitude of 95 degrees in China: nothing is suspected, and nothing stops."""
    frame = gpd.GeoDataFrame(geometry=[Point(117, 95)] * 3, crs=4326)
    assert gg.geocode(frame, city)["reason"].tolist() == ["outside"] * 3


@each_shift
@pytest.mark.parametrize("layer", ["buildings", "components", "events", "greens", "pipes"])
def test_features_of_consumer_maps_are_named(name, layer, city):
    """Points, lines and polygons that were shifted, in degrees and in metres; rows stay."""
    there, _, back = SHIFTS[name]
    moved = there(gg.datasets.read_sample(layer))
    for crs in (4326, 4548):
        sentence = warned(to_crs(moved, crs), city)
        assert f"Read as {name}, the shifted degrees" in sentence
        assert f"next to none would: read them with crs='{name}'" in sentence
        assert f"{back}(features)" in sentence
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        placed = gg.geocode(moved, city)
    assert placed.index.equals(moved.index)
    assert placed.geometry.equals(moved.geometry)
    home = gg.geocode(getattr(gg, back)(moved), city)
    assert home["placed"].sum() > placed["placed"].sum()


@each_shift
def test_areas_of_consumer_maps_are_named(name, lamps):
    """Where the areas were shifted and the features are sound, the areas are to be brought."""
    there, _, back = SHIFTS[name]
    cells = as_cells(to_crs(there(gg.datasets.read_sample("communities")), 4548))
    sentence = warned(lamps, cells)
    assert f"If the cells were in {name}" in sentence
    assert f"bring the areas with {back}(areas) before they are cut" in sentence


def shifted_points(xy):
    """Points in EPSG:4548 that a consumer map shows elsewhere."""
    frame = gpd.GeoDataFrame(geometry=shapely.points(xy), crs=4548)
    return to_crs(gg.to_gcj02(frame), 4548)


def test_too_few_places_prove_no_shift():
    """Twenty lamps outside that would all come back; a heap of 300 is one place, no proof either.

    The cells are a square full of features and an islet, onto which undoing a shift brings them.
    """
    rng = np.random.default_rng(9)
    full, islet = box(503e3, 4_403e3, 508e3, 4_408e3), box(500e3, 4_400e3, 500_200, 4_400_200)
    cells = as_cells(gpd.GeoDataFrame(geometry=[full, islet], crs=4548))
    inner = gpd.GeoDataFrame(
        geometry=shapely.points(rng.uniform([505e3, 4_405e3], [506e3, 4_406e3], (900, 2))), crs=4548
    )
    for n, spot in ((20, islet), (300, islet.buffer(-99))):
        west, south, east, north = spot.bounds
        astray = shifted_points(rng.uniform([west, south], [east, north], (n, 2)))
        placed = gg.geocode(pd.concat([inner, astray]), cells)["placed"]
        assert placed.sum() == 900


def test_what_lies_wholly_beside_an_area_proves_no_shift():
    """A block no wider than the shift, and all of its features outside: they may be another's."""
    block = box(500e3, 4_400e3, 500_200, 4_400_200)
    cells = as_cells(gpd.GeoDataFrame(geometry=[block], crs=4548))
    rng = np.random.default_rng(9)
    astray = shifted_points(rng.uniform([500e3, 4_400e3], [500_400, 4_400_400], (2_000, 2)))
    assert not gg.geocode(astray, cells)["placed"].any()


@each_shift
def test_a_shift_is_seen_beside_what_strays_anyway(name, city, lamps):
    """One feature in fifty lies outside for other reasons; the shift is still named."""
    rng = np.random.default_rng(6)
    x, y = shapely.get_coordinates(lamps.geometry).T
    astray = rng.random(len(x)) < 0.02
    x[astray], y[astray] = x[astray] + 30_000, y[astray] + rng.uniform(-9e3, 9e3, astray.sum())
    move = SHIFTS[name][1]
    moved = placed_at(lamps, *move(*lonlat_of(placed_at(lamps, x, y, 4548))))
    assert f"Read as {name}" in warned(moved, city)


def test_no_shift_is_seen_outside_china(lamps, city):
    """The same city in Korea, where nobody shifts: features that lie beside it are just that."""
    korea = city.set_crs("EPSG:5181", allow_override=True)
    away = gpd.GeoSeries([city.union_all().centroid], crs=4548).get_coordinates().to_numpy()[0]
    to = np.array([200_000, 500_000]) - away
    korea = korea.set_geometry(korea.translate(*to))
    there = lamps.set_crs("EPSG:5181", allow_override=True)
    there = there.set_geometry(there.translate(*to))
    moved = placed_at(there, *gg.wgs84_to_gcj02(*lonlat_of(there)))
    assert gg.geocode(moved, korea)["placed"].mean() < 0.99


def test_the_answer_is_the_same_again(city, lamps):
    """The sample is no draw of chance."""
    moved = placed_at(lamps, *gg.wgs84_to_gcj02(*lonlat_of(lamps)))
    assert warned(moved, city) == warned(moved.copy(), city)


def test_features_without_coordinates_are_not_counted(city, lamps):
    """Nulls are neither inside nor outside."""
    some = lamps.iloc[:50]
    x, y = lonlat_of(some)
    exchanged = placed_at(some, y, x)
    nulls = gpd.GeoDataFrame(geometry=[None] * 70, crs=4326)
    assert "50 of 50 features" in warned(pd.concat([nulls, exchanged]), city)


def test_sound_layers_cost_nothing(monkeypatch, city, lamps):
    """With fewer than one in 500 outside no feature is looked at."""

    def fail(*_):
        raise AssertionError("looked at features")

    monkeypatch.setattr(_suspicion, "place_on", fail)
    monkeypatch.setattr(_suspicion, "locate", fail)
    assert (~gg.geocode(lamps, city)["placed"]).sum() == 7


def test_a_refused_frame_is_warned_of_too(city, lamps):
    """With outside='raise' the reason comes before the error that names the rows."""
    x, y = lonlat_of(lamps)
    with (
        pytest.warns(UserWarning, match="longitude and latitude exchanged"),
        pytest.raises(InputError, match="features in no cell"),
    ):
        gg.geocode(placed_at(lamps, y, x), city, outside="raise")
