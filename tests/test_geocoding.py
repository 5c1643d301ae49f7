"""geocode: every feature has one owner, and no row is lost."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, Point, Polygon, box

from gridgeo._locate import locate, make_locator
from gridgeo.counting import count_by_cell
from gridgeo.errors import CodeError, CRSError, GeometryError, InputError, SchemaError
from gridgeo.geocoding import geocode

CRS = "EPSG:4547"
EAST, NORTH = 500_000, 4_400_000
CORNER = np.array([EAST, NORTH])


def lattice(columns=5, rows=4, size=100.0):
    """Squares of a lattice, with codes that do not follow the order of the rows."""
    column, row = (at.ravel() for at in np.meshgrid(np.arange(columns), np.arange(rows)))
    x, y = EAST + size * column, NORTH + size * row
    codes = np.random.default_rng(4).permutation(columns * rows)
    return gpd.GeoDataFrame(
        {
            "cell_code": [f"C{code:03d}" for code in codes],
            "area_code": [f"A{c % 2}" for c in column],
        },
        geometry=shapely.box(x, y, x + size, y + size),
        crs=CRS,
    )


CELLS = lattice()


def features(*shapes, crs=CRS, index=None):
    """Features at places counted in metres from the corner of the lattice."""
    moved = [
        shape if shape is None else shapely.transform(shape, lambda xy: xy + CORNER)
        for shape in shapes
    ]
    return gpd.GeoDataFrame(
        {"class_code": ["0101"] * len(moved)}, geometry=moved, index=index, crs=CRS
    ).to_crs(crs)


def random_points(n, seed=1):
    """Points all over the lattice and beyond, half of them on its lines and corners."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(-50, 550, (n, 2))
    on_line = rng.random((n, 2)) < 0.3
    xy[on_line] = np.round(xy[on_line] / 100) * 100
    return features(*shapely.points(xy))


def code_at(column, row):
    """Give the code of a cell by its place in the lattice."""
    return CELLS["cell_code"][row * 5 + column]


def by_sjoin(points, cells):
    """Give the owners by a spatial join and the tie rule, the slow and plain way."""
    joined = gpd.sjoin(points, cells[["cell_code", "geometry"]], predicate="intersects")
    return joined["cell_code"].groupby(level=0).min().reindex(points.index, fill_value="")


def test_each_point_has_the_owner_of_a_spatial_join():
    """Row for row as geopandas.sjoin with the lowest code, on borders and corners too."""
    points = random_points(3_000)
    placed = geocode(points, CELLS)
    expected = by_sjoin(points, CELLS)
    assert placed["cell_code"].tolist() == expected.tolist()
    assert placed["placed"].tolist() == (expected != "").tolist()
    areas = CELLS.set_index("cell_code")["area_code"].reindex(expected, fill_value="")
    assert placed["area_code"].tolist() == areas.tolist()


def test_hand_drawn_cells_have_the_owners_of_a_spatial_join():
    """Cells of any shape, with points on every vertex and on the middle of every edge."""
    rng = np.random.default_rng(7)
    seeds = MultiPoint(rng.uniform(0, 500, (60, 2)) + CORNER)
    shapes = shapely.get_parts(shapely.voronoi_polygons(seeds))
    cells = gpd.GeoDataFrame(
        {"cell_code": [f"{i:02d}" for i in rng.permutation(60)]}, geometry=shapes, crs=CRS
    )
    corners = shapely.get_coordinates(shapes)
    places = np.vstack([corners, (corners[1:] + corners[:-1]) / 2])
    points = gpd.GeoDataFrame(geometry=shapely.points(places), crs=CRS)
    assert geocode(points, cells)["cell_code"].tolist() == by_sjoin(points, cells).tolist()


@given(st.permutations(range(20)), st.permutations(range(40)))
def test_the_order_of_rows_changes_no_owner(cells_at, points_at):
    """Cells and points in any order: each point keeps its owner."""
    points = random_points(40, seed=2)
    expected = geocode(points, CELLS)
    mixed = geocode(points.iloc[points_at], CELLS.iloc[cells_at])
    pd.testing.assert_frame_equal(mixed.sort_index(), expected)


