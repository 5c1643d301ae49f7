"""``gridgeo zones``: cells joined into responsibility zones, and checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo._report_words import report_words
from gridgeo.cli.options import (
    FAULTY,
    OK,
    CellCode,
    CellsLayer,
    LanguageOption,
    OutJson,
    Text,
    ToldIn,
    app,
    column_names,
    guarded,
    refuse_overwriting,
)
from gridgeo.dissolving import dissolve_zones
from gridgeo.errors import InputError
from gridgeo.files import write_frame
from gridgeo.io import read_cells
from gridgeo.schema import AREA_M2, CELL_CODE, ZONE_CODE
from gridgeo.validate import require_columns
from gridgeo.zone_check import check_zones
from gridgeo.zones import cells_to_zones

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame


@app.command()
def zones(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    cells: Annotated[Path, typer.Argument(help="Cells: gpkg, shp, geojson, parquet.")],
    out: Annotated[Path, typer.Option(help="Cells with their zones: .gpkg, .parquet, ...")],
    n_zones: Annotated[int | None, typer.Option(help="How many zones.")] = None,
    max_load: Annotated[
        float | None, typer.Option(help="In their place: what no zone may exceed.")
    ] = None,
    load: Annotated[
        str,
        typer.Option(help="Column that zones should have alike; or several, lamps=2,area_m2=0.01."),
    ] = AREA_M2,
    within: Annotated[
        Text, typer.Option(help="Column with the unit that no zone may leave, such as street_code.")
    ] = None,
    previous: Annotated[
        Text,
        typer.Option(help="Zones there are: a column of the cells, or a file of cells with zones."),
    ] = None,
    locked: Annotated[
        Text, typer.Option(help="Column of True and False: cells that stay in their zone.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(help="Share by which a zone may be off the mean of its unit.")
    ] = 0.05,
    seed: Annotated[int, typer.Option(help="Another number gives another plan.", min=0)] = 0,
    code: CellCode = None,
    layer: CellsLayer = None,
    crs: Annotated[Text, typer.Option(help="CRS where the file does not say.")] = None,
    zones_out: Annotated[
        Path | None, typer.Option(help="The zones themselves, one row each: .gpkg, .parquet, ...")
    ] = None,
    faults: Annotated[
        Path | None, typer.Option(help="GeoPackage of faults, islands and changes.")
    ] = None,
    json: OutJson = None,
    language: ToldIn = LanguageOption.EN,
) -> None:
    """Join cells into responsibility zones of like load, and check them.

    Exits with 0 where the zones have no fault, 1 where they have, 2 where it could not run.
    """
    with guarded():
        known = previous and Path(previous)
        given = [cells, known if known and known.is_file() else None]
        refuse_overwriting([out, zones_out, faults, json], given)
        read = read_cells(cells, code=code and column_names(code), layer=layer, crs=crs)
        before = None if previous is None else _previous(read, previous, code)
        weights = _weights(load)
        made = cells_to_zones(
            read,
            n_zones=n_zones,
            max_load=max_load,
            load=weights,
            within=within,
            previous=before,
            locked=locked,
            tolerance=tolerance,
            seed=seed,
        )
        report = check_zones(
            made, load=weights, within=within, previous=before, tolerance=tolerance
        )
        files = [write_frame(made, out)]
        if zones_out is not None:
            files.append(write_frame(dissolve_zones(made, load=weights), zones_out))
        files += [report.to_gpkg(faults)] if faults else []
        files += [report.to_json(json)] if json else []
        typer.echo(report.to_text(language.value))
        for file in files:
            typer.echo(report_words(language.value)["wrote"].format(file=file))
        raise typer.Exit(OK if report.ok else FAULTY)


def _weights(load: str) -> str | dict[str, float]:
    """Read a column, or several with their weights."""
    if "=" not in load:
        return load
    weights = {}
    for part in column_names(load):
        column, _, weight = part.rpartition("=")
        try:
            weights[column.strip()] = float(weight)
        except ValueError as error:
            raise InputError(
                f"--load must be a column, or several with weights like lamps=2,area_m2=0.01; "
                f"{part!r} is neither."
            ) from error
    return weights


def _previous(cells: GeoDataFrame, previous: str, code: str | None) -> str | pd.Series:
    """Find the zones of before: in a column of the cells, or in a file by the code of cells."""
    if previous in cells or not Path(previous).is_file():
        return previous
    before = read_cells(Path(previous), code=code and column_names(code))
    require_columns(before, [CELL_CODE, ZONE_CODE], previous)
    if before[CELL_CODE].duplicated().any():
        raise InputError(f"codes of cells repeat in {previous!r}; each cell has one zone.")
    require_columns(cells, [CELL_CODE], "cells")
    zones = before.set_index(CELL_CODE)[ZONE_CODE]
    found: pd.Series = cells[CELL_CODE].map(zones)
    return found
