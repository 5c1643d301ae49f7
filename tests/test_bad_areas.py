"""Areas as they come, through the door: right cells, or an error that names the rows.

What `test_cells` shows already is not shown again: one bow-tie, one null row, one area over a
lattice corner, islets of one area. Thin, wide and many-parted areas and noise are in
`test_bad_areas_sizes`, degrees, feet and swapped axes in `test_bad_areas_crs`.
"""

import re

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import pytest
import shapely
from test_cells import E0, N0, box, frame
from test_cut import AWKWARD

from gridgeo import GeometryError, H3Grid, SquareGrid, areas_to_cells

SAME_METRES = {SquareGrid: 1e-9, H3Grid: 1e-6}
"""By how much a border may miss the oracle's: vertices that near a corner of the grid are moved."""

GRIDS = [SquareGrid(cell_size=100), H3Grid(10)]
both_grids = pytest.mark.parametrize("grid", GRIDS, ids=["squares", "h3"])


def placed(geometry):
    """The same geometries beside a lattice corner, far from the origin of the CRS."""
    return shapely.transform(geometry, lambda xy: xy + np.array([E0, N0]))


def read(text):
    """A geometry from WKT, in metres from a lattice corner."""
    return placed(shapely.from_wkt(text))


def slack(grid):
    """M2 that one piece may differ from the oracle's: the rounding along its outline."""
    side = grid.size if isinstance(grid, SquareGrid) else h3_side(grid.resolution)
    return SAME_METRES[type(grid)] * 10 * side


def h3_side(resolution):
    """Side of the square as large as an H3 cell, metres."""
    return h3.average_hexagon_area(resolution, unit="m^2") ** 0.5


def hexagons(names, crs):
    """Outlines of H3 cells, by h3 and geopandas alone."""
    outlines = [[(lon, lat) for lat, lon in h3.cell_to_boundary(name)] for name in names]
    return gpd.GeoSeries(map(shapely.Polygon, outlines), crs=4326).to_crs(crs).to_numpy()


def overlaid(areas, grid):
    """Pieces of boxes and areas, by geopandas."""
    west, south, east, north = np.floor(areas.total_bounds / grid.size)
    column, row = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    column, row = column.ravel().astype(int), row.ravel().astype(int)
    sides = (each * grid.size for each in (column, row, column + 1, row + 1))
    boxes = gpd.GeoDataFrame(
        {"column": column, "row": row}, geometry=shapely.box(*sides), crs=areas.crs
    )
    return gpd.overlay(areas[["area_code", "geometry"]], boxes, keep_geom_type=True)


def h3_overlaid(areas, pieces):
    """Pieces of H3 cells and areas, by shapely; that none is missing, the sums have to tell."""
    pairs = pieces[["area_code", "h3"]].drop_duplicates().reset_index(drop=True)
    own = areas.set_index("area_code").geometry.loc[pairs["area_code"]].to_numpy()
    geometry = shapely.intersection(own, hexagons(pairs["h3"], areas.crs))
    return gpd.GeoDataFrame(pd.DataFrame(pairs), geometry=geometry, crs=areas.crs)


def assert_pieces(pieces, areas, grid):
    """Hold unmerged cells against overlay, piece by piece."""
    squares = isinstance(grid, SquareGrid)
    oracle = (overlaid(areas, grid) if squares else h3_overlaid(areas, pieces)).explode()
    oracle["area_m2"] = oracle.area
    order = ["area_code", *(("column", "row") if squares else ("h3",)), "area_m2"]
    ours, theirs = (
        pd.DataFrame(each.loc[each["area_m2"] > slack(grid), order])
        .astype({"area_code": str})
        .sort_values(order, ignore_index=True)
        for each in (pieces, oracle)
    )
    pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, rtol=1e-9, atol=slack(grid))


