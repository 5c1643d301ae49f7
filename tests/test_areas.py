"""repair_areas: what is noise is repaired and told, what is not is left and told."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import translate

from gridgeo._repair import find_holes, wider, widths
from gridgeo.areas import AreaRepair, repair_areas
from gridgeo.coverage import check_coverage
from gridgeo.errors import CodeError, CoverageError, CRSError, GeometryError, InputError

CRS = "EPSG:4547"
EAST, NORTH = 500_000, 4_400_000
NAMES = ["from_code", "to_code", "reason"]


def layer(**shapes):
    """Areas by code, drawn near zero and moved to where Chinese coordinates lie."""
    geometry = [translate(shape, EAST, NORTH) for shape in shapes.values()]
    return gpd.GeoDataFrame({"area_code": list(shapes)}, geometry=geometry, crs=CRS)


def moved(repair):
    """What moved, as pairs, reason and m2 to the square centimetre."""
    rows = repair.changes
    return [(*row, round(m2, 4)) for *row, m2 in rows[[*NAMES, "m2"]].to_numpy()]


def left(repair):
    """What is left, as kind, codes, m2 to the square centimetre and width to the decimetre."""
    rows = repair.left[["kind", "area_codes", "m2", "width"]].to_numpy()
    return [(kind, codes, round(m2, 4), round(width, 1)) for kind, codes, m2, width in rows]


def tiles(areas):
    """Whether areas have no overlap and match vertex for vertex."""
    return bool(shapely.coverage_is_valid(areas.geometry.to_numpy()))


def assert_sums_agree(repair, atol=1e-4):
    """Before, gained and lost give after; gains and losses are the sums of the changes."""
    balance, changes = repair.balance.set_index("area_code"), repair.changes
    after = balance["m2_before"] + balance["m2_gained"] - balance["m2_lost"]
    np.testing.assert_allclose(after, balance["m2_after"], rtol=0, atol=1e-3)
    np.testing.assert_allclose(repair.areas.area, balance["m2_after"], rtol=0, atol=1e-9)
    lost = changes.groupby("from_code")["m2"].sum().reindex(balance.index, fill_value=0)
    arrived = changes[changes["reason"] != "overlap"]
    gained = arrived.groupby("to_code")["m2"].sum().reindex(balance.index, fill_value=0)
    np.testing.assert_allclose(balance["m2_lost"], lost, rtol=0, atol=atol)
    np.testing.assert_allclose(balance["m2_gained"], gained, rtol=0, atol=atol)


def assert_ground_agrees(before, repair, atol=1e-2):
    """By overlay: no ground is claimed twice, all there was is there, and the filled gaps."""
    after = repair.areas
    changes = repair.changes
    pairs = gpd.overlay(after, after, keep_geom_type=True)
    twice = pairs[pairs["area_code_1"] < pairs["area_code_2"]]
    claimed = repair.left.loc[repair.left["kind"] == "overlap", "m2"].sum()
    assert twice.area.sum() == pytest.approx(claimed, abs=1e-4)
    # In floating point GEOS goes astray on slivers, the oracle as well.
    gaps = changes[changes["reason"] == "gap"].geometry
    drawn = shapely.make_valid(before.geometry.to_numpy(), method="structure")
    old = shapely.union_all([*drawn, *gaps], grid_size=1e-7)
    new = shapely.union_all(after.geometry.to_numpy(), grid_size=1e-7)
    snapped = changes.loc[changes["reason"] == "snap", "m2"].sum()
    assert shapely.symmetric_difference(old, new, grid_size=1e-7).area <= snapped + atol


def assert_within_limits(repair):
    """Nothing that moved is wider than the limit for its reason."""
    widest = repair.changes.groupby("reason")["width"].max()
    limits = {name.removeprefix("max_"): metres for name, metres in repair.limits.items()}
    for reason in set(widest.index) - {"ring"}:
        assert widest[reason] <= 1.01 * limits[reason]


def voronoi_city(seed, size=1000.0, n=30):
    """Areas that tile a square, as polygons near zero."""
    points = np.random.default_rng(seed).uniform(0, size, (n, 2))
    frame = box(0, 0, size, size)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=frame))
    return shapely.coverage_clean(shapely.intersection(cells, frame), snapping_distance=1e-3)


def frame_of(polygons):
    """A layer of polygons near zero, with codes by number."""
    return layer(**{f"A{number:03d}": polygon for number, polygon in enumerate(polygons)})


def jitter(polygons, metres, seed):
    """Move every vertex of every polygon on its own, as if each border was drawn twice."""
    random = np.random.default_rng(seed)
    rings = shapely.get_exterior_ring(polygons)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy += random.uniform(-metres, metres, xy.shape) / np.sqrt(2)
    last = np.flatnonzero(np.diff(ring, append=-1))
    first = np.append(0, last[:-1] + 1)
    xy[last] = xy[first]
    return shapely.polygons(shapely.linearrings(xy, indices=ring))


def heap(seed):
    """Ten random polygons on top of one another, near zero."""
    random = np.random.default_rng(seed)
    return [Polygon(random.uniform(0, 30, (random.integers(3, 9), 2))) for _ in range(10)]


# What is noise


def test_a_narrow_overlap_goes_to_one_and_the_other_loses_it():
    """Half a metre of 100 m claimed twice: 50 m2 from the one, nothing gained by the other."""
    repair = repair_areas(layer(W=box(0, 0, 300, 100), E=box(299.5, 0, 500, 100)))
    assert moved(repair) == [("E", "W", "overlap", 50.0)]
    assert repair.changes["width"].iloc[0] == pytest.approx(0.5, rel=0.01)
    assert repair.balance.set_index("area_code")["m2_lost"].to_dict() == {"W": 0.0, "E": 50.0}
    assert repair.balance["m2_gained"].tolist() == [0.0, 0.0]
    assert repair.ok
    assert tiles(repair.areas)
    assert_sums_agree(repair)


@pytest.mark.parametrize(
    ("keeper", "loser"),
    [("largest", "B"), ("smallest", "A"), ("first", "B"), ("longest_border", "A")],
)
def test_the_user_says_who_keeps_an_overlap(keeper, loser):
    """The keeper is the largest, the smallest, the first or the one with the longest border."""
    spike = Polygon([(300, 40), (300.5, 50), (300, 60)])
    areas = layer(A=box(0, 0, 300, 100).union(spike), B=box(300, 0, 500, 100))
    repair = repair_areas(areas, keeper=keeper)
    [(giver, _, reason, m2)] = moved(repair)
    assert (giver, reason, m2) == (loser, "overlap", 5.0)


def test_a_narrow_gap_goes_to_the_longest_border():
    """A slit of 0.4 m between four areas goes to one of the long sides, from nobody."""
    areas = layer(
        S=box(0, 0, 100, 50),
        N=box(0, 50.4, 100, 100),
        W=box(-9, 0, 0, 100),
        E=box(100, 0, 109, 100),
    )
    repair = repair_areas(areas)
    [(giver, taker, reason, m2)] = moved(repair)
    assert (giver, reason, m2) == ("", "gap", 40.0)
    assert taker in {"S", "N"}
    assert repair.ok
    assert tiles(repair.areas)
    assert repair.areas.union_all().equals(translate(box(-9, 0, 109, 100), EAST, NORTH))
    assert_sums_agree(repair)


def test_a_ring_that_crosses_itself_is_made_valid():
    """A bow-tie measures 0 m2 as it is drawn and 5,000 as it is meant; the change says so."""
    bow = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    repair = repair_areas(layer(A=bow, B=box(100, 0, 200, 100)))
    assert moved(repair) == [("", "A", "ring", 5000.0)]
    assert repair.areas.geometry.is_valid.all()
    assert_sums_agree(repair)


def test_parts_that_overlap_are_joined_and_lose_what_counted_twice():
    """Two parts of one area share 100 m2: they are filled, not punched out."""
    parts = MultiPolygon([box(0, 0, 20, 10), box(10, 0, 30, 10)])
    repair = repair_areas(layer(A=parts, B=box(30, 0, 60, 10)))
    assert moved(repair) == [("A", "", "ring", 100.0)]
    assert repair.areas.area.tolist() == pytest.approx([300.0, 300.0])
    assert_sums_agree(repair)


def test_ground_that_a_ring_goes_round_twice_is_filled():
    """A ring that overlaps itself on 1,600 m2 covers them once; even-odd would punch a hole."""
    ring = [(0, 0), (100, 0), (100, 60), (40, 60), (40, 20), (80, 20), (80, 100), (0, 100)]
    repair = repair_areas(layer(A=Polygon(ring)))
    assert moved(repair) == [("A", "", "ring", 1600.0)]
    assert_sums_agree(repair)


def test_a_mended_ring_is_told_where_no_m2_moved():
    """A ring that touches itself is listed with 0 m2: nothing is changed in silence."""
    pinched = Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (4, 5), (5, 10), (0, 10)])
    repair = repair_areas(layer(A=pinched))
    assert moved(repair) == [("", "A", "ring", 0.0)]
    assert_sums_agree(repair)


def test_a_border_drawn_twice_becomes_one():
    """Two versions of one border 8 cm apart leave slivers of both kinds; then none is left."""
    y = np.linspace(0, 1000, 41)
    one = np.c_[300 + 0.08 * np.sin(y / 7), y]
    other = np.c_[300 + 0.08 * np.cos(y / 5), y]
    west = Polygon([(0, 0), *one, (0, 1000)])
    east = Polygon([(600, 0), *other, (600, 1000)])
    hood = box(0, 1000, 600, 1100), box(0, -100, 600, 0)
    areas = layer(W=west, E=east, N=hood[0], S=hood[1])
    assert not tiles(areas)
    assert {"overlap", "gap"} <= set(repair_areas(areas).changes["reason"])
    repair = repair_areas(areas)
    assert repair.ok
    assert tiles(repair.areas)
    assert check_coverage(repair.areas).ok
    assert_sums_agree(repair)
    assert_ground_agrees(areas, repair)
    assert_within_limits(repair)


def test_only_snapping_closes_a_slit_that_is_open_to_the_outside():
    """A slit of 4 cm to the outside is no hole: it stays, and closes where snap reaches."""
    areas = layer(W=box(0, 0, 100, 100), E=box(100.04, 0, 200, 100))
    kept = repair_areas(areas)
    assert kept.changes.empty
    assert kept.areas.area.sum() == pytest.approx(areas.area.sum())
    closed = repair_areas(
        areas.iloc[[0, 1, 0]]
        .assign(area_code=["W", "E", "S"])
        .set_geometry([*areas.geometry, translate(box(0, -9.9, 200, 0.1), EAST, NORTH)]),
        snap=0.1,
    )
    assert tiles(closed.areas)
    assert "snap" in set(closed.changes["reason"])
    assert_within_limits(closed)
    assert_sums_agree(closed)


def test_a_vertex_that_one_side_lacks_is_added():
    """Three areas meet where the long border has no vertex: it gets one, and no ground moves."""
    areas = layer(W=box(0, 0, 100, 100), N=box(100, 50, 200, 100), S=box(100, 0, 200, 50))
    assert not tiles(areas)
    repair = repair_areas(areas)
    assert tiles(repair.areas)
    assert shapely.get_num_coordinates(repair.areas.geometry.array).tolist() == [6, 5, 5]
    assert repair.changes.empty
    assert repair.ok


# What is not


def test_a_wide_overlap_stays_with_both_and_is_reported():
    """5 m claimed twice is a question for people: both keep it, the noise beside is repaired."""
    areas = layer(W=box(0, 0, 300, 100), E=box(295, 0, 500, 100), N=box(0, 99.9, 500, 200))
    repair = repair_areas(areas)
    [(kind, codes, m2, width)] = left(repair)
    assert (kind, codes, width) == ("overlap", "W, E", 5.0)
    assert m2 in {500.0, 499.5}
    west, east, north = repair.areas.geometry
    assert shapely.intersection(west, east).area == pytest.approx(m2)
    assert shapely.intersection(west.union(east), north).area == 0
    assert not repair.ok
    assert not tiles(repair.areas)
    assert repair.changes["reason"].unique().tolist() == ["overlap"]
    assert_sums_agree(repair)
    assert tiles(repair_areas(areas, max_overlap=6).areas)


def test_ground_that_three_areas_claim_stays_with_all_three():
    """Each of three pairs is reported, and no area has lost what it claimed."""
    areas = layer(A=box(0, 0, 60, 60), B=box(40, 0, 100, 60), C=box(20, 40, 80, 100))
    repair = repair_areas(areas)
    assert sorted(left(repair)) == [
        ("overlap", "A, B", 1200.0, 20.0),
        ("overlap", "A, C", 800.0, 20.0),
        ("overlap", "B, C", 800.0, 20.0),
    ]
    assert repair.changes.empty
    np.testing.assert_allclose(repair.areas.area, areas.area)


@pytest.mark.parametrize("inner", [box(20, 20, 60, 60), box(20, 20, 60, 20.5)])
def test_an_area_drawn_inside_another_is_a_conflict_however_narrow(inner):
    """What is wholly inside another is never swallowed: it stays, and is reported."""
    areas = layer(OUTER=box(0, 0, 100, 100), INNER=inner)
    repair = repair_areas(areas)
    assert [row[:2] for row in left(repair)] == [("overlap", "OUTER, INNER")]
    np.testing.assert_allclose(repair.areas.area, areas.area)
    assert repair.changes.empty


def test_an_area_drawn_twice_is_a_conflict():
    """Two rows with the same polygon both keep it."""
    areas = layer(A=box(0, 0, 100, 100), B=box(0, 0, 100, 100), C=box(100, 0, 200, 100))
    repair = repair_areas(areas)
    assert left(repair) == [("overlap", "A, B", 10_000.0, 100.0)]
    assert repair.areas.area.tolist() == pytest.approx([10_000.0] * 3)


def test_a_wide_gap_stays_and_is_reported_with_its_neighbours():
    """A hole of 20 m between two areas is left; the lake inside one area is no gap."""
    lake, hole = box(10, 10, 30, 30), box(40, 40, 60, 60)
    west = box(0, 0, 50, 100) - lake - hole
    areas = layer(W=west, E=box(50, 0, 100, 100) - hole)
    repair = repair_areas(areas)
    assert left(repair) == [("gap", "W, E", 400.0, 20.0)]
    assert repair.changes.empty
    filled = repair_areas(areas, max_gap=21)
    assert sorted(row[3] for row in moved(filled)) == [400.0, 400.0]
    assert filled.ok


def test_a_lake_that_touches_the_border_in_a_point_is_no_gap():
    """It lies in one area; the other meets it in a corner and does not surround it."""
    lake = Polygon([(30, 50), (40, 40), (50, 50), (40, 60)])
    shell = Polygon([(0, 0), (50, 0), (50, 50), (50, 100), (0, 100)])
    east = Polygon([(50, 0), (100, 0), (100, 100), (50, 100), (50, 50)])
    repair = repair_areas(layer(W=Polygon(shell.exterior, [lake.exterior]), E=east))
    assert repair.ok
    assert repair.changes.empty


def test_an_island_in_a_gap_is_no_part_of_it():
    """The ring of bare ground round an island between two areas is measured without it."""
    hole, island = box(40, 40, 60, 60), box(45, 45, 55, 55)
    areas = layer(W=box(0, 0, 50, 100) - hole, E=box(50, 0, 100, 100) - hole, I=island)
    repair = repair_areas(areas)
    assert left(repair) == [("gap", "W, I, E", 300.0, 5.9)]


def test_a_narrow_area_is_not_taken_for_a_gap():
    """A lane half a metre wide between areas with a fault elsewhere keeps its ground."""
    areas = layer(
        LANE=box(100, 0, 100.5, 100), W=box(0, 0, 100, 100), E=box(100.5, 0, 200, 100),
        N=box(0, 99.9, 200, 200), S=box(0, -50, 200, 0),
    )  # fmt: skip
    repair = repair_areas(areas)
    lane = repair.balance.set_index("area_code").loc["LANE"]
    assert lane["m2_after"] == pytest.approx(50.0, abs=0.06)
    assert tiles(repair.areas)
    assert repair.ok


# What is not touched


def test_a_sound_layer_comes_back_bit_for_bit():
    """Parts in order, and a lane as narrow as a gap: the same bytes, no change, nothing left."""
    lane = [box(3000, 0, 3000.5, 100), box(3000.5, 0, 3100, 100)]
    areas = frame_of([*voronoi_city(7), *lane])
    areas.loc[3, "geometry"] = MultiPolygon(
        [areas.geometry[3], translate(box(2000, 0, 2050, 50), EAST, NORTH)]
    )
    repair = repair_areas(areas)
    pd.testing.assert_frame_equal(repair.areas, areas)
    assert (shapely.to_wkb(repair.areas.geometry) == shapely.to_wkb(areas.geometry)).all()
    assert repair.changes.empty
    assert repair.left.empty
    assert repair.ok
    repair.raise_for_faults()


def test_areas_without_a_fault_keep_their_coordinates():
    """One fault among 30 areas: the others are the same bytes, and all borders still match."""
    polygons = voronoi_city(11)
    whole = polygons.copy()
    polygons[5] = shapely.buffer(polygons[5], 0.2, join_style="mitre")
    areas = frame_of(polygons)
    repair = repair_areas(areas)
    same = shapely.to_wkb(repair.areas.geometry) == shapely.to_wkb(areas.geometry)
    near = shapely.intersects(whole, whole[5])
    assert same[~near].all()
    assert same.sum() >= 20
    assert tiles(repair.areas)
    assert_sums_agree(repair)


def test_a_neighbour_follows_where_snapping_moved_a_common_border():
    """Vertices 2 cm apart on a sound border merge with those at the fault, on both sides."""
    step = [(100, 0), (100, 50), (100.02, 50), (100.02, 100)]
    faulty = Polygon([(0, 0), *step, (0, 100)])
    sound = Polygon([(200, 0), *step, (200, 100)])
    areas = layer(A=faulty, B=sound, C=box(-100, 0, 0.3, 100))
    repair = repair_areas(areas, snap=0.05)
    assert tiles(repair.areas)
    assert {"overlap", "snap"} == set(repair.changes["reason"])
    assert_within_limits(repair)
    assert_sums_agree(repair)


def test_the_frame_keeps_its_rows_columns_and_geometry_name():
    """Index labels (text, one twice), other columns and the column of geometries stay."""
    areas = layer(W=box(0, 0, 300, 100), E=box(299.5, 0, 500, 100), X=box(0, 200, 9, 209))
    areas = areas.assign(name=["west", "east", "x"], n=[1, 2, 3])
    areas.index = pd.Index(["a", "b", "a"], name="row")
    areas = areas.rename_geometry("outline")
    copy = areas.copy(deep=True)
    repair = repair_areas(areas)
    pd.testing.assert_frame_equal(areas, copy)
    assert repair.areas.active_geometry_name == "outline"
    assert repair.areas.columns.tolist() == areas.columns.tolist()
    pd.testing.assert_frame_equal(
        pd.DataFrame(repair.areas.drop(columns="outline")),
        pd.DataFrame(areas.drop(columns="outline")),
    )
    pd.testing.assert_index_equal(repair.balance.index, areas.index)


def test_degrees_come_back_in_the_working_crs():
    """Areas in longitude and latitude are repaired and given back in metres."""
    areas = layer(W=box(0, 0, 300, 100), E=box(299.5, 0, 500, 100)).to_crs("EPSG:4326")
    repair = repair_areas(areas)
    assert repair.areas.crs == CRS
    assert repair.changes.crs == repair.left.crs == repair.areas.crs
    assert tiles(repair.areas)
    assert repair.balance["m2_lost"].sum() == pytest.approx(50, rel=1e-3)
    assert repair_areas(areas, crs="EPSG:32649").areas.crs == "EPSG:32649"


def test_heights_are_dropped():
    """An area drawn with heights comes back in the plane."""
    areas = layer(A=shapely.force_3d(box(0, 0, 10, 10), 5.0))
    assert not repair_areas(areas).areas.has_z.any()


# One limit below another


def test_an_overlap_wider_than_its_limit_that_snapping_closes_is_told_as_snapped():
    """10 cm claimed twice, limit 0, snap 0.3: the border moved, nobody gained, the sums agree."""
    areas = layer(W=box(0, 0, 300, 100), E=box(299.9, 0, 500, 100))
    repair = repair_areas(areas, max_overlap=0, snap=0.3)
    [(giver, taker, reason, m2)] = moved(repair)
    assert (giver in {"W", "E"}, taker, reason) == (True, "", "snap")
    assert m2 == pytest.approx(10, abs=0.01)
    assert repair.ok
    assert_sums_agree(repair)
    assert_within_limits(repair)
    [(_, _, reason, _)] = moved(repair_areas(areas, max_overlap=0.11, snap=0.3))
    assert reason == "overlap"


def test_a_gap_wider_than_its_limit_that_snapping_closes_is_told_as_snapped():
    """A hole of 10 cm, limit 0, snap 0.3: a border moved onto another, and no gap was filled."""
    areas = layer(
        S=box(0, 0, 100, 50),
        N=box(0, 50.1, 100, 100),
        W=box(-9, 0, 0, 100),
        E=box(100, 0, 109, 100),
    )
    repair = repair_areas(areas, max_gap=0, snap=0.3)
    assert set(repair.changes["reason"]) == {"snap"}
    assert repair.changes["m2"].sum() == pytest.approx(10, abs=0.1)
    assert repair.ok
    assert_sums_agree(repair)
    assert_within_limits(repair)
    assert set(repair_areas(areas, max_gap=0.11, snap=0.3).changes["reason"]) >= {"gap"}


@pytest.mark.parametrize("max_overlap", [0, 0.1])
def test_what_neither_its_limit_nor_snapping_reaches_stays(max_overlap):
    """25 cm claimed twice stay with both where snap is 0.3, which reaches 15 cm."""
    areas = layer(W=box(0, 0, 300, 100), E=box(299.75, 0, 500, 100))
    repair = repair_areas(areas, max_overlap=max_overlap, snap=0.3)
    assert repair.changes.empty
    assert [row[:3] for row in left(repair)] == [("overlap", "W, E", 25.0)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**6),
    metres=st.sampled_from([0.05, 0.2]),
    max_gap=st.sampled_from([0, 0.1, 2]),
    max_overlap=st.sampled_from([0, 0.1, 2]),
    snap=st.sampled_from([0.01, 0.1, 0.3]),
)
def test_whichever_limit_is_the_least_no_reason_goes_beyond_its_own(
    seed, metres, max_gap, max_overlap, snap
):
    """Any order of the three limits: each bounds the changes of its name, and the sums agree."""
    areas = frame_of(jitter(voronoi_city(seed, n=12), metres, seed))
    repair = repair_areas(areas, max_gap=max_gap, max_overlap=max_overlap, snap=snap)
    assert_within_limits(repair)
    assert_sums_agree(repair)


# Any layer


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(seed=0, metres=0.1, snap=0.2)
@example(seed=23, metres=0.01, snap=0.01)
@given(
    seed=st.integers(0, 10**6),
    metres=st.sampled_from([1e-4, 0.01, 0.1, 0.3]),
    snap=st.sampled_from([1e-6, 0.01, 0.2]),
)
def test_a_city_drawn_twice_is_repaired_within_the_limits(seed, metres, snap):
    """Every vertex moved on its own: after it all sums agree, and the areas tile."""
    areas = frame_of(jitter(voronoi_city(seed), metres, seed))
    repair = repair_areas(areas, max_gap=2.0, max_overlap=2.0, snap=snap)
    assert repair.areas.geometry.is_valid.all()
    assert_sums_agree(repair)
    assert_ground_agrees(areas, repair)
    assert_within_limits(repair)
    assert repair.ok
    assert tiles(repair.areas)
    assert check_coverage(repair.areas, tolerance_m2=1e-6).ok


def test_coordinates_that_carry_the_zone_are_no_worse():
    """With the zone's number before the easting (38,500,000 m) a float has a digit less."""
    for seed in range(5):
        areas = frame_of(jitter(voronoi_city(seed), 0.05, seed))
        areas = (
            areas.translate(38_000_000).to_frame("geometry").assign(area_code=areas["area_code"])
        )
        repair = repair_areas(areas.set_crs("EPSG:4526", allow_override=True))
        assert repair.ok
        assert_sums_agree(repair)
        assert_within_limits(repair)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), metres=st.sampled_from([0.5, 3.0]))
