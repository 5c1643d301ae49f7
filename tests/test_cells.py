"""areas -> cells: answers by hand, merging, codes, and what bad input gets."""

import gc

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from h3.api import numpy_int as h3
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from test_cut import random_coverage

from gridgeo.cells import areas_to_cells, merge_log
from gridgeo.codes import PLAIN, UNIT_GRID_14
from gridgeo.errors import (
    CodeError,
    CRSError,
    GeometryError,
    InputError,
    SchemaError,
    TooLargeError,
)
from gridgeo.grids import H3Grid, SquareGrid

E0, N0 = 500_000, 4_000_000


def frame(geometry, codes=None, crs="EPSG:4548"):
    """Areas with these geometries."""
    codes = [f"A{number}" for number in range(len(geometry))] if codes is None else codes
    return gpd.GeoDataFrame({"area_code": codes}, geometry=list(geometry), crs=crs)


def box(west, south, east, north):
    """A rectangle, in metres from a lattice corner."""
    return shapely.box(E0 + west, N0 + south, E0 + east, N0 + north)


@pytest.fixture(scope="module")
def town():
    """Some twenty crooked areas around a lake, a kilometre across."""
    areas = random_coverage(7, 40, 1_000.0, on_whole_metres=False)
    return frame(shapely.transform(areas, lambda xy: xy + np.array([E0, N0])))


