"""The small city that the tests of maps are held on: what it has is known by hand."""

import geopandas as gpd
import numpy as np
import shapely

WEST, SOUTH = 450_000, 4_420_000
NAMES = ("东华门", "Green & Park", "<b>Old</b> Town", "Harbour", "$x$ Mill", "景山")


def small_city(crs="EPSG:32650"):
    """Six areas of 300 m in two rows of three, nine cells each; a lake, a detached part.

    Cell 001 of the first area has a hole of 40 m, cell 009 of the last a part 60 m away.
    The first area's cell 005 holds three lamps and two bins; one lamp stands outside.
    """
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(9), np.arange(6)))
    west, south = WEST + 100 * column, SOUTH + 100 * row
    boxes = shapely.box(west, south, west + 100, south + 100)
    area = column // 3 + 3 * (row // 3)
    number = 1 + column % 3 + 3 * (row % 3)
    boxes[(area == 0) & (number == 1)] = boxes[0].difference(
        shapely.box(WEST + 30, SOUTH + 30, WEST + 70, SOUTH + 70)
    )
    far = shapely.box(WEST + 960, SOUTH + 500, WEST + 990, SOUTH + 530)
    last = np.flatnonzero((area == 5) & (number == 9))[0]
    boxes[last] = shapely.MultiPolygon([boxes[last], far])
    codes = [f"11010100{a + 1}" for a in area]
    cells = gpd.GeoDataFrame(
        {
            "cell_code": [f"{code}{n:03}" for code, n in zip(codes, number, strict=True)],
            "area_code": codes,
            "area_m2": shapely.area(boxes),
            "kind": np.where(np.arange(54) == last, "merged", "whole"),
            "n_pieces": np.where(np.arange(54) == last, 2, 1),
            "column": column,
            "row": row,
        },
        geometry=boxes,
        crs="EPSG:32650",
    )
    areas = cells.dissolve("area_code", as_index=False)[["area_code", "geometry"]]
    areas["area_name"] = NAMES
    return cells.to_crs(crs), areas.to_crs(crs), components_of(cells).to_crs(crs)


def components_of(cells):
    """Three lamps and two bins in one cell, a lamp outside, a pipe in another cell."""
    at = cells.set_index("cell_code").geometry
    middle = at["110101001005"].centroid
    lamps = [shapely.Point(middle.x + 8 * i, middle.y + 10) for i in range(3)]
    bins = [shapely.Point(middle.x - 30, middle.y - 8 * i) for i in range(2)]
    outside = shapely.Point(WEST - 50, SOUTH - 50)
    pipe = shapely.LineString([at["110101004005"].centroid, at["110101004005"].exterior.coords[0]])
    return gpd.GeoDataFrame(
        {
            "class_code": ["0401"] * 3 + ["0301"] * 2 + ["0401", "0105"],
            "class_name": ["路灯"] * 3 + ["垃圾桶"] * 2 + ["路灯", "排水管"],
            "class_name_en": ["Street lamp"] * 3 + ["Litter bin"] * 2 + ["Street lamp", "Drain"],
            "cell_code": ["110101001005"] * 5 + ["", "110101004005"],
        },
        geometry=[*lamps, *bins, outside, pipe],
        crs=cells.crs,
    )


def middle(cells, code):
    """Longitude and latitude of the middle of a cell."""
    point = cells.to_crs(4326).set_index("cell_code").geometry[code].centroid
    return point.x, point.y


def beside(cells, code, east, north):
    """Longitude and latitude of a place so many metres from the middle of a cell."""
    point = cells.set_index("cell_code").geometry[[code]].centroid.translate(east, north)
    lonlat = point.to_crs(4326).iloc[0]
    return lonlat.x, lonlat.y


def test_the_city_is_what_it_says():
    """54 cells fill six areas of 90,000 m2, less the lake and with the detached part."""
    cells, areas, components = small_city()
    assert len(cells) == 54
    assert cells["cell_code"].is_unique
    assert cells["area_m2"].sum() == 540_000 - 1_600 + 900
    assert areas.geometry.area.sum() == cells["area_m2"].sum()
    assert (cells.geom_type == "MultiPolygon").sum() == 1
    assert components["cell_code"].value_counts()["110101001005"] == 5
