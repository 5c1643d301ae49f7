"""GCJ-02 and BD-09: the public formula, its inverse to the last digit, and the edge of both."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gridgeo as gg
from gridgeo.errors import InputError

WEST, SOUTH, EAST, NORTH = EXTENT = 72.004, 0.8293, 137.8347, 55.8271
"""Where the formula moves a point, degrees."""

PAIRS = {
    "GCJ-02": (gg.wgs84_to_gcj02, gg.gcj02_to_wgs84),
    "BD-09": (gg.wgs84_to_bd09, gg.bd09_to_wgs84),
}
BETWEEN = (gg.gcj02_to_bd09, gg.bd09_to_gcj02)
ALL = [way for pair in (*PAIRS.values(), BETWEEN) for way in pair]

both_systems = pytest.mark.parametrize(("there", "back"), PAIRS.values(), ids=list(PAIRS))
all_pairs = pytest.mark.parametrize(("there", "back"), [*PAIRS.values(), BETWEEN])
inside = st.tuples(st.floats(WEST, EAST), st.floats(SOUTH, NORTH))


def random_points(n, west=WEST, south=SOUTH, east=EAST, north=NORTH):
    """Points all over a rectangle."""
    return np.random.default_rng(2).uniform([west, south], [east, north], (n, 2)).T


def apart(place, other):
    """Give the largest difference between two places, degrees."""
    return np.abs(np.subtract(place, other)).max()


@pytest.mark.parametrize(
    ("change", "given", "expected"),
    [
        (gg.wgs84_to_gcj02, (116.404, 39.915), (116.41024449916938, 39.91640428150164)),
        (gg.gcj02_to_bd09, (116.404, 39.915), (116.41036949371029, 39.92133699351021)),
        (gg.wgs84_to_gcj02, (121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        (gg.wgs84_to_gcj02, (113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        (gg.wgs84_to_gcj02, (116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        (gg.wgs84_to_gcj02, (123, 45), (123.00607541, 45.00197815)),
        (gg.gcj02_to_bd09, (123, 45), (123.00636499, 45.00636899)),
        (gg.wgs84_to_bd09, (123, 45), (123.0124491, 45.0083293)),
        (gg.gcj02_to_wgs84, (123, 45), (122.99395597, 44.99804071)),
    ],
    ids=["coordtransform"] * 2 + ["eviltransform"] * 3 + ["gcoord"] * 4,
)
def test_published_pairs_are_met(change, given, expected):
    """Pairs from the README of coordtransform and the tests of eviltransform and gcoord.

    Pairs that rest on an inverse of one step are not among them; gcoord's inverse iterates.
    """
    assert apart(change(*given), expected) < 1e-6
    assert apart(change(*np.transpose([given] * 3))[0], expected[0]) < 1e-6


@all_pairs
def test_there_and_back(there, back):
    """100,000 points all over China come home within 1e-9 degree, whichever way is gone first."""
    places = random_points(100_000, 73.5, 3.9, 135.1, 53.6)
    assert apart(back(*there(*places)), places) < 1e-9
    assert apart(there(*back(*places)), places) < 1e-9
    moved = np.hypot(*np.subtract(there(*places), places))
    assert moved.min() > 1e-5
    assert moved.max() < 0.03


@both_systems
@given(place=inside)
def test_every_point_of_the_extent_comes_home(there, back, place):
    """On the edge and in the corners too, where the image lies outside the extent."""
    assert apart(back(*there(*place)), place) < 1e-9


@both_systems
def test_the_very_edge_comes_home(there, back):
    """Points on the four sides, and the next numbers inside, many of them moved across the edge."""
    lon, lat = np.linspace(WEST, EAST, 1_000), np.linspace(SOUTH, NORTH, 1_000)
    sides = []
    for inward in (0, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3):
        sides += [(np.full(1_000, WEST + inward), lat), (np.full(1_000, EAST - inward), lat)]
        sides += [(lon, np.full(1_000, SOUTH + inward)), (lon, np.full(1_000, NORTH - inward))]
    edge = np.concatenate([np.array(side) for side in sides], axis=1)
    moved = np.array(there(*edge))
    beyond = (moved < [[WEST], [SOUTH]]) | (moved > [[EAST], [NORTH]])
    assert beyond.any(axis=1).all(), "some points are moved across the edge, both ways"
    home = np.array(back(*moved))
    assert apart(home, edge) < 1e-9
    assert apart(there(*home), moved) < 1e-9


@all_pairs
def test_nothing_moves_outside(there, back):
    """Cambridge, Sydney, and the next numbers beyond each edge stay bit for bit."""
    places = np.array(
        [
            [-71.1, 151.2, np.nextafter(WEST, 0), np.nextafter(EAST, 180), 100.0, 100.0],
            [42.4, -33.9, 30.0, 30.0, np.nextafter(SOUTH, 0), np.nextafter(NORTH, 90)],
        ]
    )
    far = places[:, :2]
    assert np.array_equal(back(*far), far)
    if there is not gg.gcj02_to_bd09:
        assert np.array_equal(there(*places), places)
    assert np.array_equal(there(*far), far)


@both_systems
def test_a_place_that_two_points_have_is_the_one_inside(there, back):
    """East of the edge a point that stays meets one that came from inside; the latter is meant.

    On the side from which points are moved away there is no such doubt, and all come home.
    """
    lat = np.linspace(SOUTH + 1, NORTH - 1, 500)
    came = np.array(there(np.full(500, EAST), lat))
    assert (came[0] > EAST).all()
    between = np.array([(EAST + came[0]) / 2, came[1]])
    assert np.array_equal(there(*between), between)
    source = np.array(back(*between))
    assert (source[0] < EAST).all()
    assert apart(there(*source), between) < 1e-9
    west = np.array([np.full(500, WEST - 1e-3), lat])
    assert np.array_equal(back(*there(*west)), west)


@both_systems
def test_a_place_that_no_point_has_stays(there, back):
    """West of all that was moved, but inside, nothing is where it could have come from."""
    lat = np.linspace(10, 50, 500)
    came = np.array(there(np.full(500, WEST), lat))
    assert (came[0] > WEST).all()
    nobodys = np.array([(WEST + came[0]) / 2, came[1]])
    assert np.array_equal(back(*nobodys), nobodys)


def test_one_system_after_the_other():
    """By way of GCJ-02 one comes to the same BD-09 place, and back to the same point."""
    places = random_points(10_000)
    gcj02, bd09 = gg.wgs84_to_gcj02(*places), gg.wgs84_to_bd09(*places)
    assert apart(gg.gcj02_to_bd09(*gcj02), bd09) < 1e-12
    assert apart(gg.bd09_to_gcj02(*bd09), gcj02) < 1e-12
    assert apart(gg.gcj02_to_wgs84(*gg.bd09_to_gcj02(*bd09)), gg.bd09_to_wgs84(*bd09)) < 1e-12


@pytest.mark.parametrize("change", ALL, ids=lambda change: change.__name__)
def test_what_has_no_place_gets_none(change):
    """NaN stays NaN and infinity infinity, and the numbers beside them are untouched."""
    given = np.array(
        [[np.nan, 116.4, np.inf, -np.inf, np.nan], [39.9, np.nan, 39.9, np.inf, np.nan]]
    )
    assert np.array_equal(change(*given), given, equal_nan=True)


@pytest.mark.parametrize("change", ALL, ids=lambda change: change.__name__)
def test_shapes_that_go_together(change):
    """Numbers, lists, columns and tables, empty ones too, give float64 arrays of their shape."""
    one = change(116.4, 39.9)
    assert [side.shape for side in one] == [(), ()]
    for lon, lat in (
        ([116.4, 116.4], [39.9, 39.9]),
        (np.full((3, 1), 116.4), np.full((1, 4), 39.9)),
        (pd.Series([116.4, 116.4], index=["b", "a"]), 39.9),
        (pd.array([116.4, 116.4]), [39.9, 39.9]),
        (np.array([], dtype=int), []),
    ):
        out = change(lon, lat)
        shape = np.broadcast_shapes(np.shape(lon), np.shape(lat))
        assert [side.shape for side in out] == [shape] * 2
        assert [side.dtype for side in out] == [np.float64] * 2
        assert all((side == alone).all() for side, alone in zip(out, one, strict=True))


@pytest.mark.parametrize("change", ALL, ids=lambda change: change.__name__)
def test_a_point_is_moved_alike_in_any_company(change):
    """Bit for bit: vertices that neighbours share stay shared, wherever they stand in an array."""
    lon, lat = random_points(1_003)
    together = np.array(change(lon, lat))
    for start in (1, 2, 500, 1_002):
        assert np.array_equal(change(lon[start:], lat[start:]), together[:, start:])
    assert np.array_equal(change(lon[::7], lat[::7]), together[:, ::7])


def test_what_is_given_stays_as_it_is():
    """The caller's arrays are not written into."""
    lon, lat = random_points(10)
    before = lon.copy(), lat.copy()
    for change in ALL:
        change(lon, lat)
    assert np.array_equal((lon, lat), before)


def test_what_cannot_be_degrees_is_refused():
    """Text and shapes that do not go together are named."""
    with pytest.raises(InputError, match=r"`lon` and `lat` must be numbers that go together.*E"):
        gg.wgs84_to_gcj02(["116.4E"], [39.9])
    with pytest.raises(InputError, match=r"must be numbers that go together.*\(2,\).*\(3,\)"):
        gg.bd09_to_wgs84([116.4, 116.5], [39.9, 39.8, 39.7])
