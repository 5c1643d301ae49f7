"""Same work, same run, ratio printed: gridgeo against what users do today.

``make bench`` runs all of them. Times are medians; the figure to quote is the ratio.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

import gridgeo as gg

if TYPE_CHECKING:
    from collections.abc import Callable

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
ROUNDS = 5
SIZE = 100.0


def squares_and_overlay(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Do what users do today: boxes over the bounds, then overlay."""
    west, south, east, north = np.floor(areas.total_bounds / SIZE)
    column, row = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    column, row = column.ravel(), row.ravel()
    boxes = shapely.box(column * SIZE, row * SIZE, (column + 1) * SIZE, (row + 1) * SIZE)
    grid = gpd.GeoDataFrame({"column": column, "row": row}, geometry=boxes, crs=areas.crs)
    return gpd.overlay(areas[["area_code", "geometry"]], grid, keep_geom_type=True)


def median_seconds(work: Callable[[], object]) -> float:
    """Time some work ``ROUNDS`` times after one round that does not count."""
    work()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def compare_cutting(name: str, areas: gpd.GeoDataFrame) -> None:
    """Cut one city both ways; refuse to compare unequal work."""
    ours = gg.areas_to_cells(areas, gg.SquareGrid(cell_size=SIZE), min_share=0)
    theirs = squares_and_overlay(areas).explode()
    assert len(ours) == len(theirs), (len(ours), len(theirs))
    assert np.isclose(ours.area.sum(), theirs.area.sum(), rtol=1e-12)
    overlay = median_seconds(lambda: squares_and_overlay(areas))
    bare = median_seconds(
        lambda: gg.areas_to_cells(areas, gg.SquareGrid(cell_size=SIZE), min_share=0)
    )
    merged = median_seconds(lambda: gg.areas_to_cells(areas, gg.SquareGrid(cell_size=SIZE)))
    print(f"{name}: {len(areas):,} areas, {len(ours):,} pieces of {SIZE:.0f} m squares")
    print(f"  geopandas boxes and overlay   {overlay:8.3f} s")
    print(f"  gridgeo, every piece kept     {bare:8.3f} s   {overlay / bare:6.1f} times faster")
    print(f"  gridgeo, small pieces merged  {merged:8.3f} s   {overlay / merged:6.1f} times faster")


def main() -> None:
    """Run every comparison for which the data is there."""
    compare_cutting("sample city", gg.datasets.read_sample("communities"))
    if REAL.is_dir():
        path = REAL / "barcelona" / "census_sections.parquet"
        compare_cutting("Barcelona", gg.read_areas(path, code=["DISTRICTE", "SEC_CENS"]))
    else:
        print("the real cities are not beside this checkout; only the sample city was cut")


if __name__ == "__main__":
    main()
