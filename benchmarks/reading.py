"""Reading components: gridgeo against pandas and geopandas, whole and part by part.

``make bench`` reads a million points from csv and parquet, ``make bench-large`` five million too.
Times are medians of the work alone; peak memory is that of the process.
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
from turns import measure, run_in_turn, tell

import gridgeo as gg

SIZES = {"1 million points": 1_000_000, "5 million points": 5_000_000}
LARGE = "5 million points"
CHUNK_ROWS = 250_000


def write_points(folder: Path, n: int, seed: int = 1) -> None:
    """Write points with a class and a code of 16 digits, as csv and as GeoParquet."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(116, 117, n).round(7), rng.uniform(39, 40, n).round(7)
    table = pd.DataFrame({"lon": lon, "lat": lat})
    table["class_code"] = np.array(["0101", "0110", "0305", "2151"])[rng.integers(0, 4, n)]
    table["id"] = [f"{number:016d}" for number in range(n)]
    table.to_csv(folder / "points.csv", index=False)
    points = gpd.points_from_xy(lon, lat, crs=4326)
    gpd.GeoDataFrame(table[["class_code", "id"]], geometry=points).to_parquet(
        folder / "points.parquet"
    )


def write_apart(folder: Path, n: int) -> None:
    """Write in another process: its memory would count as that of the works it starts."""
    subprocess.run([sys.executable, __file__, "--write", str(folder), str(n)], check=True)


def with_pandas(file: Path) -> int:
    """Do what users do today."""
    table = pd.read_csv(file, dtype="str")
    points = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float))
    return len(gpd.GeoDataFrame(table, geometry=points, crs=4326))


def in_parts(file: Path, crs: str | None) -> int:
    """Read a file part by part, and forget each."""
    chunks = gg.iter_components(file, chunk_rows=CHUNK_ROWS, crs=crs)
    return sum(len(components) for components in chunks)


WORKS = {
    "points.csv": {
        "pandas.read_csv, points_from_xy": with_pandas,
        "gridgeo.read_components": lambda file: len(gg.read_components(file, crs="EPSG:4326")),
        f"gridgeo.iter_components, {CHUNK_ROWS:,}": lambda file: in_parts(file, "EPSG:4326"),
    },
    "points.parquet": {
        "geopandas.read_parquet": lambda file: len(gpd.read_parquet(file)),
        "gridgeo.read_components": lambda file: len(gg.read_components(file)),
        f"gridgeo.iter_components, {CHUNK_ROWS:,}": lambda file: in_parts(file, None),
    },
}


def compare(size: str, rounds: int) -> None:
    """Print the figures of one size; refuse works that did not read all rows."""
    with tempfile.TemporaryDirectory() as folder:
        write_apart(Path(folder), SIZES[size])
        for name, works in WORKS.items():
            runs = run_in_turn(__file__, str(Path(folder) / name), works, rounds)
            assert {of_work[0].found[0] for of_work in runs.values()} == {SIZES[size]}
            tell(f"{size}: {name}", runs, "rows")


def main() -> None:
    """Run every comparison that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="five million points too")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("FILE", "WORK"), help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, metavar=("FOLDER", "N"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        folder, n = options.write
        write_points(Path(folder), int(n))
        return
    if options.measure:
        file, work = options.measure
        read = WORKS[Path(file).name][work]
        measure(lambda: read(Path(file)), lambda n_rows: [n_rows])
        return
    for size in SIZES:
        if size != LARGE or options.large:
            compare(size, options.rounds)


if __name__ == "__main__":
    main()