def test_what_is_beyond_the_limits_stays_as_it_was(seed, metres):
    """Overlaps and gaps wider than the limits have the size that overlay gives them."""
    areas = frame_of(jitter(voronoi_city(seed, n=12), metres, seed))
    repair = repair_areas(areas, max_gap=0.4, max_overlap=0.4)
    assert repair.areas.geometry.is_valid.all()
    assert_sums_agree(repair)
    assert_ground_agrees(areas, repair)
    assert_within_limits(repair)
    pairs = gpd.overlay(areas, areas, keep_geom_type=True)
    pairs = pairs[pairs["area_code_1"] < pairs["area_code_2"]].explode()
    wide = pairs[wider(pairs.geometry.to_numpy(), 0.4)]
    overlaps = repair.left[repair.left["kind"] == "overlap"]
    assert overlaps["m2"].sum() == pytest.approx(wide.area.sum(), rel=0.02, abs=1.0)
    assert "edge" not in set(repair.left["kind"])


# How wide is wide


@pytest.mark.parametrize(
    ("shape", "width"),
    [
        (box(0, 0, 5000, 0.1), 0.1),
        (shapely.Point(0, 0).buffer(10, quad_segs=64), 20.0),
        (box(0, 0, 20, 20) - box(5, 5, 15, 15), 10 * 2**0.5 / (1 + 2**0.5)),
        (MultiPolygon([box(0, 0, 9, 1), box(20, 0, 24, 4)]), 4.0),
    ],
)
def test_width_is_the_largest_circle_that_fits(shape, width):
    """A long sliver, a disc, a frame round a hole, and the widest of two parts."""
    grounds = np.array([translate(shape, EAST, NORTH)])
    assert widths(grounds) == pytest.approx(width, rel=0.02)
    assert wider(grounds, 0.97 * width).tolist() == [True]
    assert wider(grounds, 1.03 * width).tolist() == [False]


