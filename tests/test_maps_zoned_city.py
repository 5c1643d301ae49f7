"""The printed sheet of a city with zones: its table, its names, its inset, its scale."""

import warnings

import geopandas as gpd
import numpy as np
import pytest
import shapely
from test_maps_city import small_city

from gridgeo.errors import CRSError, GeometryError, InputError, SchemaError
from gridgeo.maps import plot_sheet, style

ROLES = ("leader", "direct_responsible", "manager")


def zoned_city():
    """The small city, a zone an area, Z01 to Z06, with a leader for all and managers for four."""
    cells, areas, _ = small_city()
    codes = {code: f"Z{n + 1:02}" for n, code in enumerate(areas["area_code"])}
    cells["zone_code"] = cells["area_code"].map(codes)
    zones = cells.dissolve("zone_code", as_index=False)[["zone_code", "geometry"]]
    managers = ["韩立静; 赵秋峰", "Han", "", "Li", "Wu", ""]
    return cells, zones.assign(leader="吴然岚", direct_responsible="罗佳帆", manager=managers)


def many_zones(n_columns, n_rows):
    """A lattice of cells that are a zone each, with persons."""
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(n_columns), np.arange(n_rows)))
    boxes = shapely.box(100 * column, 100 * row, 100 * column + 100, 100 * row + 100)
    codes = [f"110101001{n:03}" for n in range(len(boxes))]
    columns = {"cell_code": codes, "zone_code": codes, "area_code": "110101001", "kind": "whole"}
    cells = gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:4547").assign(area_m2=10_000.0)
    zones = cells[["zone_code", "geometry"]].assign(**dict.fromkeys(ROLES, "Wu Ranlan"))
    return cells, zones


