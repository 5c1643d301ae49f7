"""geocode by share and by split: sums are conserved, and each stretch has one owner."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, Point, Polygon, box
from test_cut import RELAXED, SEEDS, random_coverage

from gridgeo._polygons import overlay
from gridgeo.cells import areas_to_cells
from gridgeo.errors import InputError
from gridgeo.geocoding import CellIndex, geocode
from gridgeo.grids import SquareGrid

CRS = "EPSG:4547"
MICROMETRE = 1e-6


def squares(codes, size=100.0):
    """A row of squares from west to east with the given codes."""
    west = size * np.arange(len(codes))
    return gpd.GeoDataFrame(
        {"cell_code": codes, "area_code": "A"},
        geometry=shapely.box(west, 0, west + size, size),
        crs=CRS,
    )


def layer(*shapes, crs=CRS, **columns):
    """Features of these shapes."""
    columns = columns or {"class_code": ["0301"] * len(shapes)}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def split(shape, cells, **options):
    """Codes and sizes of the pieces of one shape."""
    pieces = geocode(layer(shape), cells, by="split", **options)
    sizes = pieces["length_m"].fillna(pieces["area_m2"])
    return dict(zip(pieces["cell_code"], sizes, strict=True))


def random_lines(rng, n, extent):
    """Bent lines all over a town, many of them with vertices on whole metres."""
    lines = []
    for _ in range(n):
        xy = rng.uniform(-0.1 * extent, 1.1 * extent, (rng.integers(2, 7), 2))
        lines.append(LineString(np.round(xy) if rng.random() < 0.5 else xy))
    return lines


def taken_in_turn(line, cells):
    """Lengths by code: in the order of codes each cell takes what lies within a micrometre."""
    left, lengths = line, {}
    for code, cell in sorted(zip(cells["cell_code"], cells.geometry, strict=True)):
        near = shapely.buffer(cell, MICROMETRE, join_style="mitre")
        part = shapely.intersection(left, near)
        if part.length > 0:
            lengths[code] = part.length
            left = shapely.difference(left, near)
    return lengths | {"": left.length}


@settings(max_examples=25, **RELAXED)
@given(SEEDS, st.integers(3, 8), st.booleans())
def test_lines_are_shared_out_as_cells_take_them_in_turn(seed, count, whole_cells):
    """On any coverage each cell has what it takes in the order of codes, and nothing is lost."""
    rng = np.random.default_rng(seed)
    areas = random_coverage(seed, count, 300.0, on_whole_metres=False)
    cells = layer(*areas, area_code=[f"{i:02d}" for i in rng.permutation(len(areas))])
    if whole_cells:
        cells = areas_to_cells(cells, SquareGrid(cell_size=70.0))
    else:
        cells["cell_code"] = cells["area_code"]
    outlines = [shapely.get_exterior_ring(shapely.get_parts(area)[0]) for area in areas[:2]]
    lines = [*random_lines(rng, 4, 300.0), *outlines]
    pieces = geocode(layer(*lines), cells, by="split")
    total = pieces.groupby(level=0)["length_m"].sum()
    np.testing.assert_allclose(total, shapely.length(lines), rtol=1e-12)
    np.testing.assert_allclose(pieces.length, pieces["length_m"], rtol=0, atol=1e-9)
    for at, line in enumerate(lines):
        mine = pieces.loc[[at]].set_index("cell_code")["length_m"]
        expected = taken_in_turn(line, cells)
        for code in {*mine.index, *expected}:
            assert mine.get(code, 0.0) == pytest.approx(expected.get(code, 0.0), abs=1e-3), code


def test_a_line_along_a_border_is_counted_once():
    """The lowest code owns it, whichever way it runs and whatever vertices the cells have."""
    cells = squares(["b", "a", "c"])
    border = LineString([(100, 20), (100, 80)])
    assert split(border, cells) == {"a": 60.0}
    assert split(border.reverse(), cells) == {"a": 60.0}
    longer = LineString([(100, -20), (100, 120)])
    assert split(longer, cells) == pytest.approx({"": 40.0, "a": 100.0}, rel=1e-12)
    assert split(LineString([(200, 0), (200, 100)]), cells) == {"a": 100.0}
    subdivided = cells.copy()
    subdivided.loc[1, "geometry"] = shapely.segmentize(cells.geometry[1], 13.0)
    assert split(border, subdivided) == {"a": pytest.approx(60.0, abs=1e-12)}


def test_a_border_inside_another_cell_is_not_its_own():
    """A line along the border of one cell, inside another of a lower code, is the other's."""
    cells = layer(box(0, 0, 200, 100), box(100, 0, 200, 100), cell_code=["a", "b"])
    assert split(LineString([(100, 20), (100, 80)]), cells) == {"a": 60.0}