def test_holes_are_found_where_borders_do_not_match():
    """A hole beside an overlap is found, whichever union is taken for which polygon."""
    shapes = [box(0, 0, 10, 30), box(9, 0, 30, 10), box(20, 10, 30, 30), box(10, 20, 20, 30)]
    mismatched = np.array([True, True, False, False])
    [hole] = find_holes(np.array(shapes), mismatched)
    assert hole.equals(box(10, 10, 20, 20))


def test_less_is_snapped_where_geos_would_join_two_areas():
    """With half of 0.2 m GEOS loses a border of this city; the limits say what was taken."""
    polygons = frame_of(jitter(voronoi_city(0), 0.1, 0))
    cleaned = shapely.coverage_clean(polygons.geometry.array, gap_width=1, snapping_distance=0.1)
    assert shapely.is_empty(cleaned).any()
    repair = repair_areas(polygons, snap=0.2)
    assert repair.limits["snap"] < 0.2
    assert repair.balance["m2_lost"].max() < 100


@pytest.mark.parametrize("seed", [20, 45, 247])
@pytest.mark.parametrize("max_gap", [0, 1])
def test_slivers_between_conflicts_do_not_break_the_repair(seed, max_gap):
    """Where many areas claim the same ground GEOS took the slivers between cuts for overlaps."""
    areas = frame_of(heap(seed))
    repair = repair_areas(areas, max_gap=max_gap, max_overlap=0, keeper="smallest")
    assert repair.limits["snap"] == 0.01
    assert_sums_agree(repair)
    assert_within_limits(repair)