def drawn(*arguments, **options):
    """A sheet, on a machine with a Chinese font or without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return plot_sheet(*arguments, **options)


def by_gid(figure, *gids):
    """Artists of some kinds."""
    return figure.findobj(lambda artist: artist.get_gid() in gids)


def written(figure, gid):
    """What is written of one kind."""
    return [text.get_text() for text in by_gid(figure, gid)]


def test_the_table_has_every_zone_with_its_persons_and_size():
    """Six rows: code, leader, directly responsible, manager, cells and hectares of each zone."""
    cells, zones = zoned_city()
    figure = drawn(cells, zones=zones)
    said = written(figure, "table_cell")
    assert [text for text in said if text.startswith("Z0")] == [f"Z0{n}" for n in range(1, 7)]
    assert said.count("吴然岚") == said.count("罗佳帆") == 6
    assert {"Han", "Li", "Wu"} <= set(said)
    assert said.count("9") == 6
    assert sorted(text for text in said if "." in text) == [
        "8.8",
        "9.0",
        "9.0",
        "9.0",
        "9.0",
        "9.1",
    ]
    heads = " ".join(written(figure, "table_head"))
    for word in ("Zone", "leader", "Directly", "Grid manager", "cells", "ha"):
        assert word in heads, word
    assert by_gid(figure, "table_more") == []


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("shape", [(2, 2), (6, 5), (9, 7), (14, 12), (40, 30)])
def test_the_table_stays_in_the_panel_and_counts_what_it_left_out(orientation, shape):
    """However many zones: rows shown and rows told missing add up, nothing leaves the panel."""
    cells, zones = many_zones(*shape)
    figure = drawn(cells, zones=zones, orientation=orientation)
    listed = [text for text in written(figure, "table_cell") if text.startswith("110101001")]
    more = written(figure, "table_more")
    left_out = int(more[0].split(" ")[0].replace(",", "")) if more else 0
    assert len(listed) + left_out == len(zones)
    assert "see the ledger" in "".join(more) or not more
    (neat,) = by_gid(figure, "neat_line")
    inside = neat.get_window_extent()
    texts = [text for text in figure.texts if text.get_gid() not in {"title", "subtitle"}]
    boxes = np.array([text.get_window_extent().extents for text in texts])
    assert (boxes[:, 0] > inside.x0).all()
    assert (boxes[:, 1] > inside.y0).all()
    assert (boxes[:, 2] < inside.x1).all()
    (frame,) = by_gid(figure, "map")
    tall = frame.get_window_extent()
    beside = (boxes[:, 0] > tall.x1) if orientation == "landscape" else (boxes[:, 3] < tall.y0)
    assert beside.all()
    assert not any_meet(boxes)


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_a_full_panel_does_not_run_over(orientation):
    """Ten areas, ten classes, a theme and an inset at once: lists shrink, no line meets another."""
    cells, areas, components = small_city()
    more = gpd.GeoDataFrame(
        {"area_code": [f"x{n}" for n in range(9)], "area_name": [f"Area {n}" for n in range(9)]},
        geometry=shapely.box(
            450_000 + 2000 * np.arange(9), 4.43e6, 451_000 + 2000 * np.arange(9), 4.431e6
        ),
        crs=cells.crs,
    )
    areas = gpd.pd.concat([areas, more], ignore_index=True)
    classes = [f"0{n}0{n}" for n in range(9)]
    many = components.iloc[np.zeros(9, dtype=int)].assign(class_code=classes)
    cells["zone_code"] = cells["area_code"].str[-2:]
    for options in ({}, {"color": "kind"}, {"color": "area_m2"}):
        for zoned in (cells, cells.drop(columns="zone_code")):
            figure = drawn(zoned, areas=areas, components=many, orientation=orientation, **options)
            boxes = [text.get_window_extent().extents for text in figure.texts]
            boxes += [axes.get_window_extent().extents for axes in by_gid(figure, "inset")]
            assert not any_meet(np.array(boxes))


def any_meet(boxes):
    """Tell whether two of some boxes meet by more than half a pixel."""
    left, low, right, high = boxes.T
    across = (left[:, None] + 0.5 < right) & (left + 0.5 < right[:, None])
    up = (low[:, None] + 0.5 < high) & (low + 0.5 < high[:, None])
    return bool(np.triu(across & up, k=1).any())


def test_zones_have_colours_borders_and_labels():
    """No two zones that touch have one fill; each has a border and its name inside it."""
    cells, zones = zoned_city()
    figure = drawn(cells, zones=zones)
    (fills,) = by_gid(figure, "cell_fills")
    colors = fills.get_facecolors()
    geometry = zones.geometry.to_numpy()
    touch = np.triu(shapely.intersects(geometry[:, None], geometry[None, :]), k=1)
    assert not any((colors[a] == colors[b]).all() for a, b in np.argwhere(touch))
    assert len(by_gid(figure, "zone_borders")) == 1
    names = by_gid(figure, "zone_name")
    assert sorted(name.get_text() for name in names) == [f"Z{n:02}" for n in range(1, 7)]
    where = zones.set_index("zone_code").geometry
    assert all(where[n.get_text()].contains(shapely.Point(n.get_position())) for n in names)


def test_long_codes_are_written_without_what_they_share():
    """Of 110101001000 to 110101001029 the map writes 000 to 029, and the legend the rest."""
    cells, zones = many_zones(6, 5)
    figure = drawn(cells, zones=zones)
    assert sorted(written(figure, "zone_name")) == [f"{n:03}" for n in range(30)]
    texts = [text.get_text() for text in figure.texts]
    assert "Codes begin" in texts
    assert "110101001" in texts


def test_a_cell_in_no_zone_is_grey_and_told():
    """Cells without a zone have the fill of what is not known, and the legend says so."""
    cells, zones = zoned_city()
    cells.loc[0, "zone_code"] = ""
    figure = drawn(cells, zones=zones)
    (fills,) = by_gid(figure, "cell_fills")
    grey = [int(style.NO_FILL[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    assert sum(np.allclose(color[:3], grey) for color in fills.get_facecolors()) == 1
    assert "In no zone" in [text.get_text() for text in figure.texts]


def test_a_sheet_counts_the_components_of_its_own_cells():
    """Of one area, the sheet has its five components and the one that is in no cell."""
    cells, areas, components = small_city()
    one = cells[cells["area_code"] == "110101001"]
    said = " ".join(t.get_text() for t in drawn(one, areas=areas, components=components).texts)
    assert "0401  Street lamp 4" in said
    assert "0301  Litter bin 2" in said
    assert "Drain" not in said
    assert "Components 6" in said


def test_a_district_without_an_outline_is_refused():
    """Points, rows without a geometry, no rows, no CRS: none of them is an inset."""
    cells, _, points = small_city()
    for district, error, message in [
        (points[points.geom_type == "Point"], GeometryError, "`district` has no polygon"),
        (cells.assign(geometry=None), GeometryError, "`district` has no polygon"),
        (cells.iloc[:0], SchemaError, "`district` has no rows"),
        (cells.set_crs(None, allow_override=True), CRSError, "`district` has no CRS"),
    ]:
        with pytest.raises(error, match=message):
            drawn(cells, district=district)


def test_key_units_are_stars_with_names():
    """Two key units: two stars where they lie, their names beside, one more row in the legend."""
    cells, zones = zoned_city()
    places = gpd.points_from_xy([450_150, 450_450], [4_420_450, 4_420_150])
    units = gpd.GeoDataFrame({"name": ["School", "Market"]}, geometry=places, crs=cells.crs)
    figure = drawn(cells, zones=zones, key_units=units)
    (stars,) = by_gid(figure, "key_units")
    assert np.array_equal(stars.get_offsets(), shapely.get_coordinates(units.geometry.to_numpy()))
    assert sorted(written(figure, "key_unit_name")) == ["Market", "School"]
    assert "Key unit" in [text.get_text() for text in figure.texts]
    labels = by_gid(figure, "key_unit_name", "zone_name", "area_name")
    boxes = np.array([label.get_window_extent().extents for label in labels])
    assert not any_meet(boxes)


def test_a_sheet_of_a_part_lists_the_zones_of_the_part():
    """With the cells of two zones and the frame of all six, the table has two."""
    cells, zones = zoned_city()
    part = cells[cells["zone_code"].isin(["Z01", "Z02"])]
    figure = drawn(part, zones=zones)
    listed = [text for text in written(figure, "table_cell") if text.startswith("Z0")]
    assert listed == ["Z01", "Z02"]
    assert sorted(written(figure, "zone_name")) == ["Z01", "Z02"]


def test_a_scale_holds_or_is_refused():
    """At 1:3,000 the city of 990 by 600 m has 330 by 200 mm on A2; on A4 it is refused."""
    cells, _ = zoned_city()
    figure = drawn(cells, size="A2", scale=3000)
    (axes,) = by_gid(figure, "map")
    mm = axes.get_window_extent().width / figure.dpi * 25.4
    west, east = axes.get_xlim()
    assert mm * 3 == pytest.approx(east - west)
    message = r"at 1:3,000 the cells measure 330 by 200 mm.*1:6,000 on A4, or at 1:3,000 on A2"
    with pytest.raises(InputError, match=message):
        drawn(cells, size="A4", scale=3000)
    for wrong in (0, -5, float("nan"), "2000"):
        with pytest.raises(InputError, match="`scale` must be from 1"):
            drawn(cells, scale=wrong)


def test_cells_that_just_fit_at_a_scale_are_drawn():
    """Cells exactly as wide as the frame have room: rounding does not turn them away."""
    frame = drawn(many_zones(2, 2)[0].drop(columns="zone_code"), scale=1000)
    (axes,) = by_gid(frame, "map")
    wide = float(np.ptp(axes.get_xlim()))
    cell = gpd.GeoDataFrame(
        {"cell_code": ["1"], "area_code": ["A"], "kind": ["whole"], "area_m2": [1.0]},
        geometry=[shapely.box(7e5, 1e6, 7e5 + wide, 1e6 + 10)],
        crs="EPSG:4547",
    )
    assert by_gid(drawn(cell, scale=1000), "cell_fills")


def test_the_inset_shows_where_the_sheet_lies():
    """With cells of one area, the inset has all areas, and the ground of the map marked in it."""
    cells, areas, _ = small_city()
    one = cells[cells["area_code"] == "110101001"]
    figure = drawn(one, areas=areas)
    (outlines,) = by_gid(figure, "inset_outlines")
    (mark,) = by_gid(figure, "inset_mark")
    (axes,) = by_gid(figure, "map")
    assert len(outlines.get_paths()) == 6
    west, east = axes.get_xlim()
    assert mark.get_paths()[0].get_extents().x0 == pytest.approx(west)
    assert mark.get_paths()[0].get_extents().x1 == pytest.approx(east)
    assert by_gid(drawn(cells, areas=areas), "inset") == []
    district = gpd.GeoDataFrame(geometry=[shapely.box(4.4e5, 4.41e6, 4.6e5, 4.43e6)], crs=cells.crs)
    assert len(by_gid(drawn(cells, areas=areas, district=district.to_crs(4326)), "inset")) == 1


def test_neighbours_without_cells_are_named_on_the_map():
    """Areas beyond those of the cells are drawn and named as far as they reach into the map."""
    cells, areas, _ = small_city()
    one = cells[cells["area_code"] == "110101001"]
    figure = drawn(one, areas=areas)
    (axes,) = by_gid(figure, "map")
    frame = axes.get_window_extent()
    names = by_gid(figure, "area_name")
    assert "Green & Park" in [name.get_text() for name in names]
    assert all(frame.containsx(edge) for n in names for edge in n.get_window_extent().intervalx)


def test_numbers_become_classes_in_the_legend():
    """color= a column of numbers: as many fills as classes, explained by their spans."""
    cells, _ = zoned_city()
    cells["load"] = np.arange(len(cells))
    figure = drawn(cells, color="load", scheme=[17, 35])
    (fills,) = by_gid(figure, "cell_fills")
    assert len({tuple(color) for color in fills.get_facecolors()}) == 3
    texts = [text.get_text() for text in figure.texts]
    assert "Load" in texts
    assert "0 – 17" in texts  # noqa: RUF001 - a span has a dash of its own


def test_staff_without_zones_is_refused():
    """Persons need zones to stand by."""
    cells, areas, _ = small_city()
    staff = areas.drop(columns="geometry").rename(columns={"area_code": "staff_id"})
    with pytest.raises(SchemaError, match="give zones="):
        drawn(cells, staff=staff)
