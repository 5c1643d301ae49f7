"""``gridgeo staff`` and ``gridgeo roster``: persons for zones, and who has which zone when."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import pandas as pd
import typer

from gridgeo._report_words import report_words
from gridgeo._texts import as_text
from gridgeo.cli.options import (
    FAULTY,
    OK,
    LanguageOption,
    OutJson,
    Text,
    ToldIn,
    app,
    column_names,
    guarded,
    refuse_overwriting,
)
from gridgeo.errors import InputError
from gridgeo.files import write_frame
from gridgeo.io import read_frame, read_staff
from gridgeo.roles import CITY_ROLES, ENVIRONMENT_ROLES, LABOUR_ROLES
from gridgeo.roster import rotate_staff
from gridgeo.schema import STREET_CODE, ZONE_CODE
from gridgeo.staff import assign_staff
from gridgeo.staffing import check_staffing
from gridgeo.validate import require_columns

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


class RoleSet(StrEnum):
    """Which roles a zone asks for."""

    CITY = "city"
    LABOUR = "labour"
    ENVIRONMENT = "environment"


_ROLES = {
    RoleSet.CITY: CITY_ROLES,
    RoleSet.LABOUR: LABOUR_ROLES,
    RoleSet.ENVIRONMENT: ENVIRONMENT_ROLES,
}

Zones = Annotated[Path, typer.Argument(help="Zones: gpkg, shp, geojson, parquet.")]
StaffFile = Annotated[Path, typer.Argument(help="Persons, one a row: csv, xlsx.")]
ZoneCode = Annotated[str, typer.Option("--code", help="Column with the zone's code.")]
Layer = Annotated[Text, typer.Option(help="Layer of the zones in a GeoPackage.")]
Sheet = Annotated[Text, typer.Option(help="Sheet of the persons in a workbook.")]
Encoding = Annotated[Text, typer.Option(help="How a text table is written.")]
Place = Annotated[
    str, typer.Option(help="Column of both files that binds persons to places; empty: everywhere.")
]
Roles = Annotated[RoleSet, typer.Option(help="City management, labour inspection, or environment.")]


@app.command()
def staff(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    zones: Zones,
    persons: StaffFile,
    out: Annotated[
        Path | None, typer.Option(help="The zones with their persons: .gpkg, .parquet, .csv, ...")
    ] = None,
    check_only: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--check", help="Check whom the zones name; assign nobody.")
    ] = False,
    roles: Roles = RoleSet.CITY,
    place: Place = STREET_CODE,
    load: Annotated[
        Text, typer.Option(help="Column of the zones to level; load, or each zone counts one.")
    ] = None,
    code: ZoneCode = ZONE_CODE,
    layer: Layer = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    json: OutJson = None,
    language: ToldIn = LanguageOption.EN,
) -> None:
    """Give every zone its persons, and check that none is lacking.

    Persons whom zones name already stay. Exits with 0 where every zone has its persons, 1 where
    any is lacking or has too much, 2 where it could not run.
    """
    with guarded():
        if (out is None) != check_only:
            raise InputError("give --out to assign persons, or --check to look at those there are.")
        refuse_overwriting([out, json], [zones, persons])
        found = _read_zones(zones, code, layer)
        crew = read_staff(persons, encoding=encoding, sheet=sheet)
        if not check_only:
            found = assign_staff(found, crew, roles=_ROLES[roles], place=place, load=load)
        report = check_staffing(found, crew, roles=_ROLES[roles], place=place)
        files = [write_frame(found, out)] if out else []
        files += [report.to_json(json)] if json else []
        typer.echo(report.to_text(language.value))
        for file in files:
            typer.echo(report_words(language.value)["wrote"].format(file=file))
        raise typer.Exit(OK if report.ok else FAULTY)


@app.command()
def roster(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    zones: Zones,
    persons: StaffFile,
    start: Annotated[str, typer.Option(help="First day of the first period, as 2026-01-01.")],
    out: Annotated[Path, typer.Option(help="File to write: .xlsx, .csv or .parquet.")],
    rotate: Annotated[
        str, typer.Option(help="Keys of the roles that rotate, joined by commas.")
    ] = "inspector",
    period: Annotated[int, typer.Option(help="Months that one has a zone.", min=1)] = 3,
    periods: Annotated[int, typer.Option(help="How many periods to plan.", min=1)] = 4,
    roles: Roles = RoleSet.CITY,
    place: Place = STREET_CODE,
    code: ZoneCode = ZONE_CODE,
    layer: Layer = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
) -> None:
    """Plan who has which zone from period to period, so that nobody keeps one."""
    with guarded():
        refuse_overwriting([out], [zones, persons])
        keys = column_names(rotate)
        turning = [role for role in _ROLES[roles] if role.key in keys]
        if len(turning) < len(keys):
            known = ", ".join(role.key for role in _ROLES[roles])
            raise InputError(f"--rotate must name roles of {roles.value}: {known}.")
        plan = rotate_staff(
            _read_zones(zones, code, layer),
            read_staff(persons, encoding=encoding, sheet=sheet),
            start=start,
            roles=turning,
            period=pd.DateOffset(months=period),
            n_periods=periods,
            place=place,
        )
        typer.echo(f"{len(plan):,} duties in {periods} periods")
        typer.echo(f"wrote {write_frame(plan, out)}")


def _read_zones(path: Path, code: str, layer: str | None) -> GeoDataFrame:
    zones = read_frame(path, layer=layer)
    require_columns(zones, [code], str(path))
    return zones.assign(**{ZONE_CODE: as_text(zones[code])})