def test_a_square_of_500_m_is_25_cells():
    """A square of 500 m on the lattice is 25 whole cells of 10,000 m2, numbered row by row."""
    cells = areas_to_cells(frame([box(0, 0, 500, 500)]))
    assert len(cells) == 25
    assert set(cells["kind"]) == {"whole"}
    assert (cells["area_m2"] == 10_000).all()
    assert cells["cell_code"].tolist() == [f"A0-{number:04d}" for number in range(1, 26)]
    north_west = cells.geometry.iloc[0]
    assert north_west.bounds == (E0, N0 + 400, E0 + 100, N0 + 500)
    assert cells.loc[1, ["column", "row"]].tolist() == [E0 // 100 + 1, N0 // 100 + 4]


def test_a_small_border_piece_joins_its_longest_neighbour():
    """A strip of 30 m beside whole cells joins them one by one, by hand; of 60 m it stays."""
    narrow = areas_to_cells(frame([box(0, 0, 130, 200)]))
    assert narrow["area_m2"].tolist() == [13_000, 13_000]
    assert narrow["n_pieces"].tolist() == [2, 2]
    assert set(narrow["kind"]) == {"merged"}
    wide = areas_to_cells(frame([box(0, 0, 160, 200)]))
    assert wide["area_m2"].tolist() == [10_000, 6_000] * 2
    assert wide["kind"].tolist() == ["whole", "cut"] * 2


def test_the_merge_log_accounts_for_every_piece(town):
    """Cells less the pieces they took in are the bare pieces; each piece lies in its cell."""
    cells, log = areas_to_cells(town), merge_log(town)
    bare = areas_to_cells(town, min_share=0)
    assert len(cells) + len(log) == len(bare)
    merged = cells.set_index("cell_code")
    taken = log.groupby("cell_code")["area_m2"].agg(["size", "sum"])
    assert ((merged["n_pieces"] - 1).loc[taken.index] == taken["size"]).all()
    host = merged.loc[log["cell_code"]]
    assert (host["area_code"].to_numpy() == log["area_code"].to_numpy()).all()
    points = log.representative_point().to_numpy()
    assert shapely.covers(host.geometry.to_numpy(), points).all()
    assert merge_log(town, H3Grid(11))["h3"].str.len().eq(15).all()
    assert merge_log(town, min_share=0).empty


def test_no_merging_keeps_every_piece():
    """`min_share=0` gives the bare pieces, `min_share=1` leaves none below a whole cell."""
    area = frame([box(0, 0, 130, 230)])
    assert len(areas_to_cells(area, min_share=0)) == 6
    assert areas_to_cells(area, min_share=1)["area_m2"].min() >= 10_000


def test_an_area_smaller_than_a_cell_is_one_cell():
    """Nothing is lost: an area of 4 m2 over a lattice corner stays as one cell of its own."""
    cells = areas_to_cells(frame([box(99, 99, 101, 101), box(99, 101, 101, 400)]))
    assert cells.loc[cells["area_code"] == "A0", "area_m2"].tolist() == [4]
    assert cells.loc[cells["area_code"] == "A0", "n_pieces"].tolist() == [4]


def test_a_detached_part_smaller_than_a_cell_joins_the_nearest_cell():
    """An islet of 400 m2 becomes part of the nearest cell of its area: a MultiPolygon."""
    islet = box(330, 40, 350, 60)
    cells = areas_to_cells(frame([shapely.MultiPolygon([box(0, 0, 300, 100), islet])]))
    assert cells.geom_type.tolist() == ["Polygon", "Polygon", "MultiPolygon"]
    assert cells["area_m2"].tolist() == [10_000, 10_000, 10_400]
    assert cells["column"].iloc[-1] == E0 // 100 + 2


def test_islets_alone_gather_into_one_cell():
    """An area made of small islets alone is one cell of several parts."""
    islets = shapely.MultiPolygon([box(x, x, x + 20, x + 20) for x in (0, 150, 310, 520)])
    cells = areas_to_cells(frame([islets]))
    assert cells["area_m2"].tolist() == [1_600]
    assert cells["n_pieces"].tolist() == [4]


@pytest.mark.parametrize("grid", [SquareGrid(), SquareGrid(cell_size=70, angle=20, origin=(3, 9))])
def test_cells_tile_their_areas(town, grid):
    """Cells cover each area exactly, do not overlap, stay valid, and match edge by edge."""
    cells = areas_to_cells(town, grid)
    total = cells.groupby("area_code")["area_m2"].sum().reindex(town["area_code"]).to_numpy()
    np.testing.assert_allclose(total, town.area, rtol=1e-10)
    assert cells.geometry.is_valid.all()
    for crs in (cells.crs, "EPSG:4326", "EPSG:3857"):
        assert shapely.coverage_is_valid(cells.to_crs(crs).geometry.to_numpy())
    few = cells["area_code"].map(cells["area_code"].value_counts()) == 1
    assert (cells.loc[~few, "area_m2"] >= grid.area / 2).all()


@pytest.mark.parametrize("size", [33.3, 12_345**0.5, 70.7])
def test_whole_cells_never_merge(size):
    """Whatever the rounding of its size, a whole square is not below the share of itself."""
    west, south = 15_000 * size, 120_000 * size
    squares = [shapely.box(west, south, west + 9 * size, south + 7 * size)]
    cells = areas_to_cells(frame(squares), SquareGrid(cell_size=size), min_share=1)
    assert cells["kind"].tolist() == ["whole"] * 63


def test_a_rotated_lattice_merges_neighbours_only():
    """Pieces of a rotated lattice join a neighbour: no cell falls into parts."""
    areas = frame([box(0, 0, 1_000, 900), box(1_000, 0, 2_000, 900)])
    cells = areas_to_cells(areas, SquareGrid(2_500, angle=45), min_share=1)
    assert set(cells.geom_type) == {"Polygon"}
    assert (cells["kind"] == "whole").sum() > 300


def test_thousands_of_islets_gather():
    """An area of 3,000 islets gives cells of at least half a square, all of them accounted for."""
    rng = np.random.default_rng(1)
    west, south = rng.integers(0, 1_000, (2, 3_000)) * 30
    islets = shapely.union_all(shapely.box(E0 + west, N0 + south, E0 + west + 20, N0 + south + 20))
    cells = areas_to_cells(frame([islets]))
    assert cells["area_m2"].sum() == pytest.approx(islets.area, rel=1e-12)
    assert cells["area_m2"].min() >= 5_000
    assert cells["n_pieces"].sum() == len(areas_to_cells(frame([islets]), min_share=0))


def test_a_pole_is_refused():
    """H3 cells around a pole cannot be drawn on a plane: an error, and no silent loss."""
    pole = frame([shapely.box(-20_000, -20_000, 20_000, 20_000)], crs="EPSG:3031")
    with pytest.raises(GeometryError, match=r"hold a pole.*SquareGrid.*\(row 0\)"):
        areas_to_cells(pole, H3Grid(6))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(seed=16_777_216, on_whole_metres=True, min_share=1)
@given(
    seed=st.integers(0, 2**31), on_whole_metres=st.booleans(), min_share=st.sampled_from([0.3, 1])
)
def test_merged_cells_of_random_coverages(seed, on_whole_metres, min_share):
    """On any tiling: exact, valid, no cell below the limit but the only one of its area."""
    town = frame(random_coverage(seed, 20, 300.0, on_whole_metres=on_whole_metres))
    cells = areas_to_cells(town, SquareGrid(cell_size=30), min_share=min_share)
    total = cells.groupby("area_code")["area_m2"].sum().reindex(town["area_code"]).to_numpy()
    np.testing.assert_allclose(total, town.area, rtol=1e-10)
    assert cells.geometry.is_valid.all()
    alone = cells["area_code"].map(cells["area_code"].value_counts()) == 1
    # Pieces that sum up to a square may measure less by the last digit.
    assert (alone | (cells["area_m2"] >= min_share * 900 * (1 - 1e-12))).all()
    if shapely.coverage_is_valid(town.geometry.to_numpy()):
        assert shapely.coverage_is_valid(cells.geometry.to_numpy())


def comparable(cells):
    """Cells in an order and form that do not depend on how they were made."""
    cells = cells.assign(geometry=cells.geometry.normalize())
    return cells.sort_values("cell_code", ignore_index=True)


def test_an_area_gives_the_same_cells_alone_and_among_its_neighbours(town):
    """Neither the order of the areas nor their company changes a cell or its code."""
    together = comparable(areas_to_cells(town))
    shuffled = comparable(areas_to_cells(town.sample(frac=1, random_state=3)))
    alone = comparable(pd.concat([areas_to_cells(town.iloc[[i]]) for i in range(len(town))]))
    assert_geodataframe_equal(together, shuffled)
    assert_geodataframe_equal(together, alone)


def test_h3_cells_tile_their_areas(town):
    """H3 cells cut at the borders cover each area exactly, and match edge by edge."""
    cells = areas_to_cells(town, H3Grid(11), min_share=0)
    total = cells.groupby("area_code")["area_m2"].sum().reindex(town["area_code"]).to_numpy()
    np.testing.assert_allclose(total, town.area, rtol=1e-9)
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    inner = cells[cells["kind"] == "whole"]
    centre = inner.geometry.centroid.to_crs(4326)
    names = [h3.int_to_str(h3.latlng_to_cell(p.y, p.x, 11)) for p in centre]
    assert names == inner["h3"].tolist()


def test_merged_h3_cells_are_not_small(town):
    """Merging works for hexagons as for squares."""
    cells = areas_to_cells(town, H3Grid(11))
    alone = cells["area_code"].map(cells["area_code"].value_counts()) == 1
    smallest = 0.5 * h3.average_hexagon_area(11, unit="m^2") * 0.7
    assert (alone | (cells["area_m2"] > smallest)).all()
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())


