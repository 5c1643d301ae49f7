"""Putting components into cells: gridgeo against ``geopandas.sjoin``, index included.

``make bench`` puts a million points into the cells of the sample city, cut at 25 m, ``make
bench-large`` ten million into a municipality of 16,400 km2 too. Times are medians of the work
alone; of the memory that is told, what the frames themselves take is told first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
from city import make_city
from turns import measure, run_in_turn, tell

import gridgeo as gg

CITIES = {"1 million points, sample city": 1_000_000, "10 million points, 16,400 km2": 10_000_000}
LARGE = "10 million points, 16,400 km2"
SAMPLE_CELL_AREA = 625.0
FRAMES = ("cells", "points")
N_CHECKED = 100_000
"""Points of which the cells that both find are compared."""


def make_cells(city: str) -> gpd.GeoDataFrame:
    """Cut a city into squares, every border piece kept."""
    if city == LARGE:
        areas, grid = make_city(7_000, 16_400), gg.SquareGrid(cell_size=100.0)
    else:
        areas, grid = gg.datasets.read_sample("communities"), gg.SquareGrid(SAMPLE_CELL_AREA)
    return gg.areas_to_cells(areas, grid, min_share=0, scheme=gg.PLAIN)


def make_points(cells: gpd.GeoDataFrame, n: int, seed: int = 1) -> gpd.GeoDataFrame:
    """Strew points over the box around the cells, one in a thousand on a corner of a cell."""
    rng = np.random.default_rng(seed)
    west, south, east, north = cells.total_bounds
    xy = rng.uniform((west, south), (east, north), (n, 2))
    some = cells.geometry.to_numpy()[rng.integers(0, len(cells), n // 1_000)]
    xy[::1_000][: len(some)] = shapely.get_coordinates(
        shapely.get_point(shapely.get_exterior_ring(shapely.get_geometry(some, 0)), 0)
    )
    return gpd.GeoDataFrame(geometry=shapely.points(xy), crs=cells.crs)


def join(points: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Do what users do today; a point on a border comes once for each cell."""
    return gpd.sjoin(points, cells[["cell_code", "area_code", "geometry"]], how="left")


WORKS = {
    "geopandas.sjoin": join,
    "gridgeo.geocode": gg.geocode,
    "nothing, for its memory": lambda points, _: points.assign(cell_code=""),
}


def figures(found: gpd.GeoDataFrame) -> list[float]:
    """Count the points, and put the codes of the first of them into a number."""
    codes = found["cell_code"][found.index < N_CHECKED].fillna("")
    lowest = codes.groupby(level=0).min()
    number = int(pd.util.hash_array(lowest.to_numpy(object)).sum() % 2**52)
    return [found.index.nunique(), number]


def write(folder: str, city: str) -> None:
    """Write the frames of a city into a folder."""
    cells = make_cells(city)
    for name, frame in zip(FRAMES, (cells, make_points(cells, CITIES[city])), strict=True):
        frame.to_parquet(Path(folder) / f"{name}.parquet")


def do(folder: str, work: str) -> None:
    """Do one work on the frames in a folder in this process."""
    cells, points = (gpd.read_parquet(Path(folder) / f"{name}.parquet") for name in FRAMES)
    run = WORKS[work]
    run(points.iloc[:100], cells.iloc[:100])  # what is loaded on first use is no part of the work
    measure(lambda: run(points, cells), figures)


def compare(city: str, rounds: int) -> None:
    """Print one city's figures; refuse cells that are not those of the rival, the lowest code."""
    with tempfile.TemporaryDirectory() as folder:
        # In another process: its memory would count as that of the works it starts.
        subprocess.run([sys.executable, __file__, "--write", folder, city], check=True)
        n_cells = pq.read_metadata(Path(folder) / "cells.parquet").num_rows
        runs = run_in_turn(__file__, folder, WORKS, rounds)
    rival, ours, _ = (of_work[0].found for of_work in runs.values())
    assert rival == ours
    tell(f"{city}: {n_cells:,} cells", runs, "points")


def main() -> None:
    """Run every comparison that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a municipality too: minutes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("FOLDER", "WORK"), help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, metavar=("FOLDER", "CITY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(*options.write)
        return
    if options.measure:
        do(*options.measure)
        return
    for city in CITIES:
        if city != LARGE or options.large:
            compare(city, options.rounds)


if __name__ == "__main__":
    main()
