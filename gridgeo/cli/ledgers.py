"""``gridgeo ledger`` and ``gridgeo cards``: what is filed of a grid."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import pandas as pd
import typer

from gridgeo._texts import as_text
from gridgeo.class_tables import read_classes
from gridgeo.cli.options import (
    FAULTY,
    OK,
    AreaCode,
    LanguageOption,
    Text,
    app,
    column_names,
    guarded,
    refuse_overwriting,
)
from gridgeo.coverage import check_coverage
from gridgeo.geocoding import geocode
from gridgeo.io import read_areas, read_cells, read_components, read_frame, read_table
from gridgeo.io.tables import TABLES
from gridgeo.ledger import write_ledger, zone_cards
from gridgeo.schema import AREA_M2, CELL_CODE, LENGTH_M, LOAD, N_CELLS, ZONE_CODE
from gridgeo.validate import require_columns

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Frame = TypeVar("Frame", bound=pd.DataFrame)
Cells = Annotated[
    Path, typer.Argument(help="Cells with their zone_code: gpkg, shp, geojson, parquet.")
]
Zones = Annotated[
    Path | None, typer.Option(help="Zones with their persons; else those that the cells name.")
]
Components = Annotated[
    Path | None,
    typer.Option(help="Components; those without cell_code are put into the cells."),
]
KeyUnits = Annotated[Path | None, typer.Option(help="Key units: points, or a table by cell_code.")]
Areas = Annotated[Path | None, typer.Option(help="Areas, for their names.")]
Classes = Annotated[Path | None, typer.Option(help="A table with the names of classes.")]
ComponentsCrs = Annotated[
    Text, typer.Option(help="CRS of the components where their file does not say.")
]
ZoneColumn = Annotated[
    str, typer.Option(help="Column of cells and zones with the code of the zone.")
]
Title = Annotated[Text, typer.Option(help="Title, at the head of every page.")]
Source = Annotated[Text, typer.Option(help="Where the data come from.")]
Spoken = Annotated[
    LanguageOption, typer.Option("--language", help="Language of headings and titles.")
]


class FormOption(StrEnum):
    """How a ledger is written."""

    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True)
class _Given:
    """The files that both commands read, and what these do not say of themselves."""

    cells: Path
    zones: Path | None
    components: Path | None
    key_units: Path | None
    areas: Path | None
    classes: Path | None
    area_code: str
    zone_code: str
    components_crs: str | None

    @property
    def paths(self) -> list[Path | None]:
        """The files."""
        return [
            self.cells,
            self.zones,
            self.components,
            self.key_units,
            self.areas,
            self.classes,
        ]


@app.command()
def ledger(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    cells: Cells,
    out: Annotated[
        Path, typer.Option(help="Workbook .xlsx, or a folder with --form csv or parquet.")
    ],
    zones: Zones = None,
    components: Components = None,
    staff: Annotated[Path | None, typer.Option(help="Table of persons: csv, xlsx.")] = None,
    key_units: KeyUnits = None,
    areas: Annotated[
        Path | None, typer.Option(help="Areas, for their names, and to check the cells against.")
    ] = None,
    area_code: AreaCode = "area_code",
    classes: Classes = None,
    components_crs: ComponentsCrs = None,
    zone_code: ZoneColumn = ZONE_CODE,
    form: Annotated[
        FormOption | None, typer.Option(help="How to write, where --out does not say.")
    ] = None,
    title: Title = None,
    source: Source = None,
    language: Spoken = LanguageOption.EN,
    *,
    per_zone: Annotated[
        bool, typer.Option("--per-zone", help="A sheet for each zone as well.")
    ] = False,
) -> None:
    """Write the ledger of a grid: zones, cells, components, staff, key units, faults.

    Exits with 0 where it wrote; with --areas 1 where the cells do not cover them without a fault
    (the ledger lists the faults); 2 where it could not run.
    """
    with guarded():
        given = _Given(
            *(cells, zones, components, key_units, areas, classes),
            *(area_code, zone_code, components_crs),
        )
        refuse_overwriting([out], [*given.paths, staff])
        frames = _read(given)
        held = frames["areas"]
        reports = [] if held is None else [check_coverage(frames["cells"], held)]
        written = write_ledger(
            out,
            **frames,
            staff=None if staff is None else _read_any(staff),
            reports=reports,
            per_zone=per_zone,
            form=None if form is None else form.value,
            title=title,
            source=source,
            language=language.value,
        )
        for report in reports:
            typer.echo(report.to_text(language.value).split("\n", 1)[0])
        typer.echo(f"wrote {written}")
        raise typer.Exit(OK if all(report.ok for report in reports) else FAULTY)


@app.command()
def cards(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    cells: Cells,
    out: Annotated[Path, typer.Option(help="Page to write: .html; prints on A4.")],
    zones: Zones = None,
    components: Components = None,
    key_units: KeyUnits = None,
    areas: Areas = None,
    area_code: AreaCode = "area_code",
    classes: Classes = None,
    components_crs: ComponentsCrs = None,
    zone_code: ZoneColumn = ZONE_CODE,
    zone: Annotated[
        list[str] | None, typer.Option(help="Code of a zone; may be given more than once.")
    ] = None,
    title: Title = None,
    source: Source = None,
    language: Spoken = LanguageOption.EN,
) -> None:
    """Draw a card for each zone: map, persons, components, key units, a sheet of paper each.

    Exits with 0 where it wrote, 2 where it could not run.
    """
    with guarded():
        given = _Given(
            *(cells, zones, components, key_units, areas, classes),
            *(area_code, zone_code, components_crs),
        )
        refuse_overwriting([out], given.paths)
        made = zone_cards(
            **_read(given), codes=zone, title=title, source=source, language=language.value
        )
        typer.echo(f"wrote {made.save(out)} ({len(made.codes):,} zones)")


def _read(given: _Given) -> dict[str, Any]:
    """Read the frames of a ledger, by the name of the parameter that takes them."""
    cells = _with_zone_code(read_cells(given.cells), given.zone_code, given.cells)
    frames: dict[str, Any] = {"cells": cells, "zones": None, "components": None, "areas": None}
    if given.zones is not None:
        frames["zones"] = _with_zone_code(_read_any(given.zones), given.zone_code, given.zones)
    if given.components is not None:
        frames["components"] = _read_components(given.components, cells, given.components_crs)
    if given.areas is not None:
        frames["areas"] = read_areas(given.areas, code=column_names(given.area_code))
    frames["key_units"] = None if given.key_units is None else _read_any(given.key_units)
    frames["classes"] = None if given.classes is None else read_classes(given.classes)
    return frames


def _with_zone_code(frame: Frame, column: str, path: Path) -> Frame:
    """Give a frame the codes of zones as text; cells may have none."""
    if column == ZONE_CODE and ZONE_CODE not in frame:
        return frame
    require_columns(frame, [column], str(path))
    return frame.assign(**{ZONE_CODE: as_text(frame[column])})


def _read_any(path: Path) -> pd.DataFrame:
    """Read a table or a layer; sums of a table are numbers, all else of it is text."""
    if not str(path).lower().endswith(TABLES):
        return read_frame(path)
    table = read_table(path)
    sums = [name for name in (AREA_M2, N_CELLS, LOAD, LENGTH_M) if name in table]
    return table.assign(**{name: pd.to_numeric(table[name]) for name in sums})


def _read_components(path: Path, cells: GeoDataFrame, crs: str | None) -> pd.DataFrame:
    """Read components that know their cell, or find it."""
    if str(path).lower().endswith(TABLES):
        table = _read_any(path)
        if CELL_CODE in table:
            return table
    components = read_components(path, crs=crs)
    return components if CELL_CODE in components else geocode(components, cells)
