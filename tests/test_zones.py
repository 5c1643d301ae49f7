"""Zones are as many as asked for, connected, inside their units, and of like load."""

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lattices import cities, lattice, n_parts, tasks

from gridgeo._zoning.allot import allot
from gridgeo.errors import CodeError, CRSError, GeometryError, InputError, SchemaError
from gridgeo.zones import cells_to_zones


def loads_of(cells, load="w"):
    """What each zone carries."""
    return cells[load].groupby(cells["zone_code"]).sum()


def assert_sound(cells, n_zones):
    """Exactly so many zones, each in one unit and, but for whole islands, in one part of it."""
    assert cells["zone_code"].nunique() == n_zones
    assert (cells["zone_code"] != "").all()
    assert cells.groupby("zone_code")["u"].nunique().max() == 1
    for _, unit in cells.groupby("u"):
        lands = gpd.GeoSeries(shapely.get_parts(shapely.union_all(unit.geometry)), crs=cells.crs)
        inside = unit.assign(geometry=unit.representative_point()).sjoin(lands.to_frame("geometry"))
        for _, zone in inside.groupby("zone_code"):
            of_zone = unit.loc[zone.index]
            assert n_parts(of_zone.geometry) == zone["index_right"].nunique()


@settings(max_examples=60)
@given(tasks())
def test_zones_are_as_many_connected_and_inside_units(task):
    """Whatever the shape and the loads; GEOS is asked what hangs together."""
    cells, n_zones = task
    assert_sound(cells_to_zones(cells, n_zones=n_zones, load="w", within="u"), n_zones)


@pytest.mark.slow
@settings(max_examples=1500)
@given(tasks(), st.integers(0, 3))
def test_zones_are_as_many_connected_and_inside_units_at_length(task, seed):
    """The same on many more cities."""
    cells, n_zones = task
    made = cells_to_zones(cells, n_zones=n_zones, load="w", within="u", seed=seed)
    assert_sound(made, n_zones)