def fail_at(shares, monkeypatch, snap):
    """Let GEOS fail where it snaps by one of these shares of ``snap``."""
    clean = shapely.coverage_clean

    def failing(polygons, *, snapping_distance, **options):
        if any(np.isclose(snapping_distance, share * snap / 2) for share in shares):
            raise shapely.GEOSException("TopologyException")
        return clean(polygons, snapping_distance=snapping_distance, **options)

    monkeypatch.setattr(shapely, "coverage_clean", failing)


def test_less_is_snapped_where_geos_fails(monkeypatch):
    """Were GEOS to fail with some snapping, less would do, and the limits would say so."""
    fail_at([1, 0.7], monkeypatch, snap=0.1)
    repair = repair_areas(layer(W=box(0, 0, 300, 100), E=box(299.5, 0, 500, 100)), snap=0.1)
    assert moved(repair) == [("E", "W", "overlap", 50.0)]
    assert repair.limits["snap"] == pytest.approx(0.04)


def test_faults_that_geos_cannot_clean_are_refused(monkeypatch):
    """Were GEOS to fail with any snapping, the rows with a fault would be named."""
    fail_at([1, 0.7, 0.4, 0.1, 1e-5], monkeypatch, snap=0.1)
    areas = layer(X=box(900, 0, 999, 100), W=box(0, 0, 300, 100), E=box(299.5, 0, 500, 100))
    with pytest.raises(GeometryError, match=r"cannot clean; raise `snap`, or draw") as error:
        repair_areas(areas, snap=0.1)
    assert error.value.rows == (1, 2)