def test_a_corner_of_four_cells_goes_to_the_lowest_code():
    """By hand: of the four cells around a corner the lowest code owns it."""
    around = [code_at(0, 0), code_at(1, 0), code_at(0, 1), code_at(1, 1)]
    assert geocode(features(Point(100, 100)), CELLS)["cell_code"].tolist() == [min(around)]


def test_cells_that_overlap_give_the_point_to_the_lowest_code():
    """Where a point lies inside several cells it still has one owner."""
    cells = gpd.GeoDataFrame(
        {"cell_code": ["b", "a", "c"]},
        geometry=[box(0, 0, 9, 9), box(1, 1, 8, 8), box(0, 0, 9, 9)],
        crs=CRS,
    )
    points = gpd.GeoDataFrame(geometry=[Point(5, 5), Point(0.5, 0.5)], crs=CRS)
    assert geocode(points, cells)["cell_code"].tolist() == ["a", "b"]


def test_lines_and_polygons_go_where_their_point_lies():
    """A line by its middle, a polygon by a point inside it, all in one mixed layer."""
    bent = Polygon([(10, 10), (390, 10), (390, 30), (30, 30), (30, 380), (10, 380)])
    placed = geocode(
        features(
            LineString([(10, 10), (390, 10), (390, 90), (10, 90)]),
            MultiLineString([[(10, 50), (20, 50)], [(310, 50), (390, 50)]]),
            bent,
            box(220, 210, 260, 280),
            MultiPoint([(350, 350), (351, 351)]),
        ),
        CELLS,
    )
    at = [code_at(3, 0), code_at(3, 0), None, code_at(2, 2), code_at(3, 3)]
    owners = placed["cell_code"].tolist()
    assert [owner for owner, code in zip(owners, at, strict=True) if code] == [c for c in at if c]
    inside = CELLS.set_index("cell_code").geometry[owners[2]]
    assert inside.intersection(placed.geometry.iloc[2]).area > 0


def test_what_has_no_place_is_kept_with_its_reason():
    """Null, empty, NaN and infinite geometries stay in their rows, unplaced."""
    shapes = [
        None,
        Point(),
        Polygon(),
        Point(np.nan, np.nan),
        Point(np.nan, NORTH),
        shapely.from_wkt("POINT (inf 1)"),
        shapely.from_wkt("LINESTRING (500010 4400010, inf 1)"),
        Point(EAST + 50, NORTH + 50),
    ]
    placed = geocode(gpd.GeoDataFrame(geometry=shapes, crs=CRS), CELLS)
    assert placed["reason"].tolist() == ["no geometry"] * 3 + ["no coordinates"] * 4 + [""]
    assert placed["placed"].tolist() == [False] * 7 + [True]
    assert placed["cell_code"].tolist() == [""] * 7 + [code_at(0, 0)]
    in_degrees = gpd.GeoDataFrame(geometry=shapes[:-1], crs=4326)
    assert geocode(in_degrees, CELLS)["reason"].tolist() == placed["reason"].tolist()[:-1]


def test_coordinates_that_no_zone_can_take_are_outside():
    """A latitude of 95 degrees, as broken sources have it, lies in no cell and stops nothing."""
    good = features(Point(50, 50), crs=4326).geometry.iloc[0]
    lonlat = gpd.GeoDataFrame(
        geometry=[Point(117.0, 95.0), good, Point(0, 0)], crs=4326, index=["x", "x", "x"]
    )
    placed = geocode(lonlat, CELLS, outside="nearest", max_distance=1000)
    assert placed["reason"].tolist() == ["outside", "", "outside"]
    assert placed["cell_code"].tolist() == ["", code_at(0, 0), ""]


def test_height_is_of_no_account():
    """A lamp at 30 m stands in the cell under it, and keeps its height."""
    placed = geocode(
        features(Point(50, 50)).set_geometry([Point(EAST + 50, NORTH + 50, 30)], crs=CRS), CELLS
    )
    assert placed["cell_code"].tolist() == [code_at(0, 0)]
    assert placed.geometry.iloc[0].z == 30


