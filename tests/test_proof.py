"""prove: what it calls proven or settled is so by plain overlay, and doubt stays near a fault."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cut import RELAXED, SEEDS, random_coverage

from gridgeo._proof import lay_together, prove
from gridgeo.cells import areas_to_cells
from gridgeo.grids import SquareGrid

NOISE = 1e-9
"""Metres, of a coordinate that went through another CRS and back."""

FAULTS = ("drop", "double", "nest", "shift", "hand over", "add a vertex")


def cut(areas, size=40.0, angle=0.0):
    """Cells of areas as arrays: polygons, and the position of the area of each."""
    frame = gpd.GeoDataFrame(
        {"area_code": [f"{i:03d}" for i in range(len(areas))]}, geometry=areas, crs="EPSG:4547"
    )
    cells = areas_to_cells(frame, SquareGrid(cell_size=size, angle=angle))
    return cells.geometry.to_numpy(), cells["area_code"].astype(int).to_numpy()


def with_fault(cells, own, n_areas, kind, at):
    """The cells with one fault of a kind, at a cell."""
    cell = cells[at]
    if kind == "drop":
        return np.delete(cells, at), np.delete(own, at)
    if kind == "hand over":
        return cells, np.where(np.arange(len(own)) == at, (own + 1) % n_areas, own)
    if kind in {"double", "nest"}:
        more = cell if kind == "double" else cell.buffer(-0.3 * np.sqrt(cell.area) / 4)
        return (cells, own) if more.is_empty else (np.append(cells, more), np.append(own, own[at]))
    changed = cells.copy()
    if kind == "shift":
        changed[at] = shapely.transform(cell, lambda xy: xy + np.array([0.5, 0.2]))
    else:
        changed[at] = shapely.segmentize(cell, 17.0)
    return changed, own


def shaken(cell, rng):
    """A cell whose vertices moved, each by its own noise."""
    rings = [shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(cell)]
    shell, *holes = (ring + rng.uniform(-NOISE, NOISE, ring.shape) for ring in rings)
    return shapely.Polygon(shell, holes)


def ground(polygons):
    """Their union."""
    return shapely.union_all(polygons)


@settings(max_examples=60, **RELAXED)
@given(SEEDS, st.integers(3, 12), st.lists(st.sampled_from(FAULTS), max_size=3), st.booleans())
def test_what_is_settled_is_so_by_overlay(seed, count, kinds, turned):
    """Outside the places every area is covered once, by cells that reach nowhere else."""
    rng = np.random.default_rng(seed)
    areas = random_coverage(seed, count, 300.0, on_whole_metres=False)
    cells, own = cut(areas, angle=17.0 if turned else 0.0)
    for kind in kinds:
        cells, own = with_fault(cells, own, len(areas), kind, rng.integers(len(cells)))
    proof = prove(cells, own, areas, 1e-6)
    assert proof.proven.all() or kinds
    assert set(proof.area) == set(np.flatnonzero(~proof.proven))
    for at, area in enumerate(areas):
        boxes = ground(shapely.box(*proof.places[proof.area == at].T))
        mine = cells[own == at]
        assert area.difference(ground(np.append(mine, boxes))).area < 1e-3
        assert ground(mine).difference(ground([area, boxes])).area < 1e-3
        settled = cells[(own == at) & proof.settled]
        others = cells[(own == at) & ~proof.settled]
        once = ground(settled)
        assert once.area == pytest.approx(shapely.area(settled).sum(), abs=1e-3)
        assert once.intersection(ground(others)).area < 1e-3
        assert once.difference(area).area < 1e-3


@settings(max_examples=30, **RELAXED)
@given(SEEDS, st.sampled_from(FAULTS))
def test_doubt_stays_near_its_fault(seed, kind):
    """A fault at one cell leaves all cells settled but those that its outline's box touches."""
    areas = random_coverage(seed, 6, 600.0, on_whole_metres=False)
    cells, own = cut(areas)
    at = np.random.default_rng(seed).integers(len(cells))
    changed, owners = with_fault(cells, own, len(areas), kind, at)
    proof = prove(changed, owners, areas, 1e-6)
    reach = shapely.box(*shapely.bounds(cells[at])).buffer(1.0)
    assert shapely.intersects(shapely.envelope(changed[~proof.settled]), reach).all()
    assert (~proof.proven).sum() <= 2


def test_points_that_differ_by_rounding_are_the_same_within_the_tolerance():
    """Vertices moved by a nanometre prove nothing bit by bit, and all within a micrometre."""
    areas = random_coverage(5, 12, 900.0, on_whole_metres=False)
    cells, own = cut(areas)
    rng = np.random.default_rng(1)
    moved = np.array([shaken(cell, rng) for cell in cells])
    assert not prove(moved, own, areas, 0.0).proven.any()
    assert prove(moved, own, areas, 1e-6).proven.all()
    assert not prove(moved, own, areas, NOISE / 10).proven.any()


def test_a_shift_beyond_the_tolerance_is_no_rounding():
    """A cell that stands a micrometre and a half aside is in doubt."""
    areas = np.array([shapely.box(0, 0, 300, 300)])
    cells, own = cut(areas, size=100.0)
    cells[4] = shapely.transform(cells[4], lambda xy: xy + np.array([1.5e-6, 0]))
    assert prove(cells, own, areas, 2e-6).proven.all()
    proof = prove(cells, own, areas, 1e-6)
    assert not proof.proven.any()
    assert not proof.settled[4]


def test_two_outlines_do_not_share_one_edge():
    """A cell's edge that would serve two edges of an outline serves neither."""
    spike = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
    proof = prove(np.array([spike, spike]), np.array([0, 0]), np.array([spike]), 1e-6)
    assert not proof.proven.any()
    assert not proof.settled.any()


def test_no_cells_at_all_leave_every_area_open():
    """An area that nothing claims is one place, its own box."""
    area = shapely.box(0, 0, 10, 20)
    proof = prove(np.empty(0, dtype=object), np.empty(0, dtype=np.int64), np.array([area]), 0.0)
    assert not proof.proven.any()
    assert proof.places.tolist() == [[0, 0, 10, 20]]


@settings(max_examples=60, **RELAXED)
@given(SEEDS, st.integers(3, 14), st.lists(st.sampled_from(FAULTS), max_size=2))
def test_polygons_laid_together_are_their_union(seed, count, kinds):
    """Where the ground is told it is the union, and what is not doubtful touches others only."""
    rng = np.random.default_rng(seed)
    cells, own = cut(random_coverage(seed, count, 300.0, on_whole_metres=False))
    for kind in kinds:
        cells, own = with_fault(cells, own, count, kind, rng.integers(len(cells)))
    laid = lay_together(cells)
    if laid.ground is not None:
        whole = ground(cells)
        assert ground(laid.ground).symmetric_difference(whole).area < 1e-6
        assert whole.area == pytest.approx(shapely.area(cells).sum(), abs=1e-6)
    sound = np.flatnonzero(~laid.doubtful)
    one, other = shapely.STRtree(cells).query(cells[sound], predicate="intersects")
    apart = sound[one] != other
    shared = shapely.intersection(cells[sound[one[apart]]], cells[other[apart]])
    assert shapely.area(shared).sum() < 1e-6
