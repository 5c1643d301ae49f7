"""Areas of any size: thin, wide, in a thousand parts, with noise, in any order."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_bad_areas import (
    GRIDS,
    SAME_METRES,
    assert_cells,
    assert_merged,
    assert_right,
    both_grids,
    placed,
    slack,
)
from test_cells import box, frame
from test_cut import random_coverage

from gridgeo import GeometryError, H3Grid, SquareGrid, TooLargeError, areas_to_cells


@both_grids
@pytest.mark.parametrize("width", [0.1, 1e-3, 1e-5])
def test_a_needle_between_two_areas_is_a_cell(width, grid):
    """A strip 1.9 km long and hardly wide is one cell, and its neighbours still match it."""
    areas = frame(
        [
            box(-950, -130, 950, 30),
            box(-950, 30, 950, 30 + width),
            box(-950, 30 + width, 950, 130),
        ]
    )
    cells = areas_to_cells(areas, grid)
    total = cells.groupby("area_code")["area_m2"].sum()
    np.testing.assert_allclose(
        total, areas.area, rtol=1e-10, atol=SAME_METRES[type(grid)] * areas.length.max()
    )
    assert (cells["area_code"] == "A1").sum() == 1
    assert cells.geometry.is_valid.all()
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())


@pytest.mark.parametrize(
    ("grid", "width"),
    [(GRIDS[0], 1e-7), (GRIDS[0], 1e-8), (GRIDS[1], 1e-7)],
    ids=["squares", "squares below ON_LINE", "h3"],
)
def test_no_area_is_lost_however_thin(grid, width):
    """A hair along a lattice line gets a valid cell with ground, or an error with its row."""
    hair = box(100 - width / 2, 30, 100 + width / 2, 250)
    try:
        cells = areas_to_cells(frame([box(0, 0, 90, 250), hair]), grid)
    except GeometryError as error:
        named = error.rows
    else:
        own = cells[cells["area_code"] == "A1"]
        named = (1,) if len(own) and own.is_valid.all() and own.area.min() > 0 else ()
    assert named == (1,)


def test_a_speck_on_a_lattice_corner_alone_in_its_frame():
    """A nanometre on a lattice corner is a cell or a GeometryError, not numpy's ValueError."""
    speck = box(100 - 1e-9, 100 - 1e-9, 100 + 1e-9, 100 + 1e-9)
    try:
        rows = tuple(areas_to_cells(frame([speck]), GRIDS[0]).index)
    except GeometryError as error:
        rows = error.rows
    assert rows == (0,)


def wide_town():
    """Crooked areas that tile a circle of 1,200 km."""
    town = random_coverage(3, 12, 1_000_000.0, on_whole_metres=False)
    return frame(
        shapely.transform(town, lambda xy: xy + np.array([3_800_000, 2_500_000])), crs="EPSG:3035"
    )


@pytest.mark.parametrize("grid", [SquareGrid(cell_size=50_000), H3Grid(4)], ids=["squares", "h3"])
def test_areas_a_thousand_kilometres_wide(grid):
    """Areas as wide as a country give the pieces that overlay gives, in cells to their scale."""
    assert len(assert_right(wide_town(), grid)) > 400


@both_grids
def test_a_country_in_small_cells_is_refused(grid):
    """1,000 km by 1,000 km in cells of 100 m are refused by the count, with the remedy."""
    areas = frame([box(-500_000, 0, 500_000, 1_000_000)])
    with pytest.raises(TooLargeError, match=r"about (100|66),\d{3},\d{3} cells.*larger cells"):
        areas_to_cells(areas, grid)
    with pytest.raises(TooLargeError, match=r"about (110|73),\d{3},\d{3} cells"):
        areas_to_cells(wide_town(), grid)


def test_a_band_of_a_thousand_kilometres():
    """1,000 km by 200 m, 10 m off the lattice: 10,000 cells of 90 m, 10,000 of 110 m, by hand."""
    cells = areas_to_cells(frame([box(-500_000, 10, 500_000, 210)]), SquareGrid(cell_size=100))
    assert cells["area_m2"].tolist() == [11_000] * 10_000 + [9_000] * 10_000
    assert cells["n_pieces"].tolist() == [2] * 10_000 + [1] * 10_000
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())


@both_grids
def test_parts_a_thousand_kilometres_apart(grid):
    """Two blocks of one area, a country between them, cost no more than two blocks."""
    blocks = [box(-500_000, 0, -499_750, 250), box(499_750, 1_000_000, 500_000, 1_000_250)]
    cells = areas_to_cells(frame([shapely.MultiPolygon(blocks)]), grid)
    alone = pd.concat([areas_to_cells(frame([block]), grid) for block in blocks])
    assert sorted(cells["area_m2"].round(6)) == sorted(alone["area_m2"].round(6))
    assert_merged(cells, frame([shapely.MultiPolygon(blocks)]), grid)


