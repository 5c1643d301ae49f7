"""``gridgeo check`` and ``gridgeo levels``: proofs, with an exit code for scripts."""

from __future__ import annotations

from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gridgeo._layers import CODE_COLUMNS
from gridgeo._report_words import report_words
from gridgeo._texts import as_text
from gridgeo.cli.options import (
    FAULTY,
    OK,
    AreaCode,
    AreaLayer,
    AreasCrs,
    CellAreaCode,
    CellCode,
    CellsCrs,
    CellsLayer,
    EachFile,
    LanguageOption,
    OutFaults,
    OutJson,
    ToldIn,
    app,
    column_names,
    guarded,
    refuse_overwriting,
)
from gridgeo.coverage import TOLERANCE_M, TOLERANCE_M2, check_coverage
from gridgeo.errors import InputError
from gridgeo.io import read_areas, read_cells
from gridgeo.nesting import TOLERANCE_M2 as NESTING_TOLERANCE_M2
from gridgeo.nesting import check_levels
from gridgeo.schema import AREA_CODE, CELL_CODE
from gridgeo.validate import require_columns

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.coverage import CoverageReport
    from gridgeo.nesting import LevelsReport


@app.command()
def check(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    cells: Annotated[Path, typer.Argument(help="Cells: gpkg, shp, geojson, parquet.")],
    areas: Annotated[
        Path | None, typer.Argument(help="What they must cover; else they are held together.")
    ] = None,
    code: AreaCode = "area_code",
    cell_code: CellCode = None,
    cell_area_code: CellAreaCode = None,
    layer: AreaLayer = None,
    cells_layer: CellsLayer = None,
    areas_crs: AreasCrs = None,
    cells_crs: CellsCrs = None,
    tolerance_m2: Annotated[
        float, typer.Option(help="Polygons up to this size are taken for rounding, m2.")
    ] = TOLERANCE_M2,
    tolerance_m: Annotated[
        float, typer.Option(help="Vertices nearer than this are taken for the same, metres.")
    ] = TOLERANCE_M,
    out: OutFaults = None,
    json: OutJson = None,
    language: ToldIn = LanguageOption.EN,
) -> None:
    """Check that cells cover areas once: no gap, no overlap, nothing across a border.

    Exits with 0 where no fault was found, 1 where any was, 2 where it could not run.
    """
    with guarded():
        refuse_overwriting([out, json], [cells, areas])
        found = read_cells(
            cells,
            code=cell_code and column_names(cell_code),
            area=cell_area_code and column_names(cell_area_code),
            layer=cells_layer,
            crs=cells_crs,
        )
        held = areas and read_areas(areas, code=column_names(code), layer=layer, crs=areas_crs)
        report = check_coverage(found, held, tolerance_m2=tolerance_m2, tolerance_m=tolerance_m)
        _hand_on(report, out, json, language)


@app.command()
def levels(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    files: Annotated[
        list[Path],
        typer.Argument(help="Two or more, from the highest level to the lowest: gpkg, shp, ..."),
    ],
    code: Annotated[
        EachFile,
        typer.Option(
            help="Column with a level's own code, or several joined by commas. Once for all "
            "files, or once for each in their order; '' where it is cell_code or area_code."
        ),
    ] = None,
    parent: Annotated[
        EachFile,
        typer.Option(
            help="Column with the code of the parent, or several. Once for all files below the "
            "first, or once for each; '' where it is to be found, as parent_code or area_code."
        ),
    ] = None,
    name: Annotated[
        EachFile, typer.Option(help="What a level is called; once for each file.")
    ] = None,
    layer: Annotated[EachFile, typer.Option(help="Layer in a GeoPackage; as --code.")] = None,
    crs: Annotated[EachFile, typer.Option(help="CRS where a file does not say; as --code.")] = None,
    tolerance_m2: Annotated[
        float, typer.Option(help="Ground up to this size is taken for rounding, m2.")
    ] = NESTING_TOLERANCE_M2,
    out: OutFaults = None,
    json: OutJson = None,
    language: ToldIn = LanguageOption.EN,
) -> None:
    """Check that each level lies in the next higher and fills it: district, streets, cells.

    Exits with 0 where no fault was found, 1 where any was, 2 where it could not run.
    """
    with guarded():
        refuse_overwriting([out, json], files)
        n = len(files)
        parents = _for_each(parent, n - 1, "--parent")
        layers = _for_each(layer, n, "--layer")
        given = zip(
            files,
            _for_each(code, n, "--code"),
            [None, *parents],
            layers,
            _for_each(crs, n, "--crs"),
            strict=True,
        )
        frames = [_read_level(*one, lowest=at == n) for at, one in enumerate(given, 1)]
        report = check_levels(
            frames,
            names=name or [one or file.stem for file, one in zip(files, layers, strict=True)],
            parents=parents,
            tolerance_m2=tolerance_m2,
        )
        _hand_on(report, out, json, language)


def _for_each(given: EachFile, n: int, option: str) -> list[str | None]:
    """Give an option for each of some files: one alone is for all, an empty one for none."""
    values = [value or None for value in given or [""]]
    if len(values) == 1:
        values *= n
    if len(values) != n:
        raise InputError(
            f"give {option} once, or {n} times in the order of the files, not {len(values)} times; "
            "an empty text ('') stands for none."
        )
    return values


def _read_level(
    path: Path,
    code: str | None,
    parent: str | None,
    layer: str | None,
    crs: str | None,
    *,
    lowest: bool,
) -> GeoDataFrame:
    """Read a level however faulty, its code and that of its parent as text.

    A code of another name goes where the level below looks for it: into ``area_code``, in the
    lowest level into ``cell_code``.
    """
    level = read_cells(path, code=code and column_names(code), layer=layer, crs=crs)
    if parent is not None:
        columns = column_names(parent)
        require_columns(level, columns, str(path))
        level = level.assign(**{parent: reduce(add, (as_text(level[name]) for name in columns))})
    if code is None or lowest or parent in CODE_COLUMNS:
        return level
    own = code if code in CODE_COLUMNS else AREA_CODE
    finer = CODE_COLUMNS[: CODE_COLUMNS.index(own) + 1]
    return level.drop(columns=[*finer], errors="ignore").assign(**{own: level[CELL_CODE]})


def _hand_on(
    report: CoverageReport | LevelsReport,
    out: Path | None,
    json: Path | None,
    language: LanguageOption,
) -> NoReturn:
    """Write a report down and print it; the exit code tells whether it found any fault."""
    files = [report.to_gpkg(out)] if out else []
    files += [report.to_json(json)] if json else []
    typer.echo(report.to_text(language.value))
    for file in files:
        typer.echo(report_words(language.value)["wrote"].format(file=file))
    raise typer.Exit(OK if report.ok else FAULTY)
