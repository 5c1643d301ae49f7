"""GCJ-02 and BD-09 by name, and frames moved there and back."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import gridgeo as gg
from gridgeo.crs import LONLAT, parse_crs, shifted_degrees
from gridgeo.errors import CRSError, SchemaError

WAYS = {
    "GCJ-02": (gg.to_gcj02, gg.from_gcj02, gg.wgs84_to_gcj02),
    "BD-09": (gg.to_bd09, gg.from_bd09, gg.wgs84_to_bd09),
}
each_system = pytest.mark.parametrize("name", WAYS)


@pytest.fixture(scope="module")
def communities():
    """The 182 communities of the sample city, in metres."""
    return gg.datasets.read_sample("communities")


def mixed(crs=LONLAT):
    """Geometries of all kinds around Beijing, with a null, an empty one and a height."""
    ring = shapely.Point(116.4, 39.9).buffer(0.01)
    shapes = [
        shapely.Point(116.4, 39.9),
        shapely.Point(116.4, 39.9, 55.5),
        shapely.LineString([(116.4, 39.9), (116.5, 39.8)]),
        ring.difference(shapely.Point(116.4, 39.9).buffer(0.001)),
        shapely.MultiPoint([(116.4, 39.9), (116.41, 39.9)]),
        shapely.GeometryCollection([shapely.Point(116.4, 39.9), ring]),
        shapely.Point(),
        None,
    ]
    frame = gpd.GeoDataFrame({"note": range(8)}, geometry=shapes, crs=LONLAT, index=[*"abcdefga"])
    return frame.rename_geometry("place").to_crs(crs)


@pytest.mark.parametrize("name", ["GCJ-02", "gcj-02", "GCJ02", "gcj02", " Gcj-02 "])
def test_gcj02_is_known_by_name(name):
    """In any case, with its hyphen or without."""
    system = shifted_degrees(name)
    assert system.name == "GCJ-02"
    assert system.to_lonlat is gg.gcj02_to_wgs84
    assert system.from_lonlat is gg.wgs84_to_gcj02


@pytest.mark.parametrize("name", ["BD-09", "bd-09", "BD09", "bd09"])
def test_bd09_is_known_by_name(name):
    """As GCJ-02 is."""
    system = shifted_degrees(name)
    assert system.name == "BD-09"
    assert system.to_lonlat is gg.bd09_to_wgs84
    assert system.from_lonlat is gg.wgs84_to_bd09


@pytest.mark.parametrize("crs", ["EPSG:4326", 4547, LONLAT, None, "", "GCJ-03", "BD-09 MC"])
def test_other_systems_are_not_shifted(crs):
    """What PROJ knows, and what nobody does, is left to parse_crs."""
    assert shifted_degrees(crs) is None


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("gcj02", r"'GCJ-02' is no CRS.*read_components\(..., crs='GCJ-02'\).*from_gcj02\(frame\)"),
        ("BD-09", r"'BD-09' is no CRS.*read_components\(..., crs='BD-09'\).*from_bd09\(frame\)"),
    ],
)
def test_frames_cannot_be_in_shifted_degrees(name, remedy):
    """Where a CRS is asked for, the error says what takes the name, and what brings a frame."""
    with pytest.raises(CRSError, match=remedy):
        parse_crs(name)
    with pytest.raises(CRSError, match=remedy):
        gg.working_crs(mixed(), crs=name)


@each_system
@pytest.mark.parametrize("crs", [4326, 4490, 4548, 3857])
def test_frames_go_there_and_come_back(name, crs):
    """Every kind of geometry, from any CRS; rows, columns, nulls and heights stay."""
    there, back, move = WAYS[name]
    frame = mixed(crs)
    before = frame.copy()
    moved = there(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert moved.crs == LONLAT
    assert moved.geometry.name == "place"
    assert moved.index.tolist() == frame.index.tolist()
    assert moved["note"].tolist() == frame["note"].tolist()
    lonlat = mixed()
    expected = np.transpose(move(*shapely.get_coordinates(lonlat.geometry).T))
    np.testing.assert_allclose(shapely.get_coordinates(moved.geometry), expected, atol=1e-9)
    assert shapely.has_z(moved.geometry).tolist() == shapely.has_z(lonlat.geometry).tolist()
    assert moved.geometry.iloc[1].z == 55.5
    home = back(moved)
    assert shapely.equals_exact(home.geometry[:-1], lonlat.geometry[:-1], tolerance=1e-8).all()
    assert home.geometry.iloc[-1] is None


@each_system
def test_a_frame_that_says_nothing_is_in_degrees(name):
    """A file of a consumer map without a CRS comes to the same place as one that says EPSG:4326."""
    there, back, _ = WAYS[name]
    moved = there(mixed())
    silent = moved.set_crs(None, allow_override=True)
    pd.testing.assert_frame_equal(back(silent), back(moved))


@each_system
def test_what_was_drawn_on_tiles_comes_home(name):
    """Web Mercator of shifted degrees is undone first."""
    there, back, _ = WAYS[name]
    drawn = there(mixed()).to_crs(3857)
    home, lonlat = back(drawn), mixed()
    assert shapely.equals_exact(home.geometry[:-1], lonlat.geometry[:-1], tolerance=1e-8).all()


@each_system
def test_a_coverage_stays_one(name, communities):
    """Vertices that neighbours share are moved alike: no gap, no overlap, and back the same."""
    there, back, _ = WAYS[name]
    moved = there(communities)
    assert shapely.coverage_is_valid(moved.geometry.to_numpy())
    home = back(moved).to_crs(communities.crs)
    off = shapely.hausdorff_distance(home.geometry.to_numpy(), communities.geometry.to_numpy())
    assert off.max() < 1e-3
    far = shapely.distance(
        moved.to_crs(communities.crs).centroid.to_numpy(), communities.centroid.to_numpy()
    )
    assert (far > 300).all()


def test_a_frame_without_rows_stays_one():
    """Nothing is moved, and the CRS is what it will be."""
    for there, back, _ in WAYS.values():
        for way in (there, back):
            moved = way(mixed(4548).iloc[:0])
            assert len(moved) == 0
            assert moved.crs == LONLAT


def test_what_cannot_be_moved_is_named():
    """No CRS, no geometry, and metres that claim to be degrees."""
    with pytest.raises(CRSError, match="`frame` has no CRS"):
        gg.to_gcj02(mixed().set_crs(None, allow_override=True))
    for way in (gg.to_gcj02, gg.from_gcj02, gg.to_bd09, gg.from_bd09):
        with pytest.raises(SchemaError, match="`frame` must be a GeoDataFrame, not DataFrame"):
            way(pd.DataFrame({"lon": [116.4]}))
    metres = mixed(4548).set_crs(LONLAT, allow_override=True)
    with pytest.raises(CRSError, match="7 rows are not in degrees"):
        gg.to_gcj02(metres.assign(note=1).iloc[[0, 1, 2, 3, 4, 5, 0]])
