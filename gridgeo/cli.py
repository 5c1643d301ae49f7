"""The command line: the same verbs on files."""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo import datasets
from gridgeo.errors import GridGeoError
from gridgeo.grids import H3Grid, SquareGrid
from gridgeo.io import read_areas, read_components
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


Language = Annotated[MapLanguage, typer.Option(help="Language of the maps.")]


@app.callback()
def _main() -> None:
    """Turn a city's administrative areas into a grid that can be managed."""


@app.command()
def plan(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    areas: Annotated[
        Path, typer.Argument(help="Administrative areas: gpkg, shp, geojson, parquet.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    code: Annotated[
        str, typer.Option(help="Column with the area's code; several, joined by commas, make it.")
    ] = "area_code",
    name: Annotated[str | None, typer.Option(help="Column with the area's name.")] = None,
    components: Annotated[
        list[Path] | None, typer.Option(help="Components; may be given more than once.")
    ] = None,
    class_code: Annotated[
        str | None, typer.Option("--class", help="Column with the component's class.")
    ] = None,
    components_crs: Annotated[
        str | None, typer.Option(help="CRS of components in a csv, such as EPSG:4326.")
    ] = None,
    cell_area: Annotated[float, typer.Option(help="Area of a whole square, m2.")] = 10_000.0,
    h3: Annotated[int | None, typer.Option(help="H3 resolution instead of squares.")] = None,
    min_share: Annotated[
        float, typer.Option(help="Border pieces below this share of a cell join a neighbour.")
    ] = 0.5,
    crs: Annotated[str | None, typer.Option(help="Working CRS, projected in metres.")] = None,
    outside: Annotated[
        PlaceOutside, typer.Option(help="Components outside every cell.")
    ] = PlaceOutside.KEEP,
    title: Annotated[str | None, typer.Option(help="Title of the maps.")] = None,
    language: Language = MapLanguage.EN,
) -> None:
    """Cut areas into cells, put components into them, check, and draw the map.

    Exits with 0 where the coverage has no fault, 1 where it has, 2 where it could not run.
    """
    with _told():
        grid = SquareGrid(cell_area=cell_area) if h3 is None else H3Grid(h3)
        frame = read_areas(areas, code=code.split(","), name=name)
        found = None
        if components:
            found = read_components(list(components), class_code=class_code, crs=components_crs)
        made = build_plan(
            frame, components=found, grid=grid, min_share=min_share, crs=crs, outside=outside.value
        )
        _save(made, out, title or areas.stem, language)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("build/demo"),
    language: Language = MapLanguage.EN,
) -> None:
    """Make the grid plan of the bundled sample city."""
    with _told():
        communities = datasets.read_sample("communities")
        made = build_plan(communities, components=datasets.read_sample("components"))
        title = {"en": "Wanghe District", "zh": "望河区"}[language.value]
        _save(made, out, title, language)


def _save(made: GridPlan, out: Path, title: str, language: MapLanguage) -> None:
    files = made.save(out, title=title, language=language.value)
    typer.echo(repr(made))
    for file in files:
        typer.echo(f"wrote {file} ({file.stat().st_size / 1e6:.1f} MB)")
    typer.echo(f"verdict: {'ok' if made.ok else 'faults found, see coverage.json'}")
    raise typer.Exit(OK if made.ok else FAULTY)


@contextmanager
def _told() -> Iterator[None]:
    """Say what is wrong with the input in one paragraph, without a traceback."""
    try:
        yield
    except GridGeoError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(NOT_RUN) from error
