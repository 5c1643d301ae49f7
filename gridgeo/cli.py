"""The command line: the same verbs on files."""

from __future__ import annotations

import sys
import traceback
import warnings
from contextlib import contextmanager
from enum import StrEnum
from functools import reduce
from io import TextIOWrapper
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from gridgeo import datasets
from gridgeo._layers import CODE_COLUMNS
from gridgeo._report_words import report_words
from gridgeo._texts import as_text
from gridgeo.codes import SCHEMES, CodeScheme
from gridgeo.coverage import TOLERANCE_M, TOLERANCE_M2, check_coverage
from gridgeo.errors import GridGeoError, InputError
from gridgeo.grids import H3Grid, SquareGrid
from gridgeo.io import read_areas, read_cells, read_components
from gridgeo.nesting import TOLERANCE_M2 as NESTING_TOLERANCE_M2
from gridgeo.nesting import check_levels
from gridgeo.schema import AREA_CODE, CELL_CODE
from gridgeo.validate import require_columns, require_option
from gridgeo.workflow import GridPlan, build_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geopandas import GeoDataFrame

    from gridgeo.coverage import CoverageReport
    from gridgeo.nesting import LevelsReport

OK, FAULTY, NOT_RUN = 0, 1, 2
"""Exit codes: no fault found; faults found and written down; it could not run."""