def test_a_line_along_a_slanted_border_is_counted_once():
    """Its middle rounds to either side of the border; the code decides all the same."""
    corner = np.array([500_000.37, 4_400_000.71])
    *ends, north, south = np.array([[0, 0], [97.3, 61.9], [0, 90], [95, -5]]) + corner
    upper, lower = Polygon([*ends, north]), Polygon([*ends, south])
    for codes in (["a", "b"], ["b", "a"]):
        cells = layer(upper, lower, cell_code=codes)
        for shares in ((0.1, 0.35), (0.2, 0.9), (1 / 3, 2 / 3)):
            line = LineString([ends[0] + share * (ends[1] - ends[0]) for share in shares])
            assert split(line, cells) == {"a": pytest.approx(line.length, abs=1e-9)}


def test_a_line_that_comes_back_is_one_piece_a_cell():
    """What one cell has of a line is one row, a multilinestring where it left in between."""
    line = LineString([(50, 10), (150, 10), (150, 60), (50, 60)])
    pieces = geocode(layer(line), squares(["a", "b"]), by="split").set_index("cell_code")
    assert pieces["length_m"].to_dict() == {"a": 100.0, "b": 150.0}
    assert pieces.geometry["a"].geom_type == "MultiLineString"
    assert pieces.geometry["b"].equals(LineString([(100, 10), (150, 10), (150, 60), (100, 60)]))
    assert shapely.get_num_coordinates(pieces.geometry["b"]) == 4


def test_what_lies_in_one_cell_stays_as_it_is():
    """A feature that is not cut keeps its shape bit by bit, in its own CRS."""
    inside = layer(LineString([(10, 10), (60, 20)]), box(110, 10, 120, 30)).to_crs(4326)
    pieces = geocode(inside, squares(["a", "b"]), by="split")
    assert pieces.geometry.geom_equals_exact(inside.geometry, 0).all()
    assert pieces["cell_code"].tolist() == ["a", "b"]
    assert pieces["share"].tolist() == [1.0, 1.0]
    assert pieces["area_m2"].tolist() == [pytest.approx(np.nan, nan_ok=True), pytest.approx(200)]


def test_heights_are_interpolated():
    """A pipe that falls from 10 m to 0 m is cut at 5 m."""
    pieces = geocode(
        layer(LineString([(50, 50, 10), (150, 50, 0)])), squares(["a", "b"]), by="split"
    )
    heights = [shapely.get_coordinates(part, include_z=True)[:, 2] for part in pieces.geometry]
    assert [part.tolist() for part in heights] == [[10, 5], [5, 0]]
    assert pieces["length_m"].tolist() == [50, 50]


def test_a_line_that_ends_at_a_border_does_not_cross_it():
    """Pieces that are split again stay as they are, though their ends round to either side."""
    turned = squares(["a", "b", "c"]).rotate(17, origin=(0, 0))
    cells = squares(["a", "b", "c"]).set_geometry(turned)
    rng = np.random.default_rng(5)
    pipes = layer(*(LineString(rng.uniform((-50, -50), (350, 250), (3, 2))) for _ in range(200)))
    pieces = geocode(pipes, cells, by="split")
    again = geocode(pieces, cells, by="split")
    assert len(again) == len(pieces)
    assert again["cell_code"].tolist() == pieces["cell_code"].tolist()
    assert again["length_m"].sum() == pytest.approx(pipes.length.sum(), rel=1e-12)


