"""Components of a file of any length -> the same with the cell of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridgeo.files import write_parts
from gridgeo.geocoding import CellIndex, geocode
from gridgeo.workflow.progress import parts_read, said_once

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from gridgeo.geocoding import By
    from gridgeo.io import ComponentChunks
    from gridgeo.schema import Outside


@dataclass(frozen=True)
class PlacingSummary:
    """What became of the components of a file.

    ``n_features`` rows that were read, ``n_rows`` rows that were written (more where lines were
    split), ``placed`` of these in a cell, and ``reasons``: how many rows have each.
    """

    n_features: int
    n_rows: int
    placed: int
    reasons: Mapping[str, int]

    def __repr__(self) -> str:
        """Tell how many lie in a cell, and why the others do not."""
        rows = f" in {self.n_rows:,} rows" if self.n_rows != self.n_features else ""
        told = "".join(f"; {reason}: {n:,}" for reason, n in self.reasons.items() if n)
        return f"{self.n_features:,} components{rows}, {self.placed:,} in a cell{told}"


def geocode_to_file(
    parts: ComponentChunks,
    cells: GeoDataFrame | CellIndex,
    path: str | os.PathLike[str],
    *,
    by: By = "point",
    outside: Outside = "keep",
    max_distance: float | None = None,
) -> PlacingSummary:
    """Put the components of a large file into cells, in the memory that one part needs.

    Parameters
    ----------
    parts
        Components part by part, as :func:`gridgeo.iter_components` reads them.
    cells, by, outside, max_distance
        As for :func:`gridgeo.geocode`.
    path
        Where to write what :func:`gridgeo.geocode` gives: ``.parquet``, ``.csv`` (without
        geometries) or ``.gpkg``. It appears when all is written; an old file stays until then.

    Returns
    -------
    PlacingSummary
        How many rows there were, and what became of them.

    Raises
    ------
    InputError
        As :func:`gridgeo.geocode` and the readers; the file cannot be written.

    Examples
    --------
    >>> import gridgeo as gg
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    >>> parts = gg.iter_components(gg.datasets.sample_path("components"), chunk_rows=10_000)
    >>> with TemporaryDirectory() as folder:
    ...     geocode_to_file(parts, cells, Path(folder, "placed.parquet"))
    34,971 components, 34,964 in a cell; outside: 7
    """
    index = cells if isinstance(cells, CellIndex) else CellIndex(cells)
    n_features, n_rows, placed, reasons = 0, 0, 0, Counter[str]()
    with write_parts(path) as write, parts_read(parts) as advance, said_once() as listening:
        for part in parts:
            with listening():
                found = geocode(part, index, by=by, outside=outside, max_distance=max_distance)
            write(found)
            n_features, n_rows = n_features + len(part), n_rows + len(found)
            placed += int(found["placed"].sum())
            reasons.update(found.loc[found["reason"] != "", "reason"].value_counts().to_dict())
            advance()
    return PlacingSummary(n_features, n_rows, placed, dict(reasons))
