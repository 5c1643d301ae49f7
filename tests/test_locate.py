"""locate: the bins never hide a polygon; every answer is that of a tree and an exact predicate."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cut import RELAXED, SEEDS, random_coverage

from gridgeo._locate import OUTSIDE, find_boxes, locate, make_locator
from gridgeo.cells import areas_to_cells
from gridgeo.geocoding import geocode
from gridgeo.grids import H3Grid, SquareGrid


def by_tree(x, y, polygons, codes):
    """The owners by a tree and an exact predicate, the lowest code of several."""
    point, polygon = shapely.STRtree(polygons).query(shapely.points(x, y), "intersects")
    found = pd.Series(codes[polygon]).groupby(point).min().reindex(range(len(x)))
    return np.where(found.isna(), OUTSIDE, pd.Index(codes).get_indexer(found))


def awkward_points(polygons, rng, n=200):
    """Points everywhere, on vertices, on edges, and a rounding beside them."""
    west, south, east, north = shapely.total_bounds(polygons)
    free = rng.uniform([west - 5, south - 5], [east + 5, north + 5], (n, 2))
    vertices = shapely.get_coordinates(polygons)
    vertices = vertices[rng.integers(len(vertices), size=n)]
    middles = (vertices[1:] + vertices[:-1]) / 2
    beside = np.nextafter(vertices, vertices + rng.choice([-1, 1], vertices.shape))
    return np.vstack([free, vertices, middles, beside])


def patchwork(rng, corner, size):
    """Squares of a lattice, joined, doubled, cut and free ones, in any order."""
    column, row = (at.ravel() for at in np.meshgrid(np.arange(7), np.arange(6)))
    x, y = corner[0] + size * column, corner[1] + size * row
    squares = shapely.box(x, y, x + size, y + size)
    kept = squares[rng.random(len(squares)) < 0.8]
    joined = shapely.union(squares[:-1], squares[1:])[rng.random(len(squares) - 1) < 0.1]
    xy = rng.uniform(corner, corner + 7 * size, (6, 3, 2))
    triangles = shapely.polygons(xy)
    subdivided = shapely.segmentize(squares[rng.integers(len(squares), size=3)], size / 3)
    polygons = np.concatenate([kept, joined, triangles, subdivided])
    return rng.permutation(polygons[shapely.is_valid(polygons)])


@settings(max_examples=150, **RELAXED)
@given(SEEDS, st.sampled_from([0.01, 1.0, 7.3, 100.0]), st.sampled_from([0.0, 4_413_000.7]))
def test_the_owner_is_that_of_a_tree_and_an_exact_predicate(seed, size, far):
    """On lattices with holes, doubles and intruders, on every line and corner."""
    rng = np.random.default_rng(seed)
    polygons = patchwork(rng, np.array([far / 9, far]), size)
    codes = rng.permutation([f"{i:03d}" for i in range(len(polygons))]).astype(object)
    x, y = awkward_points(polygons, rng).T.copy()
    ours = locate(x, y, make_locator(polygons), codes)
    np.testing.assert_array_equal(ours, by_tree(x, y, polygons, codes))


@settings(max_examples=40, **RELAXED)
@given(SEEDS, st.integers(3, 14), st.sampled_from(["areas", "squares", "turned", "H3"]))
def test_real_partitions_have_the_owners_of_a_tree(seed, count, kind):
    """Areas with many vertices, cut and merged squares, turned ones and hexagons."""
    rng = np.random.default_rng(seed)
    areas = random_coverage(seed, count, 1000.0, on_whole_metres=False)
    areas = shapely.transform(areas, lambda xy: xy + np.array([500_000, 4_400_000]))
    grids = {
        "squares": SquareGrid(cell_size=90.0),
        "turned": SquareGrid(cell_size=90.0, angle=17.0),
        "H3": H3Grid(10),
    }
    polygons = shapely.segmentize(areas, 20.0)
    if kind != "areas":
        frame = gpd.GeoDataFrame(
            {"area_code": [f"{i:02d}" for i in range(len(areas))]}, geometry=areas, crs="EPSG:4547"
        )
        polygons = areas_to_cells(frame, grids[kind]).geometry.to_numpy()
    codes = rng.permutation([f"{i:04d}" for i in range(len(polygons))]).astype(object)
    x, y = awkward_points(polygons, rng).T.copy()
    ours = locate(x, y, make_locator(polygons), codes)
    np.testing.assert_array_equal(ours, by_tree(x, y, polygons, codes))


def test_boxes_far_apart_take_no_more_bins_than_they_need():
    """Ten cells of a metre spread over a country are found without a bin for each metre."""
    rng = np.random.default_rng(0)
    at = rng.uniform(0, 3e6, (10, 2))
    polygons = shapely.box(*at.T, *(at + 1).T)
    locator = make_locator(polygons)
    assert len(locator.bins.filling) < 1_000
    x, y = (at + 0.5).T.copy()
    codes = np.array([*"abcdefghij"], dtype=object)
    assert locate(x, y, locator, codes).tolist() == list(range(10))
    assert (locate(x + 5, y, locator, codes) == OUTSIDE).all()


def test_one_large_cell_among_small_ones_is_found():
    """A village of 100 km2 beside squares of 10 m lies in no more bins than it should."""
    at = 10.0 * np.arange(100)
    polygons = np.append(shapely.box(at, 0, at + 10, 10), shapely.box(0, 10, 1000, 100_010))
    locator = make_locator(polygons)
    assert len(locator.bins.box) < 20 * len(polygons)
    codes = np.array([f"{i:03d}" for i in range(101)], dtype=object)
    x, y = np.array([5.0, 5.0, 995.0]), np.array([5.0, 50_000.0, 10.0])
    assert locate(x, y, locator, codes).tolist() == [0, 100, 99]


@pytest.mark.parametrize(
    ("polygon", "is_one"),
    [
        (shapely.box(0, 0, 3, 2), True),
        (shapely.segmentize(shapely.box(0, 0, 3, 2), 0.7), True),
        (shapely.box(0, 0, 3, 2, ccw=False), True),
        (shapely.Polygon([(0, 0), (3, 0), (3, 2), (1, 2), (1, 2 - 1e-12), (0, 2)]), False),
        (shapely.Polygon([(0, 0), (3, 0), (3, 2), (1e-13, 2)]), False),
        (shapely.box(0, 0, 3, 2) - shapely.box(1, 1, 2, 1.5), False),
        (shapely.Point(0, 0).buffer(1), False),
        (shapely.MultiPolygon([shapely.box(0, 0, 3, 2)]), False),
    ],
)
def test_a_rectangle_fills_its_bounds_to_the_last_digit(polygon, is_one):
    """A notch or a slant far below rounding of its area makes it none."""
    polygons = np.array([polygon])
    assert find_boxes(polygons).rectangle.tolist() == [is_one]


def test_every_component_of_a_spot_has_the_same_owner():
    """531 components on one corner go to one cell, in whichever order they and the cells come."""
    rng = np.random.default_rng(3)
    at = np.arange(4)
    cells = gpd.GeoDataFrame(
        {"cell_code": ["d", "b", "c", "a"]},
        geometry=shapely.box(
            100 * (at % 2), 100 * (at // 2), 100 * (at % 2) + 100, 100 * (at // 2) + 100
        ),
        crs="EPSG:4547",
    )
    spot = gpd.GeoDataFrame(geometry=shapely.points(np.full((531, 2), 100.0)), crs=cells.crs)
    for _ in range(3):
        cells = cells.iloc[rng.permutation(4)]
        assert set(geocode(spot, cells)["cell_code"]) == {"a"}


@pytest.mark.parametrize("n", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_points_on_corners_and_borders_have_one_owner_in_every_order(n):
    """Of points on the lattice itself each goes to the lowest code around it, in any row order."""
    rng = np.random.default_rng(n)
    column, row = (at.ravel() for at in np.meshgrid(np.arange(60), np.arange(50)))
    codes = rng.permutation(3_000)
    cells = gpd.GeoDataFrame(
        {"cell_code": [f"{code:04d}" for code in codes]},
        geometry=shapely.box(column * 100.0, row * 100.0, column * 100 + 100.0, row * 100 + 100.0),
        crs="EPSG:4547",
    )
    xy = rng.uniform(0, [6_000, 5_000], (n, 2))
    on_line = rng.random((n, 2)) < 0.6
    on_line[~on_line.any(axis=1), 0] = True
    xy = np.where(on_line, np.round(xy / 100) * 100, xy)
    points = gpd.GeoDataFrame(geometry=shapely.points(xy), crs=cells.crs)
    placed = geocode(points, cells)["cell_code"].to_numpy(object)
    # By hand: the lowest code of the one, two or four cells that touch the point.
    grid = np.full((52, 62), 9_999)
    grid[row + 1, column + 1] = codes
    low, high = np.ceil(xy / 100).astype(int), np.floor(xy / 100).astype(int) + 1
    around = [grid[r[:, 1], c[:, 0]] for r in (low, high) for c in (low, high)]
    expected = [f"{code:04d}" for code in np.min(around, axis=0)]
    assert placed.tolist() == expected
    order, cell_order = rng.permutation(n), rng.permutation(len(cells))
    again = geocode(points.iloc[order], cells.iloc[cell_order])["cell_code"].to_numpy(object)
    assert again.tolist() == placed[order].tolist()


def owners_by_join(points, cells):
    """The lowest code that a spatial join gives each point."""
    joined = gpd.sjoin(points, cells[["cell_code", "geometry"]], predicate="intersects")
    return joined["cell_code"].groupby(level=0).min().reindex(points.index, fill_value="")


@pytest.mark.real
@pytest.mark.parametrize(
    "name",
    [
        "street_lights",
        "street_lights_noncity",
        "hydrants",
        "bike_racks",
        "litter_barrels",
        "park_lights",
        "pedestrian_ramps",
        "traffic_signals",
        "utility_poles",
        "intersections",
    ],
)
def test_points_of_cambridge_have_the_owners_of_a_spatial_join(real_cities, cambridge, name):
    """Row for row, in tracts, in squares and in hexagons."""
    points = gpd.read_parquet(real_cities / "cambridge" / f"{name}.parquet").to_crs(cambridge.crs)
    points = points.reset_index(drop=True)
    for cells in (
        cambridge.assign(cell_code=cambridge["area_code"]),
        areas_to_cells(cambridge, SquareGrid()),
        areas_to_cells(cambridge, H3Grid(10)),
    ):
        placed = geocode(points, cells)
        assert placed["cell_code"].tolist() == owners_by_join(points, cells).tolist()
        assert len(placed) == len(points)


@pytest.mark.real
def test_random_points_of_barcelona_have_the_owners_of_a_spatial_join(barcelona):
    """All over the city, on vertices of cells too, in merged squares of 1,068 sections."""
    cells = areas_to_cells(barcelona, SquareGrid())
    xy = awkward_points(cells.geometry.to_numpy(), np.random.default_rng(5), n=20_000)
    points = gpd.GeoDataFrame(geometry=shapely.points(xy), crs=cells.crs)
    placed = geocode(points, cells)
    assert placed["cell_code"].tolist() == owners_by_join(points, cells).tolist()


@pytest.mark.real
def test_events_of_tainan_have_the_owners_of_a_spatial_join(real_cities):
    """105,339 events, half of them on repeated coordinates, in 12,774 units that overlap a bit."""
    events = pd.read_csv(real_cities / "tainan" / "events_1999.csv.gz")
    units = gpd.read_parquet(real_cities / "tainan" / "base_units.parquet").to_crs(3826)
    units["cell_code"] = [f"{i:05d}" for i in range(len(units))]
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(events["lon"], events["lat"]), crs=4326
    ).to_crs(3826)
    placed = geocode(points, units)
    assert len(placed) == 105_339
    assert placed["cell_code"].tolist() == owners_by_join(points, units).tolist()
    assert (~placed["placed"]).sum() == 22