# Reports


def test_the_report_tells_limits_moves_and_what_is_left():
    """Text and HTML name the limits, m2 by reason and the faults left."""
    areas = layer(W=box(0, 0, 300, 100), E=box(299.5, 0, 500, 100), X=box(490, 0, 600, 100))
    repair = repair_areas(areas)
    assert isinstance(repair, AreaRepair)
    text = repr(repair)
    assert "1 change, 1 fault left" in text
    assert "max_gap 1 m, max_overlap 1 m, snap 0.01 m" in text
    assert "50.000 m2" in text
    assert "1,000.000 m2" in text
    html = repair._repr_html_()
    assert "<table>" in html
    assert "1,000.000 m2" in html


def test_a_border_that_stays_unmatched_is_left_as_a_fault(monkeypatch):
    """Were GEOS to leave a vertex on one side only, no ground is amiss, yet it is told."""
    areas = layer(W=box(0, 0, 100, 100), N=box(100, 50, 200, 100), S=box(100, 0, 200, 50))
    assert repair_areas(areas).ok
    monkeypatch.setattr(shapely, "coverage_clean", lambda polygons, **_: polygons.copy())
    assert [row[:3] for row in left(repair_areas(areas))] == [
        ("edge", code, 0.0) for code in ("W", "N", "S")
    ]