@pytest.mark.parametrize("crs", [4326, 3857, 4548])
def test_features_and_cells_may_differ_in_crs(crs):
    """Features keep their own CRS and geometry; cells in degrees give the same owners."""
    points = features(Point(30, 40), Point(160, 20), Point(-80, 50), crs=crs)
    expected = [code_at(0, 0), code_at(1, 0), ""]
    placed = geocode(points, CELLS)
    assert placed["cell_code"].tolist() == expected
    assert placed.crs == points.crs
    assert placed.geometry.equals(points.geometry)
    assert geocode(points, CELLS.to_crs(4326))["cell_code"].tolist() == expected


def test_index_and_columns_are_kept():
    """Text labels, also repeated ones, row order and foreign columns stay; codes are replaced."""
    points = features(Point(50, 50), Point(999, 0), Point(150, 50), index=["b", "a", "b"])
    points = points.assign(note=["x", "y", "z"], cell_code="old", placed="old")
    before = points.copy()
    placed = geocode(points, CELLS)
    assert placed.index.tolist() == ["b", "a", "b"]
    assert placed["note"].tolist() == ["x", "y", "z"]
    assert placed["cell_code"].tolist() == [code_at(0, 0), "", code_at(1, 0)]
    assert set(placed) == {*points, "area_code", "reason"}
    pd.testing.assert_frame_equal(points, before)


def test_a_geometry_column_of_another_name_serves():
    """The active geometry is used, whatever it is called."""
    points = features(Point(50, 50)).rename_geometry("place")
    placed = geocode(points, CELLS.rename_geometry("outline"))
    assert placed["cell_code"].tolist() == [code_at(0, 0)]
    assert placed.geometry.name == "place"


def test_cells_without_areas_give_empty_area_codes():
    """Every geocoded frame has both code columns."""
    for cells in (CELLS.drop(columns="area_code"), CELLS.assign(area_code=None)):
        placed = geocode(features(Point(50, 50)), cells)
        assert placed["area_code"].tolist() == [""]


@pytest.mark.parametrize("outside", ["keep", "nearest", "raise"])
def test_a_layer_without_rows_stays_one(outside):
    """No feature is no fault."""
    placed = geocode(features(Point(50, 50)).iloc[:0], CELLS, outside=outside)
    assert len(placed) == 0
    assert {"cell_code", "area_code", "placed", "reason"} <= set(placed)


def test_nearest_gives_a_strayed_feature_to_the_nearest_cell():
    """30 m off is placed and says so, 60 m off is too far; a tie goes to the lowest code."""
    points = features(Point(-30, 50), Point(-60, 150), Point(100, -20), Point(50, 50))
    placed = geocode(points, CELLS, outside="nearest", max_distance=50)
    tie = min(code_at(0, 0), code_at(1, 0))
    assert placed["cell_code"].tolist() == [code_at(0, 0), "", tie, code_at(0, 0)]
    assert placed["reason"].tolist() == ["nearest", "outside", "nearest", ""]
    assert placed["placed"].tolist() == [True, False, True, True]


def test_nearest_without_a_limit_places_all_that_has_a_place():
    """However far, there is a nearest cell; a null still has none."""
    placed = geocode(features(Point(-90_000, 50), None), CELLS, outside="nearest")
    assert placed["cell_code"].tolist() == [code_at(0, 0), ""]


def test_raise_names_the_rows_that_could_not_be_placed():
    """All rows at fault are in the error, with the remedy for each kind."""
    points = features(Point(50, 50), Point(999, 0), None, index=["in", "out", "null"])
    with pytest.raises(
        InputError, match=r"features in no cell.*outside='keep'.*out.*null"
    ) as caught:
        geocode(points, CELLS, outside="raise")
    assert caught.value.rows == ("out", "null")
    assert geocode(points.loc[["in"]], CELLS, outside="raise")["placed"].all()