@settings(max_examples=30)
@given(tasks(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(task, random):
    """A seed always gives the same plan, whatever the rows are called and how they come."""
    cells, n_zones = task
    made = cells_to_zones(cells, n_zones=n_zones, load="w", within="u", seed=1)
    labels = random.sample(range(len(cells)), len(cells))
    mixed = cells.iloc[labels].set_axis([f"row {n}" for n in range(len(cells))])
    again = cells_to_zones(mixed, n_zones=n_zones, load="w", within="u", seed=1)
    assert again.index.equals(mixed.index)
    by_code = again.set_index("cell_code")["zone_code"].sort_index().tolist()
    assert by_code == made.sort_values("cell_code")["zone_code"].tolist()


@settings(max_examples=40)
@given(cities(), st.floats(1.0, 4.0))
def test_no_zone_exceeds_max_load(cells, times):
    """Zones are found to be as many as that takes; never fewer than loads by the limit."""
    limit = times * float(cells["w"].max())
    made = cells_to_zones(cells, max_load=limit, load="w", within="u")
    assert loads_of(made).max() <= limit * (1 + 1e-12)
    least = np.maximum(np.ceil(cells["w"].groupby(cells["u"]).sum() / limit - 1e-9), 1)
    assert (made.groupby("u")["zone_code"].nunique() >= least).all()
    assert_sound(made, made["zone_code"].nunique())


@pytest.mark.parametrize(("n_cells", "n_zones"), [(7, 3), (10, 4), (24, 5), (37, 36), (40, 9)])
def test_a_street_of_equal_cells_is_cut_as_evenly_as_can_be(n_cells, n_zones):
    """Some zone must have the rounded up number of cells, and none has more."""
    cells = lattice(np.ones((1, n_cells), dtype=bool))
    sizes = cells_to_zones(cells, n_zones=n_zones)["zone_code"].value_counts()
    assert sizes.max() == -(-n_cells // n_zones)
    assert sizes.min() == n_cells // n_zones


def best_heaviest(loads, n_zones):
    """Heaviest zone of the best of all plans of a street, all of them tried."""
    n = len(loads)
    plans = (np.split(loads, cuts) for cuts in itertools.combinations(range(1, n), n_zones - 1))
    return min(max(map(sum, plan)) for plan in plans)


@settings(max_examples=40)
@given(st.lists(st.integers(1, 9), min_size=4, max_size=11), st.integers(2, 4))
def test_a_street_is_cut_nearly_as_well_as_the_best_plan(loads, n_zones):
    """All plans of a street are tried by hand; ours is off the best by less than a cell."""
    cells = lattice(np.ones((1, len(loads)), dtype=bool), w=loads)
    made = cells_to_zones(cells, n_zones=n_zones, load="w")
    best = best_heaviest(np.array(loads), n_zones)
    assert best <= loads_of(made).max() < best + max(loads)


def test_a_square_is_quartered():
    """Four squares of 5 by 5: no shorter borders are there."""
    cells = lattice(np.ones((10, 10), dtype=bool))
    made = cells_to_zones(cells, n_zones=4)
    assert made["zone_code"].value_counts().tolist() == [25] * 4
    assert made.dissolve("zone_code").length.tolist() == [2000.0] * 4


def test_cells_that_touch_in_a_corner_are_not_neighbours():
    """Two blocks that meet in a corner are two parts, each with zones of its own."""
    kept = np.kron(np.eye(2, dtype=bool), np.ones((4, 4), dtype=bool))
    made = cells_to_zones(lattice(kept), n_zones=4)
    made["south"] = made.geometry.bounds["miny"] < 400
    assert made.groupby("zone_code")["south"].nunique().max() == 1
    assert made["zone_code"].value_counts().tolist() == [8] * 4


def test_an_island_goes_with_the_nearest_zone():
    """Three cells off the east coast join the zone there; balance counts them in."""
    kept = np.zeros((6, 12), dtype=bool)
    kept[:, :8], kept[2:5, 10] = True, True
    made = cells_to_zones(lattice(kept), n_zones=3)
    island = made.geometry.bounds["minx"] == 1000
    coast = (made.geometry.bounds["minx"] == 700) & made.geometry.bounds["miny"].between(200, 400)
    (of_island,) = set(made.loc[island, "zone_code"])
    assert of_island in set(made.loc[coast, "zone_code"])
    assert made["zone_code"].value_counts().max() <= 18


def test_a_large_part_gets_zones_of_its_own():
    """Two parts of like size and four zones: two each."""
    kept = np.ones((5, 21), dtype=bool)
    kept[:, 10] = False
    made = cells_to_zones(lattice(kept), n_zones=4)
    made["west"] = made.geometry.bounds["minx"] < 1000
    assert made.groupby("west")["zone_code"].nunique().tolist() == [2, 2]
    assert made.groupby("zone_code")["west"].nunique().max() == 1


def test_zones_are_shared_out_by_load():
    """Units of 60, 30 and 10 lamps get 6, 3 and 1 of ten zones."""
    cells = lattice(np.ones((10, 10), dtype=bool), lamps=1)
    row = (cells.geometry.bounds["miny"] // 100).astype(int)
    cells["u"] = np.select([row < 6, row < 9], ["A", "B"], "C")
    made = cells_to_zones(cells, n_zones=10, load="lamps", within="u")
    assert made.groupby("u")["zone_code"].nunique().to_dict() == {"A": 6, "B": 3, "C": 1}
    assert (loads_of(made, "lamps") == 10).all()


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.integers(1, 50)), min_size=1, max_size=12),
    st.integers(0, 600),
)
def test_shares_are_whole_and_fair(units, more):
    """They sum up, every unit has one and none more than cells; free ones are near their quota."""
    load, n_cells = (np.array(column) for column in zip(*units, strict=True))
    n_zones = min(len(units) + more, int(n_cells.sum()))
    given_out = allot(load, n_cells, n_zones)
    assert given_out.sum() == n_zones
    assert (given_out >= 1).all()
    assert (given_out <= n_cells).all()


def test_the_zone_left_over_goes_where_it_lightens_most():
    """Shares of 1.45 and 10.55: two zones lighten the first more than eleven the second."""
    assert allot(np.array([145.0, 1055.0]), np.array([99, 99]), 12).tolist() == [2, 10]
    assert allot(np.array([0.0, 0.0]), np.array([3, 9]), 4).tolist() == [1, 3]


def test_codes_go_from_north_to_south_and_west_to_east():
    """In each unit from 1 on, after the unit's code; text with two digits."""
    cells = lattice(np.ones((4, 8), dtype=bool))
    cells["street_code"] = np.where(cells.geometry.bounds["minx"] < 400, "S1", "S2")
    made = cells_to_zones(cells, n_zones=8, within="street_code")
    assert made["zone_code"].dtype == "str"
    centers = made.dissolve("zone_code").centroid
    assert centers.index.tolist() == [f"S{s}Z0{n}" for s in (1, 2) for n in (1, 2, 3, 4)]
    for street in ("S1", "S2"):
        x, y = centers[centers.index.str.startswith(street)].get_coordinates().to_numpy().T
        assert (x[0], x[2]) < (x[1], x[3])
        assert min(y[:2]) > max(y[2:])


def test_a_load_is_a_column_a_series_or_weighted_columns():
    """All three say the same here; the frame itself is not touched."""
    rng = np.random.default_rng(0)
    cells = lattice(np.ones((8, 8), dtype=bool), lamps=rng.integers(0, 9, 64), trees=1)
    before = cells.copy()
    weighted = cells["lamps"] * 2 + cells["trees"] * 0.5
    by_dict = cells_to_zones(cells, n_zones=6, load={"lamps": 2, "trees": 0.5})
    by_series = cells_to_zones(cells, n_zones=6, load=weighted.sample(frac=1, random_state=0))
    by_column = cells_to_zones(cells.assign(w=weighted), n_zones=6, load="w")
    assert by_dict["zone_code"].equals(by_series["zone_code"])
    assert by_dict["zone_code"].equals(by_column["zone_code"])
    pd.testing.assert_frame_equal(cells, before)
    assert by_dict.columns.tolist() == [*cells.columns, "zone_code"]


def test_a_seed_gives_another_plan():
    """Of a city with many good ones."""
    cells = lattice(np.ones((17, 19), dtype=bool))
    plans = {tuple(cells_to_zones(cells, n_zones=7, seed=seed)["zone_code"]) for seed in range(6)}
    assert len(plans) > 1


def test_cells_in_degrees_give_the_same_zones():
    """The CRS of the cells stays; borders are measured in metres."""
    cells = lattice(np.ones((10, 10), dtype=bool))
    cells = cells.set_geometry(cells.translate(500_000, 4_000_000))
    made = cells_to_zones(cells.to_crs(4490), n_zones=4)
    assert made.crs == "EPSG:4490"
    assert made["zone_code"].value_counts().tolist() == [25] * 4


def test_whole_communities_are_joined_to_a_level_above_them():
    """Areas in place of cells: nine communities of a street become three groups of three."""
    areas = lattice(np.ones((3, 3), dtype=bool)).rename(columns={"cell_code": "area_code"})
    areas["parent_code"] = "990101001"
    groups = cells_to_zones(areas, n_zones=3, within="parent_code")
    assert groups["zone_code"].value_counts().to_dict() == {f"990101001Z0{n}": 3 for n in (1, 2, 3)}


GRID = np.ones((4, 4), dtype=bool)
EVERY = tuple(range(16))


def with_row(column, value):
    """Sixteen cells, of which the one with label 5 is at fault."""
    cells = lattice(GRID, w=1.0, u="A", lock=False)
    cells[column] = cells[column].astype(object if isinstance(value, str) else float)
    cells.loc[5, column] = value
    return cells


@pytest.mark.parametrize(
    ("cells", "options", "error", "message", "rows"),
    [
        (lattice(GRID), {"n_zones": 17}, InputError, "to 16, the number of cells, not 17", ()),
        (lattice(GRID), {"n_zones": 0}, InputError, "must be from 1", ()),
        (lattice(GRID), {"n_zones": 2.5}, InputError, "whole number, not 2.5", ()),
        (lattice(GRID), {}, InputError, "say how many zones", ()),
        (lattice(GRID), {"n_zones": 2, "max_load": 9.0}, InputError, "not both", ()),
        (lattice(GRID), {"n_zones": 2, "seed": -1}, InputError, "`seed`", ()),
        (lattice(GRID), {"n_zones": 2, "tolerance": np.nan}, InputError, "`tolerance`", ()),
        (lattice(GRID), {"n_zones": 2, "load": "w"}, SchemaError, "lacks 'w'", ()),
        (lattice(GRID, w="x"), {"n_zones": 2, "load": "w"}, SchemaError, "must hold numbers", ()),
        (lattice(GRID, w=0), {"n_zones": 2, "load": "w"}, InputError, "0 in every cell", ()),
        (lattice(GRID), {"n_zones": 2, "load": {}}, InputError, "`load` must be a column", ()),
        (lattice(GRID), {"n_zones": 2, "load": {"area_m2": -1}}, InputError, "at least 0", ()),
        (with_row("w", -1.0), {"n_zones": 2, "load": "w"}, InputError, "negative load", (5,)),
        (with_row("w", np.nan), {"n_zones": 2, "load": "w"}, InputError, "without a load", (5,)),
        (with_row("w", np.inf), {"n_zones": 2, "load": "w"}, InputError, "infinite load", (5,)),
        (with_row("w", 9.0), {"max_load": 8.0, "load": "w"}, InputError, "alone carry more", (5,)),
        (with_row("u", ""), {"n_zones": 2, "within": "u"}, CodeError, "a code in 'u'", (5,)),
        (with_row("u", "B"), {"n_zones": 1, "within": "u"}, InputError, "number of units", ()),
        (lattice(GRID), {"n_zones": 2, "within": "street"}, SchemaError, "lacks 'street'", ()),
        (lattice(GRID), {"n_zones": 2, "locked": "w"}, InputError, "say which: `previous=`", ()),
        (
            lattice(GRID).set_crs(None, allow_override=True),
            {"n_zones": 2},
            CRSError,
            "no CRS",
            EVERY,
        ),
        (lattice(GRID).drop(columns="cell_code"), {"n_zones": 2}, SchemaError, "'cell_code'", ()),
        (lattice(GRID).iloc[:0], {"n_zones": 2}, SchemaError, "no rows", ()),
    ],
)
def test_bad_input_is_named(cells, options, error, message, rows):
    """What is wrong, and in which rows."""
    with pytest.raises(error, match=message) as raised:
        cells_to_zones(cells, **options)
    assert raised.value.rows == rows


def test_a_series_must_have_the_labels_of_the_cells():
    """Another index would give loads to the wrong cells."""
    cells = lattice(GRID)
    with pytest.raises(SchemaError, match="labels the Series `load` lacks") as raised:
        cells_to_zones(cells, n_zones=2, load=pd.Series(1.0, index=range(1, 17)))
    assert raised.value.rows == (0,)


def test_invalid_polygons_are_refused():
    """A bow-tie has no border that could be shared."""
    cells = lattice(GRID)
    cells.loc[3, "geometry"] = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(GeometryError, match="invalid polygons") as raised:
        cells_to_zones(cells, n_zones=2)
    assert raised.value.rows == (3,)


def test_a_unit_with_fewer_cells_than_its_share_is_full():
    """Two heavy cells are two zones; the zones that their load would ask for go elsewhere."""
    cells = lattice(np.ones((1, 10), dtype=bool), w=[100, 100, *[1] * 8], u=["A"] * 2 + ["B"] * 8)
    made = cells_to_zones(cells, n_zones=6, load="w", within="u")
    assert made.groupby("u")["zone_code"].nunique().to_dict() == {"A": 2, "B": 4}