def test_faults_left_are_raised_with_their_rows():
    """The error names the first faults with size and width, and carries the index labels."""
    areas = layer(W=box(0, 0, 300, 100), E=box(290, 0, 500, 100), X=box(900, 0, 999, 100))
    areas.index = ["w", "e", "x"]
    repair = repair_areas(areas)
    with pytest.raises(CoverageError, match=r"overlap of W, E \(1,000.000 m2, 10.000 m wide") as e:
        repair.raise_for_faults()
    assert e.value.rows == ("w", "e")


def test_codes_that_hold_a_comma_lose_no_rows():
    """The rows are those at fault, though the codes are parted by what stands in them too."""
    lake, hole = box(10, 10, 30, 30), box(40, 40, 60, 60)
    areas = layer(
        **{
            "A, north": box(0, 0, 50, 100) - lake - hole,
            "A": box(50, 0, 100, 100) - hole,
            "north": box(200, 0, 300, 100),
            "B, 1": box(400, 0, 500, 100),
            "B, 2": box(480, 0, 600, 100),
        }
    )
    repair = repair_areas(areas)
    with pytest.raises(CoverageError, match="gap of A, north, A") as error:
        repair.raise_for_faults()
    assert error.value.rows == (0, 1, 3, 4)


# Bad input


@pytest.mark.parametrize(
    ("areas", "error", "message"),
    [
        (layer(A=box(0, 0, 9, 9)).set_crs(None, allow_override=True), CRSError, "no CRS"),
        (layer(A=box(0, 0, 9, 9)).iloc[[0, 0]], CodeError, "repeat"),
        (layer(A=Polygon()), GeometryError, "empty"),
        (layer(A=shapely.Point(0, 0)), GeometryError, "not polygons"),
        (layer(A=box(0, 0, 9, 9)).set_geometry([None], crs=CRS), GeometryError, "without a geom"),
        (layer(A=Polygon([(0, 0), (9, 9), (0, 0)])), GeometryError, "no ground"),
    ],
)
def test_areas_that_cannot_be_used_are_refused(areas, error, message):
    """No CRS, codes that repeat, geometries null, empty, of other kinds or without ground."""
    with pytest.raises(error, match=message):
        repair_areas(areas)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_coordinates_that_are_no_numbers_are_refused():
    """A polygon with NaN among its coordinates cannot be mended."""
    ring = shapely.linearrings([(0, 0), (np.nan, 1), (1, 1), (0, 0)], handle_nan="allow")
    areas = gpd.GeoDataFrame({"area_code": ["A"]}, geometry=[shapely.polygons(ring)], crs=CRS)
    with pytest.raises(GeometryError, match="no numbers"):
        repair_areas(areas)


