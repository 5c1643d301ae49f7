"""Colours of areas and places of their names."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_maps_city import NAMES, small_city

from gridgeo.maps import style
from gridgeo.maps.coloring import color_areas, joined_cells, label_places, shown_areas
from gridgeo.maps.subject import map_subject


def pairs_of_one_color(geometry):
    """Touching pairs that share a colour, by brute force over all pairs."""
    colors = color_areas(geometry)
    touch = shapely.intersects(geometry[:, None], geometry[None, :])
    same = colors[:, None] == colors[None, :]
    return int(np.triu(touch & same, k=1).sum())


def test_neighbours_in_a_lattice_never_share_a_color():
    """Squares that touch in a corner count as neighbours too: four colours, no pair alike."""
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(12), np.arange(12)))
    squares = shapely.box(column, row, column + 1, row + 1)
    assert pairs_of_one_color(squares) == 0


def test_the_pair_counter_sees_a_shared_color(monkeypatch):
    """The count above is not blind: with one colour for all, it finds every touching pair."""
    monkeypatch.setattr("test_maps_colors.color_areas", lambda areas: np.zeros(len(areas), int))
    assert pairs_of_one_color(shapely.box([0, 1, 2], 0, [1, 2, 3], 1)) == 2


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=4, unique=True, max_size=40
    )
)
def test_any_partition_is_colored_rightly(sites):
    """The Voronoi cells of any sites: no two that touch share a colour."""
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(sites)))
    assert pairs_of_one_color(cells) == 0


def test_areas_with_a_slit_between_them_are_neighbours(monkeypatch):
    """Slits of a centimetre, as files have them, do not make neighbours strangers."""
    column, row = (grid.ravel() * 100 for grid in np.meshgrid(np.arange(12), np.arange(12)))
    slit = shapely.box(column, row, column + 99.99, row + 99.99)
    colors = color_areas(slit)
    monkeypatch.setattr("test_maps_colors.color_areas", lambda _: colors)
    assert pairs_of_one_color(shapely.box(column, row, column + 100, row + 100)) == 0


def test_more_areas_that_all_touch_than_the_palette_has():
    """Where fourteen areas all meet, fourteen different fills are found."""
    wedges = shapely.polygons(
        [
            [(0, 0), (np.cos(a), np.sin(a)), (np.cos(a + 0.4), np.sin(a + 0.4))]
            for a in np.arange(14) * 0.44
        ]
    )
    colors = color_areas(wedges)
    assert sorted(colors) == list(range(14))
    assert len(set(style.area_fills(14))) == 14


def test_colors_are_used_evenly():
    """On a large lattice no colour of those used covers three times as many areas as another."""
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(20), np.arange(20)))
    _, counts = np.unique(
        color_areas(shapely.box(column, row, column + 1, row + 1)), return_counts=True
    )
    assert counts.max() < 3 * counts.min()


@pytest.mark.real
def test_a_real_city_is_colored_with_the_palette_alone(cambridge):
    """The tracts of Cambridge need no more colours than the palette has."""
    geometry = cambridge.geometry.to_numpy()
    assert pairs_of_one_color(geometry) == 0
    assert color_areas(geometry).max() < len(style.AREA_FILLS)


def test_a_name_stands_inside_its_area():
    """In a ring-shaped area the name stands on the ring, not in the hole, and fits there."""
    ring = np.array([shapely.Point(0, 0).buffer(10).difference(shapely.Point(1, 0).buffer(7))])
    places = label_places(ring)
    x, y = places.points[0]
    half = places.chords[0] / 2
    assert shapely.contains_xy(ring[0], [x, x - 0.95 * half, x + 0.95 * half], y).all()
    assert 0 < places.heights[0] <= 4.01


def test_areas_without_outlines_are_their_cells_joined():
    """Without `areas`, the outline is that of the cells, lake and detached part included."""
    cells, areas, _ = small_city()
    shown = shown_areas(cells, None)
    assert shown["area_name"].tolist() == shown["area_code"].tolist()
    assert shapely.equals(shown.geometry.to_numpy(), areas.geometry.to_numpy()).all()


def test_an_area_that_is_not_listed_is_shown_all_the_same():
    """Cells of an area that `areas` lacks are joined; the others have their names."""
    cells, areas, _ = small_city()
    shown = shown_areas(cells, areas.iloc[1:])
    assert shown["area_name"].tolist() == ["110101001", *areas["area_name"].iloc[1:]]


def test_english_names_where_there_are_any():
    """An English map takes ``area_name_en``, a Chinese one ``area_name``."""
    cells, areas, _ = small_city()
    areas = areas.assign(area_name_en=[f"E{i}" for i in range(6)])
    english = map_subject(cells, areas, None, "en").areas["area_name"].tolist()
    chinese = map_subject(cells, areas, None, "zh").areas["area_name"].tolist()
    assert english == ["E0", "E1", "E2", "E3", "E4", "E5"]
    assert chinese == list(NAMES)


def test_an_area_without_an_english_name_has_its_own_or_its_code():
    """Where ``area_name_en`` is missing or blank, ``area_name`` stands in, then the code."""
    cells, areas, _ = small_city()
    english = ["East Gate", None, "", " \n", np.nan, "Hill"]
    own = [None, "二", "三", "  ", None, "六"]
    areas = areas.assign(area_name_en=english, area_name=own)
    shown = map_subject(cells, areas, None, "en").areas["area_name"].tolist()
    assert shown == ["East Gate", "二", "三", "110101004", "110101005", "Hill"]


def test_overlapping_cells_are_joined_to_a_valid_outline():
    """Where cells overlap, the quick way of joining is wrong and is not taken."""
    cells = gpd.GeoDataFrame(
        {"area_code": ["1", "1"]},
        geometry=[shapely.box(0, 0, 2, 1), shapely.box(1, 0, 3, 1)],
        crs=32650,
    )
    assert joined_cells(cells).geometry.iloc[0].equals(shapely.box(0, 0, 3, 1))
