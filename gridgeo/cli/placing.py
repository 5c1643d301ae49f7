"""``gridgeo geocode``: components of any number into cells."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gridgeo.cli.options import (
    CellAreaCode,
    CellCode,
    CellsCrs,
    CellsLayer,
    PlaceOutside,
    Text,
    app,
    column_names,
    guarded,
    refuse_overwriting,
)
from gridgeo.errors import InputError
from gridgeo.io import iter_components, read_cells
from gridgeo.io.chunks import CHUNK_ROWS
from gridgeo.workflow import geocode_to_file


class PlaceBy(StrEnum):
    """How a line or a polygon finds its cell."""

    POINT = "point"
    SHARE = "share"
    SPLIT = "split"


@app.command()
def geocode(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    components: Annotated[
        Path, typer.Argument(help="Components: csv, xlsx, parquet, gpkg, shp, geojson, ...")
    ],
    cells: Annotated[Path, typer.Argument(help="Cells: gpkg, shp, geojson, parquet.")],
    out: Annotated[Path, typer.Option(help="File to write: .parquet, .csv or .gpkg.")],
    by: Annotated[
        PlaceBy,
        typer.Option(help="By the point of each, by the larger share, or split by the cells."),
    ] = PlaceBy.POINT,
    outside: Annotated[
        PlaceOutside, typer.Option(help="Components outside every cell.")
    ] = PlaceOutside.KEEP,
    max_distance: Annotated[
        float | None, typer.Option(help="With --outside nearest: metres to the nearest cell.")
    ] = None,
    class_code: Annotated[
        Text, typer.Option("--class", help="Column with the component's class.")
    ] = None,
    code: Annotated[Text, typer.Option(help="Column with the component's own code.")] = None,
    code_width: Annotated[
        Text,
        typer.Option(help="Digits of codes that lost zeros, by column: 'kind=4,id=16', or 16."),
    ] = None,
    x: Annotated[Text, typer.Option(help="Column with x or longitude in a table.")] = None,
    y: Annotated[Text, typer.Option(help="Column with y or latitude in a table.")] = None,
    crs: Annotated[
        Text,
        typer.Option(help="CRS where the file does not say: EPSG:4326, GCJ-02, BD-09, ..."),
    ] = None,
    layer: Annotated[Text, typer.Option(help="Layer of the components in a GeoPackage.")] = None,
    sheet: Annotated[Text, typer.Option(help="Sheet of a workbook.")] = None,
    encoding: Annotated[Text, typer.Option(help="How a text table is written.")] = None,
    cell_code: CellCode = None,
    cell_area_code: CellAreaCode = None,
    cells_layer: CellsLayer = None,
    cells_crs: CellsCrs = None,
    chunk_rows: Annotated[
        int, typer.Option(help="Rows that are read at once; fewer need less memory.", min=1)
    ] = CHUNK_ROWS,
) -> None:
    """Put components into cells, a file of any length in the memory that one part needs.

    Exits with 0 where it ran, also if components lie in no cell: the summary counts them and
    their rows say why. 2 where it could not run; then nothing is written.
    """
    with guarded():
        refuse_overwriting([out], [components, cells])
        parts = iter_components(
            components,
            chunk_rows=chunk_rows,
            class_code=class_code,
            code=code,
            x=x,
            y=y,
            crs=crs,
            layer=layer,
            sheet=sheet,
            encoding=encoding,
            code_width=_widths(code_width) if code_width else None,
        )
        grid = read_cells(
            cells,
            code=cell_code and column_names(cell_code),
            area=cell_area_code and column_names(cell_area_code),
            layer=cells_layer,
            crs=cells_crs,
        )
        summary = geocode_to_file(
            parts, grid, out, by=by.value, outside=outside.value, max_distance=max_distance
        )
        typer.echo(repr(summary))
        typer.echo(f"wrote {out}")


def _widths(text: str) -> int | dict[str, int]:
    """Read the digits of codes: one number, or one for each of several columns."""
    widths = {}
    for part in column_names(text):
        column, _, width = part.rpartition("=")
        if not width.isdecimal():
            raise InputError(f"--code-width must be like 'kind=4,id=16' or 16, not {text!r}.")
        widths[column] = int(width)
    return widths.get("", widths) if len(widths) == 1 else widths