def test_options_that_are_misspelled_are_refused():
    """A typo names the options and never acts as another one."""
    points = features(Point(50, 50))
    with pytest.raises(InputError, match="`by` must be one of 'point', 'share', 'split'"):
        geocode(points, CELLS, by="cut")
    with pytest.raises(InputError, match="`outside` must be one of 'keep', 'nearest', 'raise'"):
        geocode(points, CELLS, outside="drop")
    with pytest.raises(InputError, match="goes with outside='nearest'"):
        geocode(points, CELLS, max_distance=50)
    for distance in (0, -1, float("nan"), float("inf"), "100"):
        with pytest.raises(InputError, match="`max_distance` must be"):
            geocode(points, CELLS, outside="nearest", max_distance=distance)


def test_guards_name_the_frame():
    """Missing CRS, repeated codes and invalid cells are told before anything is placed."""
    points = features(Point(50, 50))
    with pytest.raises(CRSError, match="`features` has no CRS"):
        geocode(points.set_crs(None, allow_override=True), CELLS)
    with pytest.raises(CodeError, match="`cells`: codes in 'cell_code' repeat"):
        geocode(points, CELLS.assign(cell_code="x"))
    bow_ties = [Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])] * len(CELLS)
    with pytest.raises(GeometryError, match="`cells`: invalid polygons"):
        geocode(points, CELLS.set_geometry(bow_ties, crs=CRS))
    with pytest.raises(SchemaError, match="lacks 'cell_code'"):
        geocode(points, CELLS.drop(columns="cell_code"))


def test_locate_leaves_the_polygons_as_they_were():
    """The caller's polygons are not prepared behind its back."""
    polygons = np.array([box(0, 0, 1, 1)])
    middle, codes = np.array([0.5]), np.array(["a"])
    assert locate(middle, middle, make_locator(polygons), codes).tolist() == [0]
    assert not shapely.is_prepared(polygons).any()


def test_counts_stand_in_the_order_of_the_cells():
    """By hand: two classes in three cells; unplaced components count nowhere."""
    components = pd.DataFrame(
        {
            "cell_code": ["b", "b", "a", "", "b", None],
            "class_code": ["0201", "0101", "0101", "0101", "0201", "0101"],
        }
    )
    counts = count_by_cell(components, pd.DataFrame({"cell_code": ["c", "b", "a"]}))
    expected = pd.DataFrame(
        {"0101": [0, 1, 1], "0201": [0, 2, 0]}, index=pd.Index(["c", "b", "a"], name="cell_code")
    )
    pd.testing.assert_frame_equal(counts, expected, check_index_type=False, check_column_type=False)


def test_components_without_a_class_are_counted_too():
    """A missing class is a class of its own, or the sums would not agree."""
    components = pd.DataFrame({"cell_code": ["a", "a"], "class_code": ["0101", None]})
    counts = count_by_cell(components, pd.DataFrame({"cell_code": ["a"]}))
    assert counts.loc["a"].to_dict() == {"": 1, "0101": 1}


def test_no_components_leave_every_cell_with_no_column():
    """The rows are the cells, whatever there is to count."""
    nothing = pd.DataFrame({"cell_code": [], "class_code": []})
    counts = count_by_cell(nothing, CELLS)
    assert counts.shape == (len(CELLS), 0)
    assert counts.index.tolist() == CELLS["cell_code"].tolist()


def test_every_placed_component_is_counted_once():
    """The counts sum up to the components that have a cell."""
    placed = geocode(random_points(500), CELLS)
    assert count_by_cell(placed, CELLS).to_numpy().sum() == placed["placed"].sum()


