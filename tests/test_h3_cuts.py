"""Cutting by H3 cells: held against the h3 library's own cells and plain intersection."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from h3.api import basic_str as h3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_cut import random_coverage

from gridgeo._h3 import mean_cell_m2
from gridgeo.cells import areas_to_cells
from gridgeo.crs import Projection
from gridgeo.datasets import read_sample
from gridgeo.errors import GeometryError
from gridgeo.grids import H3Grid

LARGEST_NOISE = 1e-4
"""m2: pieces below this are rounding; a border of 100 m that is a micrometre off leaves that."""

BEIJING = (39.9, 116.4)


def frame(geometry, crs="EPSG:4548"):
    """Areas with these geometries."""
    codes = [f"A{number:03d}" for number in range(len(geometry))]
    return gpd.GeoDataFrame({"area_code": codes}, geometry=list(geometry), crs=crs)


def outlines(names, crs):
    """Outlines of H3 cells as the h3 library gives them, on the plane."""
    lonlat = [shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(n)]) for n in names]
    return gpd.GeoSeries(lonlat, crs="EPSG:4326").to_crs(crs).to_numpy()


def overlaid(areas, resolution):
    """The slow oracle: every area against every H3 cell near it, with GEOS."""
    lonlat = areas.geometry.buffer(2 * np.sqrt(mean_cell_m2(resolution))).to_crs("EPSG:4326")
    rows = []
    for code, area, reach in zip(areas["area_code"], areas.geometry, lonlat, strict=True):
        names = sorted(h3.geo_to_cells(reach, resolution))
        pieces = shapely.intersection(area, outlines(names, areas.crs))
        for name, piece in zip(names, pieces, strict=True):
            parts = shapely.get_parts(shapely.get_parts(piece))
            rows += [(code, name, part.area) for part in parts if part.area > LARGEST_NOISE]
    return table(pd.DataFrame(rows, columns=["area_code", "h3", "area_m2"]))


def table(pieces):
    """Pieces in an order of their own, without those that are rounding."""
    pieces = pieces[["area_code", "h3", "area_m2"]]
    real = pieces[pieces["area_m2"] > LARGEST_NOISE]
    return pd.DataFrame(real.sort_values([*pieces], ignore_index=True))


def assert_same_as_overlay(areas, resolution):
    """Hold a cut against the oracle, piece by piece, and against the areas."""
    cells = areas_to_cells(areas, H3Grid(resolution), min_share=0)
    pd.testing.assert_frame_equal(
        table(cells), overlaid(areas, resolution), check_dtype=False, rtol=1e-9, atol=LARGEST_NOISE
    )
    assert cells.geometry.is_valid.all()
    total = cells.groupby("area_code")["area_m2"].sum().reindex(areas["area_code"])
    np.testing.assert_allclose(total, areas.area, rtol=1e-10, atol=1e-6)
    if shapely.coverage_is_valid(areas.geometry.to_numpy()):
        for crs in (cells.crs, "EPSG:4326", "EPSG:3857"):
            assert shapely.coverage_is_valid(cells.to_crs(crs).geometry.to_numpy())
    return cells


def around(cell, k):
    """An H3 cell and its neighbours, up to ``k`` steps away."""
    return sorted(h3.grid_disk(cell, k))


def placed(polygons, crs="EPSG:4548", at=BEIJING):
    """Polygons in metres around a point of the plane."""
    centre = Projection(gpd.GeoSeries(crs=crs).crs).to_plane(np.array([at[::-1]]))
    return shapely.transform(np.asarray(polygons, dtype=object), lambda xy: xy + centre)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**31),
    count=st.integers(3, 24),
    extent=st.sampled_from([100.0, 1_000.0, 3_000.0]),
    resolution=st.sampled_from([8, 9, 10, 11]),
    on_whole_metres=st.booleans(),
)
def test_random_coverages_give_the_pieces_that_overlay_gives(
    seed, count, extent, resolution, on_whole_metres
):
    """Any tiling is cut as the h3 library and GEOS would cut it."""
    areas = random_coverage(seed, count, extent, on_whole_metres=on_whole_metres)
    assert_same_as_overlay(frame(placed(areas)), resolution)


@pytest.mark.parametrize("resolution", [9, 10])
def test_areas_made_of_h3_cells_are_cut_into_those_cells(resolution):
    """Borders that run along H3 cells, as close as projecting allows, leave no slivers."""
    names = around(h3.latlng_to_cell(*BEIJING, resolution), 6)
    cells = outlines(names, "EPSG:4548")
    owner = np.arange(len(names)) % 7 // 3
    areas = frame([shapely.union_all(cells[owner == each]) for each in range(3)])
    found = assert_same_as_overlay(areas, resolution)
    assert sorted(found["h3"]) == names
    assert set(found["kind"]) == {"whole"}


def test_borders_along_cells_of_an_earlier_cut_leave_no_slivers():
    """Areas that were made of H3 pieces give these pieces again, however they are joined."""
    town = frame(placed(random_coverage(5, 20, 1_500.0, on_whole_metres=False)))
    pieces = areas_to_cells(town, H3Grid(10), min_share=0)
    owner = np.random.default_rng(1).integers(0, 4, len(pieces))
    joined = [shapely.union_all(pieces.geometry[owner == each]) for each in range(4)]
    again = assert_same_as_overlay(frame(joined), 10)
    assert again["area_m2"].min() > LARGEST_NOISE
    assert again["area_m2"].sum() == pytest.approx(town.area.sum(), rel=1e-10)


def with_surroundings(area):
    """An area and the rest of a square around it, with the same vertices between them."""
    west, south, east, north = area.buffer(area.length / 4).bounds
    return [area, shapely.difference(shapely.box(west, south, east, north), area)]


def test_a_vertex_on_a_border_and_an_edge_through_a_corner_are_cut_right():
    """A tip that touches a border, a border through corners, an edge along two borders."""
    name = h3.latlng_to_cell(*BEIJING, 9)
    corners = shapely.get_coordinates(outlines([name], "EPSG:4548")[0])[:-1]
    centre = corners.mean(axis=0)
    tip = (corners[0] + corners[1]) / 2
    tips = [
        [centre, corners[3], tip],
        [2 * corners[0] - centre, 2 * corners[3] - centre, 3 * centre - 2 * tip],
        [corners[4], corners[5], corners[0], centre],
        [(centre + corners[2]) / 2, (centre + corners[5]) / 2, tip],
        [2 * tip - centre + (corners[0] - corners[1]) / 4, 2 * tip - centre, tip],
    ]
    for points in tips:
        assert_same_as_overlay(frame(with_surroundings(shapely.Polygon(points))), 9)


PENTAGON = h3.latlng_to_cell(64.7, 10.536, 5)
WOVEN = {
    "a hexagon": h3.latlng_to_cell(*BEIJING, 5),
    "a pentagon": PENTAGON,
    "beside a pentagon": around(PENTAGON, 1)[-1],
}


@pytest.mark.parametrize("name", WOVEN)
def test_an_outline_that_weaves_about_the_border_of_a_cell_is_cut_right(name):
    """Vertices a decimetre off a border 10 km long, which is curved where they are not."""
    crs = 32648 if name == "a hexagon" else 32632
    corners = shapely.get_coordinates(outlines([WOVEN[name]], crs)[0])
    span = np.diff(corners, axis=0)
    aside = np.column_stack([-span[:, 1], span[:, 0]]) / np.hypot(*span.T)[:, None]
    share = np.linspace(0.05, 0.95, 19)[:, None]
    offset = np.where(np.arange(19) % 2, 0.1, -0.1)[:, None]
    sides = zip(corners[:-1], span, aside, strict=True)
    points = [start + share * along + offset * across for start, along, across in sides]
    areas = with_surroundings(shapely.Polygon(np.concatenate(points)))
    assert_same_as_overlay(frame(areas, crs), 5)


@pytest.mark.parametrize("resolution", [7, 8, 9])
def test_towns_about_a_pentagon_are_cut_right(resolution):
    """Where cells have five sides, or borders that bend over an edge of the icosahedron."""
    where = h3.cell_to_latlng(next(p for p in h3.get_pentagons(resolution) if is_near_norway(p)))
    scale = 3 * np.sqrt(mean_cell_m2(resolution))
    town = random_coverage(11, 12, 1.0, on_whole_metres=False)
    stretched = shapely.transform(town, lambda xy: (xy - 0.5) * scale)
    assert_same_as_overlay(frame(placed(stretched, 32632, where), 32632), resolution)


def past_a_tip(names, crs):
    """An area whose straight side passes the deepest tip that cells push into one of these."""
    cells = [shapely.get_coordinates(cell)[:-1] for cell in outlines(names, crs)]
    corners = np.concatenate(cells)
    before = np.concatenate([np.roll(cell, 1, axis=0) for cell in cells])
    after = np.concatenate([np.roll(cell, -1, axis=0) for cell in cells])
    span = after - before
    inwards = np.column_stack([-span[:, 1], span[:, 0]]) / np.hypot(*span.T)[:, None]
    depths = ((corners - before) * inwards).sum(axis=1)
    tip = depths.argmax()
    span, inward, depth = span[tip], inwards[tip], depths[tip]
    length = np.hypot(*span)
    assert depth > 0
    first, last = (before[tip] + corners[tip]) / 2, (corners[tip] + after[tip]) / 2
    first, last = first + 0.2 * depth * inward, last + 0.2 * depth * inward
    aside = inward * length / 2
    return shapely.Polygon([first, last, last + aside + span / 10, first + aside - span / 10])


@pytest.mark.parametrize("resolution", [3, 5, 7, 9, 11, 13])
def test_a_straight_side_may_leave_a_bent_cell_and_enter_it_again(resolution):
    """Both ends of the side are in one cell, the middle is in a neighbour."""
    pentagon = next(p for p in h3.get_pentagons(resolution) if is_near_norway(p))
    bent = [name for name in around(pentagon, 2) if len(h3.cell_to_boundary(name)) > 6]
    area = past_a_tip(bent, 32632)
    surroundings = with_surroundings(area)
    assert_same_as_overlay(frame([shapely.reverse(area)], 32632), resolution)
    if resolution < 13:  # beyond, pieces are as small as what the oracle leaves out
        assert_same_as_overlay(frame(surroundings, 32632), resolution)


OFF_THE_PLANE = {
    "at the seam of a world CRS": (6933, (17_316_530, -2_000_000), H3Grid(6)),
    "over the whole width of a world CRS": (6933, (-17_300_000, 0), H3Grid(1)),
    "beyond the seam": (32650, (50_000_000, 4_000_000), H3Grid(9)),
    "beyond the edge of the disc": ("+proj=ortho +lat_0=40 +lon_0=116", (7e6, 0), H3Grid(9)),
    "in a CRS without an inverse": ("+proj=airy +lat_b=90", (100_000, 100_000), H3Grid(9)),
}


@pytest.mark.parametrize("name", OFF_THE_PLANE)
def test_what_the_plane_does_not_hold_is_refused_by_row(name):
    """Where H3 cells cannot be drawn the row at fault is named, and no work goes on for ever."""
    crs, corner, grid = OFF_THE_PLANE[name]
    size = 50_999 if "seam" in name else 1_000
    reach = 34_600_000 if "whole width" in name else size
    east, north = corner
    areas = frame([shapely.box(east, north, east + reach, north + size)], crs).set_axis(["far"])
    for min_share in (0, 0.5):
        with pytest.raises(GeometryError, match=r"leave out in part.*\(row far\)") as caught:
            areas_to_cells(areas, grid, min_share=min_share)
        assert caught.value.rows == ("far",)


def is_near_norway(pentagon):
    """The one pentagon that lies partly on land, at 64.7 north, 10.5 east."""
    lat, lon = h3.cell_to_latlng(pentagon)
    return 60 < lat < 70 and 5 < lon < 15


@pytest.fixture(scope="module")
def communities():
    """The sample city."""
    return read_sample("communities")


@pytest.mark.parametrize("min_share", [0, 0.5])
def test_areas_cut_alone_have_the_cells_they_have_among_others(communities, min_share):
    """Every third area, cut apart from the others, has the same cells to the last bit."""
    some = communities.iloc[::3]
    together = areas_to_cells(communities, H3Grid(10), min_share=min_share)
    alone = areas_to_cells(some, H3Grid(10), min_share=min_share)
    expected = together[together["area_code"].isin(some["area_code"])]
    assert expected["cell_code"].tolist() == alone["cell_code"].tolist()
    assert shapely.equals_identical(expected.geometry.to_numpy(), alone.geometry.to_numpy()).all()


@pytest.mark.real
@pytest.mark.parametrize("layer", ["barcelona/census_sections", "cambridge/adj_blocks2020"])
def test_real_areas_give_the_pieces_that_overlay_gives(real_cities, layer):
    """Two real cities at resolution 10, piece by piece."""
    areas = gpd.read_parquet(real_cities / f"{layer}.parquet")
    metric = areas.to_crs(areas.estimate_utm_crs())
    assert_same_as_overlay(frame(metric.geometry, metric.crs), 10)