@pytest.mark.parametrize("name", ["max_gap", "max_overlap", "snap"])
@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), "1", None, True])
def test_limits_that_are_no_metres_are_refused(name, value):
    """Negative, NaN, infinite and no numbers at all."""
    with pytest.raises(InputError, match=name):
        repair_areas(layer(A=box(0, 0, 9, 9)), **{name: value})


def test_snapping_cannot_be_switched_off():
    """GEOS loses areas without it (libgeos/geos#1525): zero is refused, next to nothing is not."""
    one = Polygon([(1, 0), (1, 1), (1, 3), (4, 0), (1, 0)])
    other = Polygon([(0, 4), (1, 3), (1, 0), (0, 4)])
    with pytest.raises(InputError, match="snap"):
        repair_areas(layer(A=one, B=other), snap=0)
    repair = repair_areas(layer(A=one, B=other), snap=1e-6)
    assert repair.areas.area.tolist() == pytest.approx([4.5, 1.5])


def test_a_misspelled_keeper_names_the_options():
    """A typo is refused with the options there are."""
    with pytest.raises(InputError, match="longest_border"):
        repair_areas(layer(A=box(0, 0, 9, 9)), keeper="biggest")


def test_an_area_that_would_vanish_is_refused():
    """An area narrower than the least snapping closes: the row is named, none is lost."""
    areas = layer(SLIT=box(100, 0, 100 + 3e-7, 100), W=box(0, 0, 100, 100))
    with pytest.raises(GeometryError, match="swallowed") as error:
        repair_areas(areas)
    assert error.value.rows == (0,)


