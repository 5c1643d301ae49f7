"""Same work, same run, ratio printed: gridgeo against what users do today.

``make bench`` runs the sizes of a district and a city, ``make bench-large`` a municipality too.
Every work runs in a process of its own, in turn with its rival, so that peak memory is its own
and a slow minute of the machine hits both; times are medians of the work alone, without reading.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from city import make_city

import gridgeo as gg

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
SIZE = 100.0

CITIES = {
    "sample city, 25 km2": lambda: gg.datasets.read_sample("communities"),
    "Barcelona, 102 km2": lambda: gg.read_areas(
        REAL / "barcelona" / "census_sections.parquet", code=["DISTRICTE", "SEC_CENS"]
    ),
    "180 communities, 25 km2": lambda: make_city(180, 25),
    "1,000 communities, 1,000 km2": lambda: make_city(1_000, 1_000),
    "3,500 communities, 8,200 km2": lambda: make_city(3_500, 8_200),
    "7,000 communities, 16,400 km2": lambda: make_city(7_000, 16_400),
}
LARGE = ("3,500 communities, 8,200 km2", "7,000 communities, 16,400 km2")


def squares_and_overlay(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Do what users do today: boxes over the bounds, then overlay."""
    west, south, east, north = np.floor(areas.total_bounds / SIZE)
    column, row = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    column, row = column.ravel(), row.ravel()
    boxes = shapely.box(column * SIZE, row * SIZE, (column + 1) * SIZE, (row + 1) * SIZE)
    grid = gpd.GeoDataFrame({"column": column, "row": row}, geometry=boxes, crs=areas.crs)
    return gpd.overlay(areas[["area_code", "geometry"]], grid, keep_geom_type=True)


def cut(areas: gpd.GeoDataFrame, min_share: float) -> gpd.GeoDataFrame:
    """Cut with gridgeo, codes included."""
    grid = gg.SquareGrid(cell_size=SIZE)
    return gg.areas_to_cells(areas, grid, min_share=min_share, scheme=gg.PLAIN)


WORKS = {
    "geopandas boxes and overlay": squares_and_overlay,
    "gridgeo, every piece kept": lambda areas: cut(areas, 0),
    "gridgeo, small pieces merged": lambda areas: cut(areas, 0.5),
}


def measure(city: str, work: str) -> None:
    """Do one work on one city in this process and print its figures as JSON."""
    areas = CITIES[city]()
    WORKS[work](make_city(20, 2))  # what is loaded on first use is no part of the work
    start = time.perf_counter()
    result = WORKS[work](areas)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pieces = len(shapely.get_parts(result.geometry.to_numpy()))
    print(json.dumps([seconds, peak, len(areas), pieces, float(result.area.sum())]))


def compare(city: str, rounds: int) -> None:
    """Print one city's figures; refuse to compare unequal work."""
    runs: dict[str, list[list[float]]] = {work: [] for work in WORKS}
    for _ in range(rounds):
        for work, figures in runs.items():
            command = [sys.executable, __file__, "--measure", city, work]
            figures.append(json.loads(subprocess.check_output(command, stderr=subprocess.DEVNULL)))
    (*_, n_areas, theirs, their_m2), (*_, ours, our_m2), _ = (runs[work][0] for work in WORKS)
    assert theirs == ours, f"{theirs:,} pieces by overlay, {ours:,} by gridgeo"
    assert np.isclose(their_m2, our_m2, rtol=1e-11)
    seconds = {work: statistics.median(f[0] for f in figures) for work, figures in runs.items()}
    overlay = next(iter(seconds.values()))
    print(f"{city}: {n_areas:,} areas, {ours:,} pieces of {SIZE:.0f} m squares")
    for work, figures in runs.items():
        peak = statistics.median(f[1] for f in figures)
        ratio = overlay / seconds[work]
        print(f"  {work:<30}{seconds[work]:9.3f} s {peak:8,.0f} MB {ratio:7.1f} times as fast")


def main() -> None:
    """Run every comparison that is asked for and for which the data is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a municipality too: minutes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("CITY", "WORK"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure)
        return
    for city in CITIES:
        if city in LARGE and not options.large:
            continue
        if city.startswith("Barcelona") and not REAL.is_dir():
            print("Barcelona: its file is not beside this checkout")
            continue
        compare(city, options.rounds)


if __name__ == "__main__":
    main()
