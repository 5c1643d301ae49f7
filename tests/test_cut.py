"""Cutting by squares: answers by hand, an independent oracle, and awkward borders."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridgeo._pieces import square_pieces

TINY = 1e-9
"""m2: pieces below this are rounding, in the oracle as well as in ours."""


def pieces_by_overlay(polygons, size):
    """The slow oracle: every polygon against every box around it, with GEOS."""
    rows = []
    for position, polygon in enumerate(polygons):
        west, south, east, north = np.floor(np.array(polygon.bounds) / size).astype(int)
        column, row = np.meshgrid(
            np.arange(west - 1, east + 2), np.arange(south - 1, north + 2), indexing="ij"
        )
        column, row = column.ravel(), row.ravel()
        boxes = shapely.box(column * size, row * size, (column + 1) * size, (row + 1) * size)
        for c, r, piece in zip(column, row, shapely.intersection(polygon, boxes), strict=True):
            flat = shapely.get_parts(shapely.get_parts(piece))
            rows += [(position, c, r, part.area) for part in flat if part.area > TINY]
    return table(*zip(*rows, strict=True))


def table(area, column, row, m2):
    """Pieces in an order of their own."""
    frame = pd.DataFrame({"area": area, "column": column, "row": row, "m2": m2})
    return frame.sort_values(["area", "column", "row", "m2"], ignore_index=True)


def assert_same_as_overlay(polygons, size):
    """Hold a cut against the oracle, piece by piece."""
    found = square_pieces(polygons, size, min_share=0)
    column, row = found.address["column"], found.address["row"]
    m2 = shapely.area(found.geometry)
    real = m2 > TINY
    ours = table(found.area[real], column[real], row[real], m2[real])
    oracle = pieces_by_overlay(polygons, size)
    pd.testing.assert_frame_equal(ours, oracle, check_dtype=False, rtol=1e-9, atol=1e-7)
    assert shapely.is_valid(found.geometry).all()
    total = np.bincount(found.area, weights=m2, minlength=len(polygons))
    np.testing.assert_allclose(total, shapely.area(polygons), rtol=1e-10, atol=1e-9)
    if shapely.coverage_is_valid(polygons):
        assert shapely.coverage_is_valid(found.geometry)
    return found


def polygons(*texts):
    """Polygons from WKT."""
    return shapely.from_wkt(np.array(texts, dtype=object))


AWKWARD = {
    "a square on the lattice": ("POLYGON ((0 0, 30 0, 30 30, 0 30, 0 0))",),
    "a square one cell wide": ("POLYGON ((10 10, 20 10, 20 20, 10 20, 10 10))",),
    "a border along a lattice line": (
        "POLYGON ((3 3, 20 3, 20 27, 3 27, 3 3))",
        "POLYGON ((20 3, 37 3, 37 27, 20 27, 20 3))",
    ),
    "a border through lattice corners": (
        "POLYGON ((0 0, 30 0, 30 30, 0 0))",
        "POLYGON ((0 0, 30 30, 0 30, 0 0))",
    ),
    "a border through corners and beyond": ("POLYGON ((-5 -5, 35 35, 35 -5, -5 -5))",),
    "a vertex on a lattice line": ("POLYGON ((3 3, 20 15, 33 3, 33 27, 3 27, 3 3))",),
    "a tip that touches a line from inside a cell": ("POLYGON ((2 2, 10 5, 2 8, 2 2))",),
    "a notch that touches a line": ("POLYGON ((2 2, 18 2, 10 5, 18 8, 2 8, 2 2))",),
    "a hole in one cell": (
        "POLYGON ((1 1, 29 1, 29 29, 1 29, 1 1), (12 12, 12 18, 18 18, 18 12, 12 12))",
    ),
    "a hole over four cells": (
        "POLYGON ((1 1, 29 1, 29 29, 1 29, 1 1), (8 8, 8 12, 12 12, 12 8, 8 8))",
    ),
    "a hole that touches the shell in a vertex": (
        "POLYGON ((1 1, 29 1, 29 29, 1 29, 1 15, 1 1), (1 15, 14 18, 14 12, 1 15))",
    ),
    "a hole that touches the shell between vertices": (
        "POLYGON ((1 1, 29 1, 29 29, 1 29, 1 1), (1 15, 14 18, 14 12, 1 15))",
    ),
    "two holes that meet": (
        (
            "POLYGON ((1 1, 29 1, 29 29, 1 29, 1 1), (5 5, 15 15, 15 5, 5 5), "
            "(15 15, 25 25, 15 25, 15 15))"
        ),
    ),
    "parts that touch in a point": (
        "MULTIPOLYGON (((1 1, 15 1, 15 15, 1 1)), ((15 15, 29 15, 29 29, 15 15)))",
    ),
    "an island in a lake": (
        (
            "MULTIPOLYGON (((1 1, 39 1, 39 39, 1 39, 1 1), (5 5, 5 35, 35 35, 35 5, 5 5)), "
            "((11 11, 29 11, 29 29, 11 29, 11 11)))"
        ),
    ),
    "smaller than a cell": ("POLYGON ((2 2, 8 3, 5 8, 2 2))",),
    "smaller than a cell, with a hole": (
        "POLYGON ((2 2, 8 2, 8 8, 2 8, 2 2), (4 4, 4 6, 6 6, 6 4, 4 4))",
    ),
    "a needle": ("POLYGON ((-95 3, 95 3.0000001, -95 3.0000002, -95 3))",),
    "repeated points": ("POLYGON ((1 1, 1 1, 25 1, 25 1, 25 25, 25 25, 1 1))",),
    "a comb that crosses one line many times": (
        (
            "POLYGON ((1 1, 49 1, 49 12, 43 12, 43 4, 37 4, 37 12, 31 12, 31 4, 25 4, 25 12, "
            "19 12, 19 4, 13 4, 13 12, 1 12, 1 1))"
        ),
    ),
    "noise of a nanometre at a corner": (
        "POLYGON ((3 3, 9.999999999 10.000000001, 27 4, 27 27, 3 27, 3 3))",
    ),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_borders_give_the_pieces_that_overlay_gives(name):
    """Borders on lattice lines and corners, holes, touches, needles: piece by piece."""
    assert_same_as_overlay(polygons(*AWKWARD[name]), 10.0)


def test_a_square_on_the_lattice_gives_whole_cells_only():
    """A square of 30 m on a 10 m lattice is nine whole cells, by hand."""
    found = square_pieces(polygons(*AWKWARD["a square on the lattice"]), 10.0, min_share=0)
    assert found.whole.all()
    assert sorted(zip(found.address["column"], found.address["row"], strict=True)) == [
        (column, row) for column in range(3) for row in range(3)
    ]


def test_both_neighbours_get_the_same_crossings():
    """The points in which a common border is cut are equal bit for bit on its two sides."""
    found = square_pieces(
        polygons(
            "POLYGON ((1 1, 31.7 1, 17.3 44.1, 1 44, 1 1))",
            "POLYGON ((31.7 1, 49 1, 49 44, 17.3 44.1, 31.7 1))",
        ),
        10.0,
        min_share=0,
    )
    first, second = (
        set(map(tuple, shapely.get_coordinates(found.geometry[found.area == area])))
        for area in (0, 1)
    )
    border = {xy for xy in first if 17.3 <= xy[0] <= 31.7 and 1 < xy[1] < 44 and xy in second}
    assert len(border) >= 5
    assert shapely.coverage_is_valid(found.geometry)


def test_a_vertex_beside_a_line_outlives_a_reprojection():
    """A vertex half a nanometre off a lattice line gives no edge that turns around elsewhere."""
    east, north = 232_300.0, 902_600.0
    tip = (east + 74.91897383562, north + 99.9999999995)
    west = shapely.Polygon(
        [(east, north), (east + 40, north), tip, (east + 90, north + 150), (east, north + 150)]
    )
    other = shapely.Polygon(
        [
            (east + 40, north),
            (east + 160, north),
            (east + 160, north + 150),
            (east + 90, north + 150),
            tip,
        ]
    )
    found = square_pieces(np.array([west, other]), 100.0, min_share=0)
    xy, piece = shapely.get_coordinates(found.geometry, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0).T)[np.diff(piece) == 0]
    assert step.min() > 1e-6
    assert shapely.coverage_is_valid(found.geometry)
    assert shapely.area(found.geometry).sum() == pytest.approx(160 * 150, rel=1e-10)


def test_a_spike_narrower_than_rounding_gives_a_valid_piece():
    """A border that runs out and back on nearly one line is valid, and so are its pieces."""
    out = (132.3569147406791, -29.133250800995455)
    tip = (114.88374203709692, -26.541350472581485)
    back = (115.76505282990765, -26.672080579361268)
    area = shapely.Polygon([(150, -30), out, tip, back, (128.4, 35.1), (220.4, 12.2), (150, -30)])
    assert area.is_valid
    assert_same_as_overlay(np.array([area]), 40.0)


def random_coverage(seed, count, extent, *, on_whole_metres):
    """Areas that tile a town: Voronoi cells joined at random, with a hole where a lake is."""
    rng = np.random.default_rng(seed)
    points = rng.random((count, 2)) * extent
    town = shapely.box(-extent * 0.02, -extent * 0.02, extent * 1.02, extent * 1.02)
    if not on_whole_metres:
        town = shapely.Point(extent / 2, extent / 2).buffer(extent * 0.6)
    around = shapely.box(-extent, -extent, 2 * extent, 2 * extent)
    lots = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=around)
    )
    lake = shapely.Point(*rng.random(2) * extent).buffer(rng.random() * extent * 0.2, quad_segs=3)
    lots = shapely.difference(shapely.intersection(lots, town), lake)
    if on_whole_metres:
        # The second call takes the precision off again: GEOS would round every result to it.
        lots = shapely.set_precision(shapely.set_precision(lots, 1.0), 0.0)
    lots = shapely.get_parts(shapely.get_parts(lots))
    lots = lots[(shapely.get_type_id(lots) == 3) & (shapely.area(lots) > 0)]
    owner = rng.integers(0, max(1, count // 2), len(lots))
    areas = [shapely.union_all(lots[owner == each]) for each in np.unique(owner)]
    return np.array([area for area in areas if area.is_valid], dtype=object)


SEEDS = st.integers(0, 2**31)
coverages = {
    "seed": SEEDS,
    "count": st.integers(3, 24),
    "extent": st.sampled_from([30.0, 300.0, 1_000.0]),
    "size": st.sampled_from([7.3, 10.0, 25.0, 100.0]),
    "on_whole_metres": st.booleans(),
}
RELAXED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@settings(max_examples=40, **RELAXED)
@given(**coverages)
def test_random_coverages_give_the_pieces_that_overlay_gives(
    seed, count, extent, size, on_whole_metres
):
    """Any tiling, in general position or on whole metres, is cut as overlay cuts it."""
    areas = random_coverage(seed, count, extent, on_whole_metres=on_whole_metres)
    assert_same_as_overlay(areas, size)


@pytest.mark.slow
@settings(max_examples=500, **RELAXED)
@given(**coverages)
def test_five_hundred_random_coverages(seed, count, extent, size, on_whole_metres):
    """The same on 500 tilings."""
    areas = random_coverage(seed, count, extent, on_whole_metres=on_whole_metres)
    assert_same_as_overlay(areas, size)