def test_a_repair_that_goes_astray_is_refused(monkeypatch):
    """Were GEOS to give ground away with any snapping, the rows would be named."""
    clean = shapely.coverage_clean

    def astray(polygons, **options):
        cleaned = clean(polygons, **options)
        cleaned[0] = shapely.difference(cleaned[0], translate(box(9, 9, 19, 19), EAST, NORTH))
        return cleaned

    monkeypatch.setattr(shapely, "coverage_clean", astray)
    with pytest.raises(GeometryError, match="beyond the limits") as error:
        repair_areas(layer(W=box(0, 0, 300, 100), E=box(299.5, 0, 500, 100)))
    assert error.value.rows == (0,)


# Real layers

REAL = {
    "cambridge/blockgroups2020": ("GEOID20", 26986),
    "tainan/base_units": ("CODEBASE", 3826),
    "taiwan/villages": ("VILLCODE", 3826),
}


def real_layer(folder, name):
    """A dirty layer as published, with its codes."""
    code, crs = REAL[name]
    areas = gpd.read_parquet(folder / f"{name}.parquet")
    return areas.rename(columns={code: "area_code"}).to_crs(crs)


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_real_layers_tile_after_repair(real_cities, name):
    """With limits of 20 m all three tile, the sums agree, and nothing moved farther."""
    areas = real_layer(real_cities, name)
    assert not tiles(areas)
    repair = repair_areas(areas, max_gap=20, max_overlap=20)
    assert tiles(repair.areas)
    assert repair.areas.geometry.is_valid.all()
    assert set(repair.left["kind"]) <= {"gap"}
    assert_sums_agree(repair)
    assert_within_limits(repair)
    assert check_coverage(repair.areas).overlaps.empty
    gaps = repair.changes.loc[repair.changes["reason"] == "gap", "m2"].sum()
    before = shapely.make_valid(areas.geometry.to_numpy(), method="structure")
    growth = repair.areas.union_all().area - shapely.union_all(before).area
    snapped = repair.changes.loc[repair.changes["reason"] == "snap", "m2"].sum()
    assert growth == pytest.approx(gaps, abs=snapped + 1e-2)


@pytest.mark.real
def test_the_known_faults_of_real_layers_are_told(real_cities):
    """What the layers' description says: 7.8 m2 of overlap in Tainan, 1,614 in Cambridge."""
    tainan = repair_areas(real_layer(real_cities, "tainan/base_units"))
    m2 = tainan.changes.groupby("reason")["m2"].sum()
    assert m2["overlap"] == pytest.approx(7.8, abs=0.05)
    assert m2["gap"] == pytest.approx(0.36, abs=0.01)
    assert tainan.ok
    assert (tainan.balance[["m2_gained", "m2_lost"]] == 0).all(axis=1).sum() > 12_600
    cambridge = repair_areas(real_layer(real_cities, "cambridge/blockgroups2020"))
    claimed = [
        frame.loc[frame[column] == "overlap", "m2"].sum()
        for frame, column in ((cambridge.changes, "reason"), (cambridge.left, "kind"))
    ]
    assert sum(claimed) == pytest.approx(1614, abs=1)
    assert min(claimed) > 100
    assert (cambridge.left["width"] > 1).all()


@pytest.mark.real
def test_real_rings_are_mended_and_wide_holes_stay(real_cities):
    """Taiwan: seven rings that cross themselves, eight lakes between villages, 26.2 km2."""
    repair = repair_areas(real_layer(real_cities, "taiwan/villages"))
    assert (repair.changes["reason"] == "ring").sum() == 7
    gaps = repair.left[repair.left["kind"] == "gap"]
    assert len(gaps) == 8
    assert gaps["m2"].sum() == pytest.approx(26.24e6, rel=1e-3)
