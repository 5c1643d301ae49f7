"""``gridgeo map``: the page or the sheet of a grid, from files."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import pandas as pd
import typer

from gridgeo._texts import as_text
from gridgeo.cli.options import (
    AreaCode,
    InLanguage,
    LanguageOption,
    Text,
    app,
    column_names,
    guarded,
    refuse_overwriting,
)
from gridgeo.crs import to_crs
from gridgeo.errors import InputError
from gridgeo.geocoding import geocode
from gridgeo.io import read_areas, read_cells, read_components, read_frame, read_table
from gridgeo.maps import explore_grid, plot_sheet, save_html, save_sheet
from gridgeo.schema import CELL_CODE, ZONE_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geopandas import GeoDataFrame


SHEETS: Final = (".png", ".svg", ".pdf")
PAGES: Final = (".html", ".htm")


class SchemeOption(StrEnum):
    """How numbers become colours."""

    QUANTILES = "quantiles"
    FISHER_JENKS = "fisher_jenks"
    EQUAL_INTERVAL = "equal_interval"


class SizeOption(StrEnum):
    """Papers that a sheet is for."""

    A0 = "A0"
    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"


class OrientationOption(StrEnum):
    """How a sheet lies."""

    LANDSCAPE = "landscape"
    PORTRAIT = "portrait"


@dataclass(frozen=True)
class _Files:
    """What is read for a map, and the columns that say which area is which."""

    cells: Path
    zones: Path | None
    areas: Sequence[Path]
    components: Path | None
    key_units: Path | None
    staff: Path | None
    code: str
    name: str | None
    parent: str | None

    @property
    def paths(self) -> list[Path | None]:
        """Give all files."""
        own = [self.cells, self.zones, self.components, self.key_units, self.staff]
        return [*own, *self.areas]


@app.command("map")
def draw_map(  # noqa: PLR0913, PLR0917 - one parameter for each option of the command line
    cells: Annotated[
        Path, typer.Argument(help="Cells, with zone_code where they are in zones: gpkg, parquet.")
    ],
    out: Annotated[
        Path, typer.Option(help="The page to write: .html; or the sheet: .png, .svg, .pdf.")
    ],
    zones: Annotated[
        Path | None, typer.Option(help="Zones with their persons; else those that cells name.")
    ] = None,
    areas: Annotated[
        list[Path] | None,
        typer.Option(help="Areas of the cells, and those above; may be given more than once."),
    ] = None,
    components: Annotated[
        Path | None, typer.Option(help="Components; put into the cells where they are not yet.")
    ] = None,
    key_units: Annotated[Path | None, typer.Option(help="Places that must stand out.")] = None,
    staff: Annotated[
        Path | None, typer.Option(help="Persons, for their names in the language of the map.")
    ] = None,
    code: AreaCode = "area_code",
    name: Annotated[Text, typer.Option(help="Column with the area's name.")] = None,
    parent: Annotated[
        Text, typer.Option(help="Column with the code of the area above; parent_code.")
    ] = None,
    color: Annotated[
        Text, typer.Option(help="zone, area, kind, density, or a column of cells or zones.")
    ] = None,
    scheme: Annotated[
        SchemeOption, typer.Option(help="How numbers become colours.")
    ] = SchemeOption.QUANTILES,
    breaks: Annotated[
        Text, typer.Option(help="Upper edges of classes, joined by commas, instead of a scheme.")
    ] = None,
    n_classes: Annotated[int, typer.Option(help="How many colours numbers have.")] = 5,
    title: Annotated[Text, typer.Option(help="Stands in the head of the map.")] = None,
    basemap: Annotated[
        Text, typer.Option(help="Map tiles, from the network: tianditu, amap, a name, an address.")
    ] = None,
    token: Annotated[Text, typer.Option(help="Key of the base map; it stands in the page.")] = None,
    size: Annotated[SizeOption | None, typer.Option(help="Paper of a sheet; A3.")] = None,
    orientation: Annotated[
        OrientationOption | None, typer.Option(help="How a sheet lies; landscape.")
    ] = None,
    scale: Annotated[
        float | None, typer.Option(help="Scale of a sheet: 2000 for 1:2000; the largest that fits.")
    ] = None,
    source: Annotated[Text, typer.Option(help="Where the data of a sheet come from.")] = None,
    language: InLanguage = LanguageOption.EN,
) -> None:
    """Draw the grid management map: one page that opens without a network, or a sheet to print.

    Exits with 0 where it ran, 2 where it could not; then nothing is written. With a base map the
    page needs the network.
    """
    with guarded():
        files = _Files(cells, zones, areas or [], components, key_units, staff, code, name, parent)
        refuse_overwriting([out], files.paths)
        look: dict[str, Any] = {
            "color": color,
            "scheme": scheme.value if breaks is None else _numbers(breaks),
            "n_classes": n_classes,
            "language": language.value,
            "title": title,
        }
        on_paper = _given(size=size, orientation=orientation, scale=scale, source=source)
        on_screen = _given(basemap=basemap, token=token)
        if out.suffix.lower() in SHEETS:
            _refuse(on_screen, "pages, written to .html; a sheet is drawn without it")
            save_sheet(plot_sheet(**_frames(files), **look, **on_paper), out)
        elif out.suffix.lower() in PAGES:
            _refuse(on_paper, f"sheets, written to {', '.join(SHEETS)}")
            page = explore_grid(**_frames(files), **look, **on_screen)
            save_html(page, out, offline=basemap is None)
        else:
            endings = ", ".join((*PAGES, *SHEETS))
            raise InputError(f"--out must end in one of {endings}, not {out.name!r}.")
        typer.echo(f"wrote {out} ({out.stat().st_size / 1e6:.1f} MB)")


def _given(**options: object) -> dict[str, Any]:
    """Give the options that were given, as the functions take them."""
    return {
        name: value.value if isinstance(value, StrEnum) else value
        for name, value in options.items()
        if value is not None
    }


def _refuse(given: Mapping[str, object], are_for: str) -> None:
    if given:
        raise InputError(f"--{next(iter(given))} is for {are_for}.")


def _frames(files: _Files) -> dict[str, Any]:
    """Read what there is, by the names of the parameters."""
    cells = _with_codes(read_cells(files.cells))
    frames: dict[str, Any] = {"cells": cells}
    if files.zones:
        frames["zones"] = _with_codes(read_frame(files.zones))
    if files.areas:
        frames["areas"] = _areas(files)
    if files.components:
        lamps = read_components(files.components)
        frames["components"] = lamps if CELL_CODE in lamps else geocode(lamps, cells)
    if files.key_units:
        frames["key_units"] = read_frame(files.key_units)
    if files.staff:
        frames["staff"] = read_table(files.staff)
    return frames


def _with_codes(frame: GeoDataFrame) -> GeoDataFrame:
    if ZONE_CODE not in frame.columns:
        return frame
    return frame.assign(**{ZONE_CODE: as_text(frame[ZONE_CODE], exact=True).fillna("")})


def _areas(files: _Files) -> GeoDataFrame:
    read = [
        read_areas(
            path,
            code=column_names(files.code),
            name=files.name,
            parent=files.parent and column_names(files.parent),
        )
        for path in files.areas
    ]
    return pd.concat([to_crs(areas, read[0].crs) for areas in read], ignore_index=True)


def _numbers(breaks: str) -> list[float]:
    try:
        return [float(number) for number in breaks.split(",")]
    except ValueError as error:
        raise InputError(f"--breaks must be numbers joined by commas, not {breaks!r}.") from error
