"""Real layers, cut: the pieces that overlay gives, and cells that tile in any CRS."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gridgeo.cells import areas_to_cells
from gridgeo.datasets import read_sample
from gridgeo.grids import SquareGrid

SIZE = 100.0
ADDRESS = ["area_code", "column", "row"]

LAYERS = {
    "cambridge/adj_tracts2020": 26986,
    "cambridge/adj_blocks2020": 26986,
    "barcelona/municipality": None,
    "barcelona/districts": None,
    "barcelona/barris": None,
    "barcelona/aeb": None,
    "barcelona/census_sections": None,
    "sample city": None,
}


@pytest.fixture(params=LAYERS)
def layer(request):
    """A layer of areas that tile, numbered row by row, in metres."""
    if request.param == "sample city":
        return read_sample("communities")
    folder = request.getfixturevalue("real_cities")
    areas = gpd.read_parquet(folder / f"{request.param}.parquet")
    crs = LAYERS[request.param] or areas.crs
    codes = [f"A{number}" for number in range(len(areas))]
    return gpd.GeoDataFrame({"area_code": codes}, geometry=areas.geometry.array).to_crs(crs)


def overlaid(areas):
    """Connected pieces of boxes and areas, by geopandas."""
    west, south, east, north = np.floor(areas.total_bounds / SIZE)
    column, row = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    column, row = column.ravel(), row.ravel()
    boxes = shapely.box(column * SIZE, row * SIZE, (column + 1) * SIZE, (row + 1) * SIZE)
    grid = gpd.GeoDataFrame({"column": column, "row": row}, geometry=boxes, crs=areas.crs)
    pieces = gpd.overlay(areas[["area_code", "geometry"]], grid).explode()
    return pieces.astype({"column": int, "row": int}).assign(area_m2=pieces.area)


@pytest.mark.real
def test_the_pieces_are_those_of_overlay(layer):
    """Same addresses, same count, same sizes, same ground, piece by piece."""
    order = [*ADDRESS, "area_m2"]
    ours = areas_to_cells(layer, SquareGrid(cell_size=SIZE), min_share=0)
    oracle = overlaid(layer)
    pd.testing.assert_frame_equal(
        pd.DataFrame(ours[order].sort_values(order, ignore_index=True)),
        pd.DataFrame(oracle[order].sort_values(order, ignore_index=True)),
        check_dtype=False,
        rtol=1e-9,
        atol=1e-7,
    )
    ground = shapely.coverage_union_all(ours.geometry.to_numpy())
    assert shapely.symmetric_difference(ground, layer.union_all()).area < 1e-3


@pytest.mark.real
@pytest.mark.parametrize("min_share", [0, 0.5])
def test_cells_of_real_areas_tile(layer, min_share):
    """Cells sum up to their area, match edge by edge in any CRS, and none is too small."""
    cells = areas_to_cells(layer, min_share=min_share)
    total = cells.groupby("area_code")["area_m2"].sum().reindex(layer["area_code"])
    np.testing.assert_allclose(total, layer.area, rtol=1e-10)
    assert cells.geometry.is_valid.all()
    for crs in (cells.crs, "EPSG:4326", "EPSG:3857"):
        assert shapely.coverage_is_valid(cells.to_crs(crs).geometry.to_numpy())
    alone = cells["area_code"].map(cells["area_code"].value_counts()) == 1
    assert (alone | (cells["area_m2"] >= min_share * 10_000)).all()