def test_lines_and_polygons_are_measured_by_class():
    """By hand: two pipes and a pond in two cells, split and whole; points have no size."""
    things = features(
        LineString([(50, 50), (150, 50)]),
        LineString([(110, 10), (110, 40)]),
        box(90, 0, 110, 10),
        Point(10, 10),
    ).assign(class_code=["0301", "0301", "0501", "0105"])
    west, east = code_at(0, 0), code_at(1, 0)
    for split in (True, False):
        placed = geocode(things.to_crs(4326), CELLS, by="split" if split else "share")
        counts = count_by_cell(placed, CELLS)
        assert [*counts] == ["0105", "0301", "0501", "0301_length_m", "0501_area_m2"]
        assert counts["0301_length_m"].sum() == pytest.approx(130, rel=1e-3)
        assert counts["0501_area_m2"].sum() == pytest.approx(200, rel=1e-3)
    counts = count_by_cell(geocode(things, CELLS, by="split"), CELLS)
    assert counts["0301"].loc[[west, east]].tolist() == [1, 2]
    assert counts["0301_length_m"].loc[[west, east]].tolist() == pytest.approx([50, 80])
    assert counts["0501_area_m2"].loc[[west, east]].tolist() == pytest.approx([100, 100])
    assert counts.drop(index=[west, east]).to_numpy().sum() == 0


def test_a_size_that_is_not_there_is_measured():
    """Lengths of a file's own do not keep polygons from being measured."""
    things = features(LineString([(10, 10), (40, 10)]), box(10, 10, 20, 20))
    placed = geocode(things.assign(class_code="0301", length_m=["31.5", ""]), CELLS)
    counts = count_by_cell(placed, CELLS).loc[code_at(0, 0)]
    assert counts.to_dict() == {"0301": 2, "0301_length_m": 31.5, "0301_area_m2": 100}


def test_sizes_that_are_no_numbers_are_named():
    """A table's text is read as numbers, or its rows are named."""
    placed = geocode(features(Point(50, 50), Point(60, 50)), CELLS)
    with pytest.raises(SchemaError, match=r"'length_m' must be numbers.*row 1"):
        count_by_cell(placed.assign(class_code="1", length_m=["", "3 m"]), CELLS)


def test_components_of_other_cells_are_refused():
    """Codes that no cell has come from another grid; they are named, not dropped."""
    components = pd.DataFrame({"cell_code": ["a", "z"], "class_code": "0101"}, index=["p", "q"])
    with pytest.raises(CodeError, match=r"names no cell; geocode them with these cells \(row q\)"):
        count_by_cell(components, pd.DataFrame({"cell_code": ["a"]}))
    with pytest.raises(SchemaError, match="`components` lacks 'class_code'"):
        count_by_cell(components[["cell_code"]], CELLS)
    with pytest.raises(SchemaError, match="`cells` lacks 'cell_code'"):
        count_by_cell(components, pd.DataFrame({"code": ["a"]}))


@pytest.mark.real
def test_eight_street_lights_of_cambridge_lie_outside(real_cities, cambridge):
    """6,117 lights come in and go out; eight stand beyond the city line."""
    lights = gpd.read_parquet(real_cities / "cambridge" / "street_lights.parquet")
    tracts = cambridge.rename(columns={"area_code": "cell_code"})
    placed = geocode(lights, tracts)
    assert len(placed) == 6_117
    assert (placed["reason"] == "outside").sum() == 8
    assert placed.loc[~placed["placed"], "cell_code"].eq("").all()
    near = geocode(lights, tracts, outside="nearest", max_distance=100)
    assert near["placed"].sum() > placed["placed"].sum()


@pytest.mark.real
@pytest.mark.parametrize("layer", ["park_benches", "porches", "street_centerlines"])
def test_mixed_layers_of_cambridge_lose_no_row(real_cities, cambridge, layer):
    """Row by row: what is placed meets its tract, what is not reaches out of the city."""
    things = gpd.read_parquet(real_cities / "cambridge" / f"{layer}.parquet")
    tracts = cambridge.rename(columns={"area_code": "cell_code"})
    placed = geocode(things, tracts)
    assert placed.index.equals(things.index)
    shapes, inside = placed.to_crs(26986).geometry, placed["placed"]
    outlines = tracts.set_index("cell_code").geometry[placed.loc[inside, "cell_code"]]
    assert shapes[inside].intersects(outlines.set_axis(shapes.index[inside])).all()
    assert not shapes[~inside].within(tracts.union_all()).any()
    assert placed.loc[~inside, "reason"].eq("outside").all()