def test_degrees_are_cut_in_the_zone_of_the_place():
    """Areas in degrees come back in the three-degree zone, in metres."""
    area = frame([box(0, 0, 500, 500)]).to_crs("EPSG:4490")
    cells = areas_to_cells(area)
    assert cells.crs == "EPSG:4548"
    assert cells["area_m2"].sum() == pytest.approx(250_000, rel=1e-6)


def test_the_input_is_left_alone(town):
    """The areas are not changed, whatever their index is."""
    named = town.set_index("area_code", drop=False)
    before = named.copy()
    areas_to_cells(named)
    assert_geodataframe_equal(named, before)


def test_twelve_digit_areas_get_fifteen_digit_codes():
    """Areas with 12-digit codes are numbered by the unit grid scheme, others by the plain one."""
    area = frame([box(0, 0, 200, 100)], ["990101001001"])
    assert areas_to_cells(area)["cell_code"].tolist() == ["990101001001001", "990101001001002"]
    assert areas_to_cells(area, scheme=PLAIN)["cell_code"].iloc[0] == "990101001001-0001"


def test_too_many_cells_for_the_scheme():
    """100 cells do not fit two digits: the error names area, count and remedy."""
    area = frame([box(0, 0, 1000, 1000)], ["990101001001"])
    with pytest.raises(CodeError, match=r"at most 99 .*'990101001001' would get 100 cells.*larger"):
        areas_to_cells(area, scheme=UNIT_GRID_14)