def assert_cells(cells, areas, grid, *, tiling):
    """Cells sum up to their areas, lie inside them, and match edge by edge in any CRS."""
    total = cells.groupby("area_code")["area_m2"].sum().reindex(areas["area_code"])
    # Half a nanometre is the last digit of a northing: 1e-8 m2 around 20 m of outline.
    np.testing.assert_allclose(total, areas.area, rtol=1e-10, atol=1e-8)
    assert cells.geometry.is_valid.all()
    own = areas.set_index("area_code").geometry.loc[cells["area_code"]].to_numpy()
    inside = shapely.area(shapely.intersection(cells.geometry.to_numpy(), own))
    np.testing.assert_allclose(inside, cells["area_m2"], rtol=1e-9, atol=slack(grid))
    for crs in (cells.crs, "EPSG:4326", "EPSG:3857") if tiling else ():
        assert shapely.coverage_is_valid(cells.to_crs(crs).geometry.to_numpy())


def assert_merged(cells, areas, grid):
    """No cell is under half a grid cell but the only one of its area; none falls into parts."""
    squares = isinstance(grid, SquareGrid)
    full = grid.area if squares else shapely.area(hexagons(cells["h3"], cells.crs))
    alone = cells["area_code"].map(cells["area_code"].value_counts()) == 1
    assert (alone | (cells["area_m2"] >= full / 2 * (1 - 1e-9))).all()
    several = cells[cells.geom_type == "MultiPolygon"].geometry.explode()
    own = areas.geometry.explode().to_numpy()
    part, other = shapely.STRtree(own).query(several.representative_point(), "within")
    detached = np.zeros(len(several), dtype=bool)
    detached[part] = np.isclose(several.area.to_numpy()[part], shapely.area(own[other]), rtol=1e-6)
    # Detached parts have joined something: one part of a cell at most is no detached one.
    assert (pd.Series(~detached, several.index).groupby(level=0).sum() <= 1).all()


def assert_right(areas, grid, *, tiling=True):
    """Hold areas, cut and merged, against overlay and against what was promised of cells."""
    pieces, cells = areas_to_cells(areas, grid, min_share=0), areas_to_cells(areas, grid)
    moved = areas.to_crs(cells.crs)
    assert_pieces(pieces, moved, grid)
    assert_cells(pieces, moved, grid, tiling=tiling)
    assert_cells(cells, moved, grid, tiling=tiling)
    assert_merged(cells, moved, grid)
    return cells


@both_grids
@pytest.mark.parametrize("name", [name for name in AWKWARD if name != "a needle"])
def test_awkward_areas_give_right_cells(name, grid):
    """Borders on lines and corners, holes and parts that touch, repeated points: as overlay."""
    areas = shapely.from_wkt(np.array(AWKWARD[name], dtype=object))
    assert_right(frame(placed(shapely.transform(areas, lambda xy: xy * 10))), grid)


MORE = {
    "a point repeated in shell and hole": (
        "POLYGON ((5 5, 5 5, 5 5, 310 5, 310 310, 5 310, 5 310, 5 5), "
        "(120 120, 120 120, 180 120, 180 180, 180 180, 120 180, 120 120))"
    ),
    "a point repeated but for a nanometre": (
        "POLYGON ((3 3, 3.000000001 3, 310 0, 310 310, 310 310.000000001, 0 310, 3 3))"
    ),
    "a hole that touches a lattice line": (
        "POLYGON ((5 5, 295 5, 295 295, 5 295, 5 5), (110 110, 200 150, 110 190, 110 110))"
    ),
    "a hole that touches the shell on a lattice corner": (
        "POLYGON ((0 0, 300 0, 300 300, 0 300, 0 100, 0 0), (0 100, 140 180, 140 120, 0 100))"
    ),
    "holes in a ring, each touching the next": (
        "POLYGON ((5 5, 295 5, 295 295, 5 295, 5 5), (150 50, 200 100, 150 100, 150 50), "
        "(200 100, 250 150, 200 150, 200 100), (250 150, 150 250, 200 175, 250 150))"
    ),
    "an empty part": "MULTIPOLYGON (((0 0, 250 0, 250 250, 0 250, 0 0)), EMPTY)",
    "parts that touch on a lattice corner": (
        "MULTIPOLYGON (((0 0, 100 0, 100 100, 0 100, 0 0)), "
        "((100 100, 200 100, 200 200, 100 200, 100 100)))"
    ),
}


@both_grids
@pytest.mark.parametrize("name", MORE)
def test_more_awkward_areas_give_right_cells(name, grid):
    """Nearly repeated points, touches on lattice corners, and empty parts beside real ones."""
    assert_right(frame([read(MORE[name])]), grid)