def test_a_flat_line_stays_flat_beside_one_with_heights():
    """The pieces of each line have heights where it has, whatever else is in the layer."""
    lines = layer(
        LineString([(50, 50, 10), (150, 50, 0)]),
        LineString([(50, 20), (150, 20)]),
        MultiLineString([[(50, 30), (60, 30)], [(70, 30), (150, 30)]]),
    )
    pieces = geocode(lines, squares(["a", "b"]), by="split")
    assert pieces.geometry.has_z.tolist() == [True, True, False, False, False, False]


def test_columns_and_labels_go_with_the_pieces():
    """Every piece has its feature's label and columns; the layer itself is left alone."""
    pipes = layer(LineString([(50, 50), (150, 50)]), Point(10, 10), name=["main", "valve"])
    pipes.index = ["p", "v"]
    before = pipes.copy()
    pieces = geocode(pipes, squares(["a", "b"]), by="split")
    assert pieces.index.tolist() == ["p", "p", "v"]
    assert pieces["name"].tolist() == ["main", "main", "valve"]
    assert pieces["cell_code"].tolist() == ["a", "b", "a"]
    assert pieces["share"].tolist() == [0.5, 0.5, 1.0]
    assert pieces["length_m"].isna().tolist() == [False, False, True]
    pd.testing.assert_frame_equal(pipes, before)


def test_polygons_are_cut_and_sum_up():
    """A park over two cells and beyond: each has its part, and what lies outside is told."""
    park = box(80, 50, 230, 110)
    assert split(park, squares(["b", "a"])) == {
        "a": pytest.approx(5000),
        "b": pytest.approx(1000),
        "": pytest.approx(1500 + 1500),
    }
    over_all = box(-10, -10, 210, 110)
    pieces = geocode(layer(over_all), squares(["b", "a"]), by="split")
    whole = pieces.set_index("cell_code").geometry
    assert whole["a"].equals(box(100, 0, 200, 100))
    assert pieces["area_m2"].sum() == pytest.approx(over_all.area, rel=1e-12)


def test_ground_that_cells_share_goes_to_the_lowest_code():
    """Cells that overlap cannot have the same ground twice."""
    cells = layer(box(0, 0, 60, 100), box(40, 0, 100, 100), box(0, 0, 100, 50), cell_code=[*"bac"])
    assert split(box(0, 0, 100, 100), cells) == {
        "a": pytest.approx(6000),
        "b": pytest.approx(4000),
    }
    assert split(LineString([(0, 20), (100, 20)]), cells) == {"a": 60.0, "b": 40.0}


@pytest.mark.filterwarnings("ignore:.*lie in no cell")
@settings(max_examples=40, **RELAXED)
@given(SEEDS, st.integers(1, 8))
def test_ground_of_overlapping_cells_is_taken_in_turn(seed, count):
    """Also of a polygon that reaches beyond them: its pieces and what is outside sum up to it."""
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(0, 100, (count, 2)), rng.uniform(5, 60, (count, 2))
    codes = [f"{code:02d}" for code in rng.permutation(count)]
    cells = layer(*shapely.box(*corner.T, *(corner + size).T), cell_code=codes)
    park = Point(rng.uniform(20, 140, 2)).buffer(rng.uniform(10, 90))
    left, expected = park, {}
    for code, cell in sorted(zip(codes, cells.geometry, strict=True)):
        expected[code] = left.intersection(cell).area
        left = left.difference(cell)
    expected[""] = left.area
    found = split(park, cells)
    differ = [abs(found.get(code, 0) - expected[code]) for code in expected]
    assert max(differ) <= 1e-8 * park.area
    assert sum(found.values()) == pytest.approx(park.area, rel=1e-9)


def test_lines_that_a_union_leaves_do_not_stop_an_overlay():
    """Where borders nearly coincide GEOS unites polygons to polygons and a line."""
    united = shapely.GeometryCollection([box(0, 0, 1, 2), LineString([(1, 0), (1, 2)])])
    (left,) = overlay(shapely.difference, np.array([box(0, 0, 2, 2)]), np.array([united]))
    assert left.equals(box(1, 0, 2, 2))