def blocks(count, pitch, width, *, columns, seed=None):
    """Squares in rows; with a seed, strewn over nine times the ground."""
    place = np.arange(count)
    if seed is not None:
        place = np.random.default_rng(seed).permutation(9 * count)[:count]
    west, south = pitch * (place % columns), pitch * (place // columns)
    return shapely.MultiPolygon(
        [box(w, s, w + width, s + width) for w, s in zip(west, south, strict=True)]
    )


@both_grids
@pytest.mark.parametrize(
    ("pitch", "width", "columns", "seed"),
    [
        (30, 20, 96, 1),
        (130, 110, 32, None),
        pytest.param(330, 220, 32, None, marks=pytest.mark.slow),
    ],
    ids=["smaller than a cell", "over two cells", "over several cells"],
)
def test_a_thousand_parts(grid, pitch, width, columns, seed):
    """1,000 parts give what overlay gives, and merged no cell too small, every part in one."""
    areas = frame([blocks(1_000, pitch, width, columns=columns, seed=seed)])
    cells = assert_right(areas, grid)
    assert cells["n_pieces"].sum() == len(areas_to_cells(areas, grid, min_share=0))


@both_grids
def test_a_thousand_parts_that_touch_in_points(grid):
    """The dark squares of a board, on lattice lines, meet in 900 corners and stay apart."""
    dark = [box(100 * i, 100 * j, 100 * i + 100, 100 * j + 100)
            for i in range(45) for j in range(45) if (i + j) % 2]  # fmt: skip
    cells = assert_right(frame([shapely.MultiPolygon(dark)]), grid)
    if isinstance(grid, SquareGrid):
        assert cells["kind"].tolist() == ["whole"] * len(dark)


def test_equal_islets_in_rows_gather_into_cells_of_some_size():
    """Islets of one size at one distance gather to cells no larger than two whole ones."""
    cells = areas_to_cells(frame([blocks(225, 30, 20, columns=15)]))
    assert cells["area_m2"].max() <= 20_000


@both_grids
@pytest.mark.parametrize("shared", [True, False], ids=["of the layer", "of each area"])
def test_noise_of_a_nanometre(grid, shared):
    """Noise is cut as it lies, and moves no more ground than noise.

    Where it differs from area to area, the areas themselves do not match, so their cells cannot;
    what holds is every area's own.
    """
    rng = np.random.default_rng(5)

    def shaken(xy):
        points, position = np.unique(xy, axis=0, return_inverse=True)
        return (points + rng.uniform(-1e-9, 1e-9, points.shape))[position]

    clean = placed(random_coverage(7, 40, 1_000.0, on_whole_metres=True))
    noisy = shapely.transform(clean, shaken) if shared else np.array(
        [shapely.transform(area, shaken) for area in clean]
    )  # fmt: skip
    assert shapely.coverage_is_valid(noisy) == shared
    cells = assert_right(frame(noisy), grid, tiling=shared)
    address = ["area_code", *cells.columns.intersection(["column", "row", "h3"])]
    ground, expected = (
        areas_to_cells(frame(areas), grid, min_share=0).groupby(address)["area_m2"].sum()
        for areas in (noisy, clean)
    )
    moved = ground.sub(expected, fill_value=0).abs()
    assert moved.max() < 10 * slack(grid)
    ours, town = (shapely.union_all(each) for each in (cells.geometry.to_numpy(), clean))
    assert (
        shapely.area(shapely.symmetric_difference(ours, town)) < 1e-8 * shapely.length(clean).sum()
    )


@pytest.mark.parametrize("grid", [SquareGrid(cell_size=30), H3Grid(12)], ids=["squares", "h3"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**31), on_whole_metres=st.booleans())
def test_what_was_promised_of_random_coverages(grid, seed, on_whole_metres):
    """No cell too small or in two areas; the same cells in any order of areas, and alone."""
    areas = frame(placed(random_coverage(seed, 12, 300.0, on_whole_metres=on_whole_metres)))
    cells = areas_to_cells(areas, grid)
    assert_cells(cells, areas, grid, tiling=shapely.coverage_is_valid(areas.geometry.to_numpy()))
    assert_merged(cells, areas, grid)
    alone = pd.concat([areas_to_cells(areas.iloc[[i]], grid) for i in range(len(areas))])
    for others in (areas_to_cells(areas.sample(frac=1, random_state=seed), grid), alone):
        assert sorted(others["cell_code"]) == sorted(cells["cell_code"])
        theirs = others.set_index("cell_code").geometry.loc[cells["cell_code"]].normalize()
        ours = cells.geometry.normalize().to_numpy()
        assert shapely.equals_identical(ours, theirs.to_numpy()).all()
