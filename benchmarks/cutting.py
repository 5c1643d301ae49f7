"""Cutting areas into cells: gridgeo against what users do today, as ratios of one run.

``make bench`` runs the sizes of a district and a city, ``make bench-large`` a municipality too.
Times are medians of the work alone, without reading.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from city import make_city
from turns import measure, run_in_turn, tell

import gridgeo as gg

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
SIZE = 100.0
RESOLUTION = 10

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
BY_H3 = ("1,000 communities, 1,000 km2", "7,000 communities, 16,400 km2")


def squares_and_overlay(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Do what users do today: boxes over the bounds, then overlay."""
    west, south, east, north = np.floor(areas.total_bounds / SIZE)
    column, row = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    column, row = column.ravel(), row.ravel()
    boxes = shapely.box(column * SIZE, row * SIZE, (column + 1) * SIZE, (row + 1) * SIZE)
    grid = gpd.GeoDataFrame({"column": column, "row": row}, geometry=boxes, crs=areas.crs)
    return gpd.overlay(areas[["area_code", "geometry"]], grid, keep_geom_type=True)


def h3_cells(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Do what analysts do today: H3 cells whose centre is inside, whole, of no area."""
    from tobler.util import h3fy  # noqa: PLC0415  # heavy, and needed in its own process only

    return h3fy(areas, resolution=RESOLUTION)


def cut(areas: gpd.GeoDataFrame, grid: gg.SquareGrid | gg.H3Grid, min_share: float) -> object:
    """Cut with gridgeo, codes included."""
    return gg.areas_to_cells(areas, grid, min_share=min_share, scheme=gg.PLAIN)


SQUARES, HEXAGONS = gg.SquareGrid(cell_size=SIZE), gg.H3Grid(RESOLUTION)
BY_SQUARES_WORKS = {
    "geopandas boxes and overlay": squares_and_overlay,
    "gridgeo, every piece kept": lambda areas: cut(areas, SQUARES, 0),
    "gridgeo, small pieces merged": lambda areas: cut(areas, SQUARES, 0.5),
}
BY_H3_WORKS = {
    "tobler.h3fy, not cut by area": h3_cells,
    "gridgeo H3, every piece kept": lambda areas: cut(areas, HEXAGONS, 0),
    "gridgeo H3, small pieces merged": lambda areas: cut(areas, HEXAGONS, 0.5),
}
WORKS = BY_SQUARES_WORKS | BY_H3_WORKS


def do(city: str, work: str) -> None:
    """Do one work on one city in this process."""
    areas = CITIES[city]()
    WORKS[work](make_city(20, 2))  # what is loaded on first use is no part of the work

    def figures(cells: gpd.GeoDataFrame) -> list[float]:
        pieces = len(shapely.get_parts(cells.geometry.to_numpy()))
        return [pieces, float(areas.area.sum()), float(cells.to_crs(areas.crs).area.sum())]

    measure(lambda: WORKS[work](areas), figures)


def compare_squares(city: str, rounds: int) -> None:
    """Print one city's figures; refuse to compare unequal work."""
    runs = run_in_turn(__file__, city, BY_SQUARES_WORKS, rounds)
    (theirs, _, their_m2), (ours, _, our_m2), _ = (of_work[0].found for of_work in runs.values())
    assert theirs == ours, f"{theirs:,} pieces by overlay, {ours:,} by gridgeo"
    assert np.isclose(their_m2, our_m2, rtol=1e-11)
    tell(f"{city}: squares of {SIZE:.0f} m", runs, "cells")


def compare_h3(city: str, rounds: int) -> None:
    """Print one city's figures; gridgeo does more, and has to cover every area exactly."""
    runs = run_in_turn(__file__, city, BY_H3_WORKS, rounds)
    (theirs, *_), (ours, areas_m2, our_m2), _ = (of_work[0].found for of_work in runs.values())
    assert ours > theirs
    assert np.isclose(areas_m2, our_m2, rtol=1e-11)
    tell(f"{city}: H3 cells of resolution {RESOLUTION}", runs, "cells")


def main() -> None:
    """Run every comparison that is asked for and for which the data is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a municipality too: minutes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("CITY", "WORK"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        do(*options.measure)
        return
    for city in CITIES:
        if city in LARGE and not options.large:
            continue
        if city.startswith("Barcelona") and not REAL.is_dir():
            print("Barcelona: its file is not beside this checkout")
            continue
        compare_squares(city, options.rounds)
        if city in BY_H3:
            compare_h3(city, options.rounds)


if __name__ == "__main__":
    main()