def test_the_larger_share_wins_and_a_tie_goes_to_the_lowest_code():
    """By length for lines, by area for polygons; what lies outside wins nothing."""
    features = layer(
        LineString([(70, 50), (150, 50)]),
        LineString([(50, 50), (150, 50)]),
        box(60, 0, 110, 10),
        box(90, 0, 110, 10),
        LineString([(190, 50), (300, 50)]),
        LineString([(300, 50), (400, 50)]),
        Point(100, 50),
    )
    placed = geocode(features, squares(["b", "a"]), by="share")
    assert placed["cell_code"].tolist() == ["a", "a", "b", "a", "a", "", "a"]
    assert placed["share"].tolist() == pytest.approx([0.625, 0.5, 0.8, 0.5, 1 / 11, 1, 1])
    assert placed["reason"].tolist() == ["", "", "", "", "", "outside", ""]
    assert placed.index.equals(features.index)
    assert placed.geometry.geom_equals_exact(features.geometry, 0).all()


def test_what_has_no_size_goes_by_its_point():
    """Points, a line without length, a mixed collection and a bow-tie are one part each."""
    bow_tie = Polygon([(10, 10), (90, 90), (90, 10), (10, 90)])
    shapes = [
        Point(150, 10),
        LineString([(150, 10), (150, 10)]),
        MultiPoint([(110, 10), (120, 10)]),
        shapely.GeometryCollection([Point(20, 20), LineString([(20, 20), (150, 20)])]),
        bow_tie,
        None,
        LineString(),
    ]
    for by in ("share", "split"):
        placed = geocode(layer(*shapes), squares(["a", "b"]), by=by)
        assert len(placed) == len(shapes)
        assert placed["cell_code"].tolist()[:3] == ["b", "b", "b"]
        assert placed["reason"].tolist() == ["", "", "", "", "invalid", *["no geometry"] * 2]
        assert placed["placed"].tolist() == [True] * 5 + [False] * 2
        assert placed["share"].tolist() == [1.0] * 7


def test_pieces_outside_go_to_the_nearest_cell_where_asked():
    """Within reach they are placed and say so; the feature's own piece stays apart."""
    pipe = layer(LineString([(-50, 50), (50, 50)]), LineString([(-500, 0), (-400, 0)]))
    pieces = geocode(pipe, squares(["a"]), by="split", outside="nearest", max_distance=100)
    assert pieces["cell_code"].tolist() == ["a", "a", ""]
    assert pieces["reason"].tolist() == ["nearest", "", "outside"]
    assert pieces["length_m"].tolist() == [50, 50, 100]


@pytest.mark.parametrize("by", ["share", "split"])
def test_what_lies_beside_the_cells_is_as_near_as_its_shape(by):
    """A pipe and a park that begin 1 m outside are within 10 m, wherever their middle is."""
    beside = layer(
        LineString([(-1, 50), (-500, 50)]),
        box(-500, 0, -1, 50),
        MultiPoint([(-1, 50), (-50, 50), (-100, 50)]),
    )
    near = geocode(beside, squares(["a"]), by=by, outside="nearest", max_distance=10)
    assert near["cell_code"].tolist() == ["a", "a", ""]
    assert near["reason"].tolist() == ["nearest", "nearest", "outside"]
    by_point = geocode(beside, squares(["a"]), outside="nearest", max_distance=10)
    assert not by_point["placed"].any()


def test_raise_names_the_features_with_a_piece_outside():
    """One label for each feature, however many of its pieces are astray."""
    pipes = layer(LineString([(-50, 50), (150, 50)]), LineString([(10, 10), (20, 10)]))
    with pytest.raises(InputError, match="features in no cell") as caught:
        geocode(pipes, squares(["a"]), by="split", outside="raise")
    assert caught.value.rows == (0,)


def test_an_index_serves_many_calls():
    """The cells are read once; every call gives what the cells themselves would."""
    cells = squares(["b", "a", "c"])
    index = CellIndex(cells)
    assert len(index) == 3
    assert "3 cells" in repr(index)
    features = layer(LineString([(50, 50), (250, 50)]), box(90, 10, 120, 20), Point(100, 0))
    for by in ("point", "share", "split"):
        pd.testing.assert_frame_equal(
            geocode(features, index, by=by), geocode(features, cells, by=by)
        )