app = typer.Typer(
    help="Turn a city's administrative areas into a grid that can be managed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class PlaceOutside(StrEnum):
    """What to do with components outside every cell."""

    KEEP = "keep"
    NEAREST = "nearest"
    RAISE = "raise"


class LanguageOption(StrEnum):
    """Language of maps, and of what is printed."""

    EN = "en"
    ZH = "zh"


Text = str | None
Out = Annotated[Path, typer.Option(help="Folder to write into.")]
AreaCode = Annotated[
    str, typer.Option(help="Column with the area's code; several, joined by commas, make it.")
]
AreaLayer = Annotated[Text, typer.Option(help="Layer of the areas in a GeoPackage.")]
AreasCrs = Annotated[Text, typer.Option(help="CRS of the areas where their file does not say.")]
InLanguage = Annotated[LanguageOption, typer.Option(help="Language of the maps.")]
ToldIn = Annotated[LanguageOption, typer.Option("--language", help="Language of what is printed.")]
OutFaults = Annotated[Path | None, typer.Option(help="GeoPackage of the faults, a layer a kind.")]
OutJson = Annotated[Path | None, typer.Option(help="The report as JSON.")]
EachFile = list[str] | None


@app.callback()
def _main() -> None:
    """Turn a city's administrative areas into a grid that can be managed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A console that cannot write Chinese shows escapes instead of failing at the end.
            stream.reconfigure(errors="backslashreplace")


@app.command()
def plan(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    areas: Annotated[
        Path, typer.Argument(help="Administrative areas: gpkg, shp, geojson, parquet.")
    ],
    out: Out,
    code: AreaCode = "area_code",
    name: Annotated[Text, typer.Option(help="Column with the area's name.")] = None,
    layer: AreaLayer = None,
    areas_crs: AreasCrs = None,
    components: Annotated[
        list[Path] | None, typer.Option(help="Components; may be given more than once.")
    ] = None,
    class_code: Annotated[
        Text, typer.Option("--class", help="Column with the component's class.")
    ] = None,
    x: Annotated[Text, typer.Option(help="Column with x or longitude in a csv.")] = None,
    y: Annotated[Text, typer.Option(help="Column with y or latitude in a csv.")] = None,
    components_crs: Annotated[
        Text, typer.Option(help="CRS of components whose file does not say, such as EPSG:4326.")
    ] = None,
    cell_area: Annotated[
        float | None, typer.Option(help="Area of a whole square, m2; 10,000 if not given.")
    ] = None,
    h3: Annotated[int | None, typer.Option(help="H3 resolution instead of squares.")] = None,
    min_share: Annotated[
        float, typer.Option(help="Border pieces below this share of a cell join a neighbour.")
    ] = 0.5,
    crs: Annotated[Text, typer.Option(help="Working CRS, projected in metres.")] = None,
    scheme: Annotated[
        Text, typer.Option(help=f"How codes are written: {', '.join(SCHEMES)}.")
    ] = None,
    outside: Annotated[
        PlaceOutside, typer.Option(help="Components outside every cell.")
    ] = PlaceOutside.KEEP,
    title: Annotated[Text, typer.Option(help="Title of the maps.")] = None,
    language: InLanguage = LanguageOption.EN,
) -> None:
    """Cut areas into cells, put components into them, check, and draw the map.

    Exits with 0 where the coverage has no fault, 1 where it has, 2 where it could not run.
    """
    with _guarded():
        found = None
        if components:
            found = read_components(
                list(components), class_code=class_code, x=x, y=y, crs=components_crs
            )
        made = build_plan(
            read_areas(areas, code=_columns(code), name=name, layer=layer, crs=areas_crs),
            components=found,
            grid=_grid(cell_area, h3),
            min_share=min_share,
            crs=crs,
            scheme=_scheme(scheme),
            outside=outside.value,
        )
        _save(made, out, title or areas.stem, language)


@app.command()
def check(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    cells: Annotated[Path, typer.Argument(help="Cells: gpkg, shp, geojson, parquet.")],
    areas: Annotated[
        Path | None, typer.Argument(help="What they must cover; else they are held together.")
    ] = None,
    code: AreaCode = "area_code",
    cell_code: Annotated[
        Text, typer.Option(help="Column of the cells with their code, or several; cell_code.")
    ] = None,
    cell_area_code: Annotated[
        Text, typer.Option(help="Column of the cells with their area's code; area_code.")
    ] = None,
    layer: AreaLayer = None,
    cells_layer: Annotated[Text, typer.Option(help="Layer of the cells in a GeoPackage.")] = None,
    areas_crs: AreasCrs = None,
    cells_crs: Annotated[
        Text, typer.Option(help="CRS of the cells where their file does not say.")
    ] = None,
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
    with _guarded():
        _refuse_overwriting([out, json], [cells, areas])
        found = read_cells(
            cells,
            code=cell_code and _columns(cell_code),
            area=cell_area_code and _columns(cell_area_code),
            layer=cells_layer,
            crs=cells_crs,
        )
        held = areas and read_areas(areas, code=_columns(code), layer=layer, crs=areas_crs)
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
    with _guarded():
        _refuse_overwriting([out, json], files)
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
    level = read_cells(path, code=code and _columns(code), layer=layer, crs=crs)
    if parent is not None:
        columns = _columns(parent)
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


def _columns(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


def _refuse_overwriting(written: Sequence[Path | None], read: Sequence[Path | None]) -> None:
    """Refuse to write over what is read, or twice to one place."""
    taken = {path.resolve() for path in read if path}
    for path in filter(None, written):
        if path.resolve() in taken:
            raise InputError(f"{str(path)!r} is named twice; write to another file.")
        taken.add(path.resolve())


@app.command()
def demo(out: Out = Path("build/demo"), language: InLanguage = LanguageOption.EN) -> None:
    """Make the grid plan of the bundled sample city."""
    with _guarded():
        communities = datasets.read_sample("communities")
        made = build_plan(communities, components=datasets.read_sample("components"))
        title = {"en": "Wanghe District", "zh": "望河区"}[language.value]
        _save(made, out, title, language)


def _grid(cell_area: float | None, h3: int | None) -> SquareGrid | H3Grid:
    if h3 is None:
        return SquareGrid(cell_area=cell_area)
    if cell_area is not None:
        raise InputError("give --cell-area for squares or --h3 for H3 cells, not both.")
    return H3Grid(h3)


def _scheme(name: str | None) -> CodeScheme | None:
    if name is None:
        return None
    require_option(name, list(SCHEMES), "--scheme")
    return SCHEMES[name]


def _save(made: GridPlan, out: Path, title: str, language: LanguageOption) -> None:
    files = made.save(out, title=title, language=language.value)
    typer.echo(repr(made))
    for file in files:
        typer.echo(f"wrote {file} ({file.stat().st_size / 1e6:.1f} MB)")
    typer.echo(f"verdict: {'ok' if made.ok else 'faults found, see coverage.json'}")
    raise typer.Exit(OK if made.ok else FAULTY)


@contextmanager
def _guarded() -> Iterator[None]:
    """Say what is wrong with the input in one paragraph; exit 1 is for faults found alone."""
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            yield
        except typer.Exit:
            raise
        except GridGeoError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(NOT_RUN) from error
        except Exception as error:  # any other is our own fault, and still no verdict
            traceback.print_exc()
            raise typer.Exit(NOT_RUN) from error


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    typer.echo(f"warning: {message}", err=True)