def test_too_many_cells_for_the_memory():
    """The count is estimated, and refused, before anything is made."""
    with pytest.raises(TooLargeError, match=r"about 10,0\d\d,\d\d\d cells, more than"):
        areas_to_cells(frame([box(0, 0, 100_000, 100_000)]), SquareGrid(cell_size=31.6))


BOW_TIE = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])


@pytest.mark.parametrize(
    ("areas", "error", "message"),
    [
        (frame([box(0, 0, 9, 9)], crs=None), CRSError, "no CRS; say which one"),
        (frame([box(0, 0, 9, 9), None]), GeometryError, r"without a geometry.*\(row 1\)"),
        (frame([shapely.Polygon()]), GeometryError, r"empty geometry.*\(row 0\)"),
        (frame([BOW_TIE]), GeometryError, r"invalid polygons \(Self-intersection\).*make_valid"),
        (frame([shapely.Point(1, 1)]), GeometryError, "not polygons"),
        (frame([box(0, 0, 9, 9)] * 2, ["A", "A"]), CodeError, r"repeat.*\(rows 0, 1\)"),
        (frame([box(0, 0, 9, 9)], [None]), CodeError, "needs a code"),
        (frame([box(0, 0, 9, 9)], [7]), CodeError, "must be text"),
        (frame([]), SchemaError, "no rows"),
        (pd.DataFrame({"area_code": ["A"]}), SchemaError, "must be a GeoDataFrame, not DataFrame"),
        (gpd.GeoDataFrame({"area_code": ["A"]}), SchemaError, "has no geometry; name its column"),
        (frame([box(0, 0, 9, 9)]).drop(columns="area_code"), SchemaError, "lacks 'area_code'"),
    ],
)
def test_bad_areas_are_refused(areas, error, message):
    """Each fault gets its kind of error, naming the rows and the remedy."""
    with pytest.raises(error, match=message):
        areas_to_cells(areas)


def test_all_faults_are_named_at_once():
    """One error tells everything that is wrong with a frame, and carries the labels."""
    areas = frame([box(0, 0, 9, 9), None, BOW_TIE], ["A", "A", "B"])
    with pytest.raises(CodeError, match=r"repeat.*without a geometry.*invalid") as caught:
        areas_to_cells(areas)
    assert caught.value.rows == (0, 1, 2)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"min_share": -0.1}, "`min_share` must be from 0 to 1, not -0.1"),
        ({"min_share": 1.1}, "`min_share` must be from 0 to 1"),
        ({"min_share": float("nan")}, "`min_share` must be from 0 to 1"),
        ({"min_share": "half"}, "`min_share` must be from 0 to 1, not 'half'"),
        ({"max_cells": None}, "`max_cells` must be at least 1, not None"),
        ({"scheme": "PLAIN"}, "`scheme` must be a CodeScheme"),
        ({"grid": 100}, "`grid` must be a SquareGrid or an H3Grid"),
    ],
)
def test_bad_options_are_refused(option, message):
    """Each option says what it takes."""
    with pytest.raises(InputError, match=message):
        areas_to_cells(frame([box(0, 0, 9, 9)]), **option)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_goes_on_as_it_was(enabled):
    """Cutting holds the collector of cycles and lets it go again, after an error too."""
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        areas_to_cells(frame([box(0, 0, 90, 90)]))
        assert gc.isenabled() == enabled
        with pytest.raises(InputError):
            areas_to_cells(frame([box(0, 0, 90, 90)]), min_share=2)
        assert gc.isenabled() == enabled
    finally:
        (gc.enable if before else gc.disable)()
