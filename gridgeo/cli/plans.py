"""``gridgeo plan`` and ``gridgeo demo``: the whole walk; ``gridgeo cut``: its first step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from gridgeo import datasets
from gridgeo.cells import areas_to_cells
from gridgeo.cli.options import (
    FAULTY,
    OK,
    AreaCode,
    AreaLayer,
    AreasCrs,
    InLanguage,
    LanguageOption,
    Out,
    PlaceOutside,
    Text,
    app,
    column_names,
    guarded,
    refuse_overwriting,
)
from gridgeo.codes import SCHEMES, CodeScheme
from gridgeo.errors import InputError
from gridgeo.files import write_frame
from gridgeo.grids import H3Grid, SquareGrid
from gridgeo.io import read_areas, read_components, read_frame, read_staff
from gridgeo.schema import PARENT_CODE, STREET_CODE
from gridgeo.validate import require_option
from gridgeo.workflow import GridPlan, build_plan

CellArea = Annotated[
    float | None, typer.Option(help="Area of a whole square, m2; 10,000 if not given.")
]
H3Resolution = Annotated[int | None, typer.Option(help="H3 resolution instead of squares.")]
MinShare = Annotated[
    float, typer.Option(help="Border pieces below this share of a cell join a neighbour.")
]
WorkingCrs = Annotated[Text, typer.Option(help="Working CRS, projected in metres.")]
SchemeName = Annotated[Text, typer.Option(help=f"How codes are written: {', '.join(SCHEMES)}.")]

SAMPLE_ZONES: Final = 120
"""Zones of the sample city: each has about one inspector and a half."""


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
    cell_area: CellArea = None,
    h3: H3Resolution = None,
    min_share: MinShare = 0.5,
    crs: WorkingCrs = None,
    scheme: SchemeName = None,
    outside: Annotated[
        PlaceOutside, typer.Option(help="Components outside every cell.")
    ] = PlaceOutside.KEEP,
    n_zones: Annotated[int | None, typer.Option(help="Join the cells into so many zones.")] = None,
    max_load: Annotated[
        float | None, typer.Option(help="In their place: what no zone may exceed.")
    ] = None,
    load: Annotated[
        Text, typer.Option(help="What zones should have alike: n_components or area_m2.")
    ] = None,
    within: Annotated[
        Text, typer.Option(help="Column of the areas with the unit that no zone may leave.")
    ] = None,
    staff: Annotated[Path | None, typer.Option(help="Persons for the zones: csv, xlsx.")] = None,
    key_units: Annotated[
        Path | None, typer.Option(help="Places that must stand out: points with a name.")
    ] = None,
    title: Annotated[Text, typer.Option(help="Title of the maps.")] = None,
    language: InLanguage = LanguageOption.EN,
) -> None:
    """Cut areas into cells, put components into them, join them into zones, check, and draw.

    Exits with 0 where no report has a fault, 1 where one has, 2 where it could not run.
    """
    with guarded():
        found = None
        if components:
            found = read_components(
                list(components), class_code=class_code, x=x, y=y, crs=components_crs
            )
        made = build_plan(
            read_areas(areas, code=column_names(code), name=name, layer=layer, crs=areas_crs),
            components=found,
            staff=None if staff is None else read_staff(staff),
            key_units=None if key_units is None else read_frame(key_units),
            n_zones=n_zones,
            max_load=max_load,
            load=load,
            within=within,
            grid=_grid(cell_area, h3),
            min_share=min_share,
            crs=crs,
            scheme=_scheme(scheme),
            outside=outside.value,
        )
        _save(made, out, title or areas.stem, language)


@app.command()
def cut(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    areas: Annotated[
        Path, typer.Argument(help="Administrative areas: gpkg, shp, geojson, parquet.")
    ],
    out: Annotated[Path, typer.Option(help="File to write: .gpkg, .parquet, .shp, ...")],
    code: AreaCode = "area_code",
    name: Annotated[Text, typer.Option(help="Column with the area's name.")] = None,
    layer: AreaLayer = None,
    areas_crs: AreasCrs = None,
    cell_area: CellArea = None,
    h3: H3Resolution = None,
    min_share: MinShare = 0.5,
    crs: WorkingCrs = None,
    scheme: SchemeName = None,
) -> None:
    """Cut areas into cells that cover them exactly.

    Exits with 0 where it ran, 2 where it could not; then nothing is written. Whether the areas
    themselves are sound, ``gridgeo check`` tells.
    """
    with guarded():
        refuse_overwriting([out], [areas])
        cells = areas_to_cells(
            read_areas(areas, code=column_names(code), name=name, layer=layer, crs=areas_crs),
            _grid(cell_area, h3),
            min_share=min_share,
            crs=crs,
            scheme=_scheme(scheme),
        )
        typer.echo(f"wrote {write_frame(cells, out)}: {len(cells):,} cells, {cells.crs.name}")


@app.command()
def demo(out: Out = Path("build/demo"), language: InLanguage = LanguageOption.EN) -> None:
    """Make the grid plan of the bundled sample city."""
    with guarded():
        made = plan_sample()
        title = {"en": "Wanghe District", "zh": "望河区"}[language.value]
        _save(made, out, title, language)


def plan_sample() -> GridPlan:
    """Plan the sample city, with zones and staff."""
    communities = datasets.read_sample("communities")
    return build_plan(
        communities.rename(columns={PARENT_CODE: STREET_CODE}),
        components=datasets.read_sample("components"),
        staff=datasets.read_staff(),
        key_units=datasets.read_sample("key_units"),
        n_zones=SAMPLE_ZONES,
        within=STREET_CODE,
    )


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