def test_areas_drawn_along_h3_cells_are_those_cells():
    """Areas whose borders are those of H3 cells are whole cells, alone and united."""
    names = sorted(h3.grid_disk(h3.latlng_to_cell(36.13, 117, 10), 2))
    drawn = hexagons(names, "EPSG:4548")
    for areas in (frame(drawn), frame([shapely.union_all(drawn)])):
        cells = assert_right(areas, H3Grid(10))
        assert sorted(cells["h3"]) == names
        assert set(cells["kind"]) == {"whole"}


def test_h3_cells_cut_by_their_parent_are_valid():
    """The outline of an H3 cell runs along corners of its children: no piece is invalid."""
    parent = hexagons([h3.latlng_to_cell(36.13, 117, 10)], "EPSG:4548")
    pieces = areas_to_cells(frame(parent), H3Grid(11), min_share=0)
    assert pieces.geometry.is_valid.all()
    assert (pieces["area_m2"] > 0).all()


@pytest.mark.parametrize("radius", [30, 50])
def test_a_lake_inside_one_h3_cell(radius):
    """An area around a lake that one H3 cell holds is cut as overlay cuts it."""
    (cell,) = hexagons([h3.latlng_to_cell(36.13, 117, 10)], "EPSG:4548")
    middle = cell.centroid
    assert_right(frame([middle.buffer(400).difference(middle.buffer(radius))]), H3Grid(10))


INVALID = {
    "a bow-tie": "POLYGON ((0 0, 90 90, 90 0, 0 90, 0 0))",
    "a spike outward": ("POLYGON ((0 0, 300 0, 300 150, 450 150, 300 150, 300 300, 0 300, 0 0))"),
    "a spike inward": ("POLYGON ((0 0, 300 0, 300 150, 150 150, 300 150, 300 300, 0 300, 0 0))"),
    "a hole along the shell": (
        "POLYGON ((10 10, 290 10, 290 290, 10 290, 10 10), (10 150, 10 180, 140 120, 10 150))"
    ),
    "nothing but a line": "POLYGON ((0 0, 300 0, 100 0, 0 0))",
    "parts that overlap": (
        "MULTIPOLYGON (((0 0, 90 0, 90 90, 0 90, 0 0)), ((50 0, 150 0, 150 90, 50 90, 50 0)))"
    ),
}


@both_grids
@pytest.mark.parametrize("name", INVALID)
def test_broken_rings_are_refused(name, grid):
    """Rings that cross themselves and spikes without area are refused, by the row's own label."""
    areas = frame([box(500, 0, 900, 90), read(INVALID[name])]).set_axis(["good", "bad"])
    with pytest.raises(GeometryError, match=r"invalid polygons \(.*[Ss]elf.*\(row bad\)") as caught:
        areas_to_cells(areas, grid)
    assert caught.value.rows == ("bad",)


@pytest.mark.parametrize(
    "name", ["a bow-tie", "a spike outward", "a spike inward", "a hole along the shell"]
)
def test_the_remedy_of_the_message_mends(name):
    """What the error tells users to do, word for word, gives areas that can be cut."""
    areas = frame([read(INVALID[name])])
    remedy = "make_valid(method='structure', keep_collapsed=False)"
    with pytest.raises(GeometryError, match=re.escape(remedy)):
        areas_to_cells(areas)
    mended = areas.geometry.make_valid(method="structure", keep_collapsed=False)
    assert_right(areas.set_geometry(mended), SquareGrid(cell_size=100))


def test_rows_without_ground_are_all_named():
    """Null, POLYGON EMPTY and parts that are all empty: one error with every label."""
    texts = ["POLYGON EMPTY", "MULTIPOLYGON EMPTY", "MULTIPOLYGON (EMPTY, EMPTY)"]
    areas = frame([box(0, 0, 90, 90), None, *shapely.from_wkt(texts)]).set_axis(list("abcde"))
    message = r"without a geometry.*\(row b\); rows with an empty geometry.*\(rows c, d, e\)"
    with pytest.raises(GeometryError, match=message) as caught:
        areas_to_cells(areas)
    assert caught.value.rows == ("b", "c", "d", "e")