def sizes_by_cell(pieces, column):
    """The size of what each cell has of each feature."""
    placed = pieces[pieces["placed"]]
    return placed[column].groupby([placed.index, placed["cell_code"]]).sum()


def tracts_and_squares(cambridge):
    """Two partitions of Cambridge: its tracts, whose borders follow streets, and squares."""
    yield cambridge.assign(cell_code=cambridge["area_code"])
    yield areas_to_cells(cambridge, SquareGrid())


@pytest.mark.real
@pytest.mark.parametrize("name", ["street_centerlines", "walls", "rail", "firewalls"])
def test_lines_of_cambridge_sum_up_and_agree_with_overlay(real_cities, cambridge, name):
    """Every line to its length; overlay counts more only where lines run along borders."""
    lines = gpd.read_parquet(real_cities / "cambridge" / f"{name}.parquet").to_crs(cambridge.crs)
    lines = lines[["geometry"]].reset_index(drop=True)
    for cells in tracts_and_squares(cambridge):
        pieces = geocode(lines, cells, by="split")
        total = pieces.groupby(level=0)["length_m"].sum()
        np.testing.assert_allclose(total, lines.length, rtol=1e-9)
        ours = sizes_by_cell(pieces, "length_m")
        overlaid = gpd.overlay(
            lines.reset_index(), cells[["cell_code", "geometry"]], keep_geom_type=True
        )
        theirs = overlaid.length.groupby([overlaid["index"], overlaid["cell_code"]]).sum()
        pair = pd.concat([ours, theirs], axis=1, keys=["ours", "theirs"]).fillna(0)
        differ = pair.index[(pair["ours"] - pair["theirs"]).abs() > 1e-4]
        # A line is drawn twice over itself, or runs along a border: all else is the same.
        borders = shapely.STRtree(cells.boundary.to_numpy())
        dissolved = shapely.length(shapely.union_all(lines.geometry.to_numpy()[:, None], axis=1))
        twice = lines.length.to_numpy() - dissolved > 1e-6
        for at in {label for label, _ in differ}:
            near = borders.query(lines.geometry[at], "dwithin", distance=MICROMETRE)
            along = shapely.intersection(
                lines.geometry[at],
                shapely.buffer(cells.boundary.iloc[near], MICROMETRE),
            )
            assert twice[at] or shapely.length(along).max() > 1e-3


@pytest.mark.real
@pytest.mark.parametrize("layer_name", ["cambridge/open_space", "cambridge/water_bodies"])
def test_polygons_of_cambridge_agree_with_overlay(real_cities, cambridge, layer_name):
    """Pair by pair the areas are those of an overlay, and with what lies outside they sum up."""
    shapes = gpd.read_parquet(real_cities / f"{layer_name}.parquet").to_crs(cambridge.crs)
    shapes = shapes[["geometry"]].reset_index(drop=True)
    cells = areas_to_cells(cambridge, SquareGrid())
    pieces = geocode(shapes, cells, by="split")
    total = pieces.groupby(level=0)["area_m2"].sum()
    np.testing.assert_allclose(total, shapes.area, rtol=1e-9)
    ours = sizes_by_cell(pieces, "area_m2")
    overlaid = gpd.overlay(shapes.reset_index(), cells[["cell_code", "geometry"]])
    theirs = overlaid.area.groupby([overlaid["index"], overlaid["cell_code"]]).sum()
    pair = pd.concat([ours, theirs], axis=1, keys=["ours", "theirs"]).fillna(0)
    np.testing.assert_allclose(pair["ours"], pair["theirs"], rtol=0, atol=1e-5)
    largest = ours.groupby(level=0).idxmax().map(lambda label: label[1])
    shared = geocode(shapes, cells, by="share")["cell_code"]
    assert shared[largest.index].tolist() == largest.tolist()


def test_a_multiline_is_one_feature():
    """Its parts are shared out together."""
    pipe = MultiLineString([[(10, 10), (30, 10)], [(110, 10), (190, 10)]])
    assert split(pipe, squares(["a", "b"])) == {"a": 20.0, "b": 80.0}
