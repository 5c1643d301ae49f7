"""The command line: the same verbs on files."""

from __future__ import annotations

import sys
import traceback
import warnings
from contextlib import contextmanager
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo import datasets
from gridgeo.codes import SCHEMES, CodeScheme
from gridgeo.coverage import TOLERANCE_M, TOLERANCE_M2, check_coverage
from gridgeo.errors import GridGeoError, InputError
from gridgeo.grids import H3Grid, SquareGrid
from gridgeo.io import read_areas, read_cells, read_components
from gridgeo.validate import require_option
from gridgeo.workflow import GridPlan, build_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

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


class MapLanguage(StrEnum):
    """Language of the maps."""

    EN = "en"
    ZH = "zh"


Text = str | None
Out = Annotated[Path, typer.Option(help="Folder to write into.")]
AreaCode = Annotated[
    str, typer.Option(help="Column with the area's code; several, joined by commas, make it.")
]
AreaLayer = Annotated[Text, typer.Option(help="Layer of the areas in a GeoPackage.")]
AreasCrs = Annotated[Text, typer.Option(help="CRS of the areas where their file does not say.")]
InLanguage = Annotated[MapLanguage, typer.Option(help="Language of the maps.")]


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
    language: InLanguage = MapLanguage.EN,
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
    out: Annotated[
        Path | None, typer.Option(help="GeoPackage of the faults, a layer a kind.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="The report as JSON.")] = None,
) -> None:
    """Check that cells cover areas once: no gap, no overlap, nothing across a border.

    Exits with 0 where no fault was found, 1 where any was, 2 where it could not run.
    """
    with _guarded():
        _refuse_overwriting(
            [path for path in (out, json) if path], [path for path in (cells, areas) if path]
        )
        found = read_cells(
            cells,
            code=cell_code and _columns(cell_code),
            area=cell_area_code and _columns(cell_area_code),
            layer=cells_layer,
            crs=cells_crs,
        )
        held = areas and read_areas(areas, code=_columns(code), layer=layer, crs=areas_crs)
        report = check_coverage(found, held, tolerance_m2=tolerance_m2, tolerance_m=tolerance_m)
        files = [report.to_gpkg(out)] if out else []
        files += [report.to_json(json)] if json else []
        typer.echo(repr(report))
        for file in files:
            typer.echo(f"wrote {file}")
        raise typer.Exit(OK if report.ok else FAULTY)


def _columns(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


def _refuse_overwriting(written: list[Path], read: list[Path]) -> None:
    """Refuse to write over what is read, or twice to one place."""
    taken = {path.resolve() for path in read}
    for path in written:
        if path.resolve() in taken:
            raise InputError(f"{str(path)!r} is named twice; write to another file.")
        taken.add(path.resolve())


@app.command()
def demo(out: Out = Path("build/demo"), language: InLanguage = MapLanguage.EN) -> None:
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


def _save(made: GridPlan, out: Path, title: str, language: MapLanguage) -> None:
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
