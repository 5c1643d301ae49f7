"""Proving a coverage: gridgeo against a boolean and against a search for gaps and overlaps.

``make bench`` checks a city of 1,000 km2, ``make bench-large`` a municipality of 16,400 km2 too.
Cells are squares of 100 m, every border piece kept. Times are medians of the work alone.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from city import make_city
from turns import measure, run_in_turn, tell

import gridgeo as gg

CITIES = {
    "1,000 communities, 1,000 km2": (1_000, 1_000),
    "7,000 communities, 16,400 km2": (7_000, 16_400),
}
LARGE = "7,000 communities, 16,400 km2"
N_FAULTS = 1_000


def plant(cells: gpd.GeoDataFrame, n_faults: int = N_FAULTS, seed: int = 1) -> gpd.GeoDataFrame:
    """Drop, double, shift and hand over cells: a fifth of the faults each, shifts of two sizes."""
    rng = np.random.default_rng(seed)
    at = rng.choice(len(cells), n_faults, replace=False)
    dropped, doubled, handed, near, far = np.array_split(at, 5)
    polygons, owner = cells.geometry.to_numpy().copy(), cells["area_code"].to_numpy(object)
    for some, metres in ((near, 0.001), (far, 0.5)):
        shift = np.array([metres, metres / 3])
        polygons[some] = shapely.transform(polygons[some], lambda xy, by=shift: xy + by)
    owner[handed] = rng.permutation(owner)[handed]
    changed = cells.assign(area_code=owner).set_geometry(polygons, crs=cells.crs)
    more = changed.iloc[doubled].assign(cell_code=lambda frame: frame["cell_code"] + "+")
    left = changed.drop(changed.index[dropped])
    return gpd.GeoDataFrame(pd.concat([left, more], ignore_index=True), crs=cells.crs)


def gaps_and_overlaps(cells: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> int:
    """Do what users do today: two searches, which know nothing of the areas."""
    import geoplanar  # noqa: PLC0415  # heavy, and needed in its own process only

    del areas
    return len(geoplanar.gaps(cells)) + len(geoplanar.overlaps(cells))


def check(cells: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> int:
    """Count all faults that gridgeo finds."""
    return gg.check_coverage(cells, areas).n_faults


WORKS = {
    "shapely.coverage_is_valid": (
        "sound",
        lambda cells, _: 1 - int(cells.geometry.is_valid_coverage()),
    ),
    "geoplanar gaps and overlaps": ("sound", gaps_and_overlaps),
    "gridgeo.check_coverage": ("sound", check),
    f"the same, with {N_FAULTS:,} faults": ("faulty", check),
}


def do(folder: str, work: str) -> None:
    """Do one work on the cells in a folder in this process."""
    which, run = WORKS[work]
    areas = gpd.read_parquet(Path(folder) / "areas.parquet")
    cells = gpd.read_parquet(Path(folder) / f"{which}.parquet")
    run(cells.iloc[:100], areas)  # what is loaded on first use is no part of the work
    measure(lambda: run(cells, areas), lambda found: [found])


def compare(city: str, rounds: int) -> None:
    """Print one city's figures; refuse a false alarm, and a plant that was not found."""
    areas = make_city(*CITIES[city])
    cells = gg.areas_to_cells(areas, gg.SquareGrid(cell_size=100.0), min_share=0, scheme=gg.PLAIN)
    with tempfile.TemporaryDirectory() as folder:
        areas.to_parquet(Path(folder) / "areas.parquet")
        cells.to_parquet(Path(folder) / "sound.parquet")
        plant(cells).to_parquet(Path(folder) / "faulty.parquet")
        runs = run_in_turn(__file__, folder, WORKS, rounds)
    found = [of_work[0].found[0] for of_work in runs.values()]
    assert found[0] == found[2] == 0
    assert found[3] >= N_FAULTS
    tell(f"{city}: {len(cells):,} cells", runs, "faults")


def main() -> None:
    """Run every comparison that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="a municipality too: minutes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("FOLDER", "WORK"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        do(*options.measure)
        return
    for city in CITIES:
        if city != LARGE or options.large:
            compare(city, options.rounds)


if __name__ == "__main__":
    main()
