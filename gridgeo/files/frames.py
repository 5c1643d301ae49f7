"""Frames and plain values -> files, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from pyogrio import write_dataframe
from xlsxwriter.exceptions import XlsxWriterException

from gridgeo._sheets import as_sheet
from gridgeo.errors import InputError
from gridgeo.files.columns import DRIVERS, check_columns, geometries, gpkg_names, without_formulas
from gridgeo.files.places import replacing, told, unwritable

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

_ENDINGS = (*DRIVERS, ".parquet", ".csv", ".xlsx")
_TEXT_FORMAT = 49  # the number by which spreadsheets know the format text
NOT_WRITTEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    XlsxWriterException,
)
"""What the libraries raise between them where values do not fit a format."""


def write_frame(frame: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a frame whole, or leave the old file as it was.

    The ending says how, in capitals or not: ``.gpkg``, ``.geojson``, ``.parquet``, ``.csv`` or
    ``.xlsx``.

    - ``.gpkg`` holds no two columns that are equal but for case, and none called ``fid``,
      ``geom`` or ``geometry`` beside the geometry. Of equal columns the one in lower case, as
      gridgeo writes its own, keeps its name, else the first; every other gets the first number
      from 2 on that is free: ``CLASS_CODE_2`` beside ``class_code``, ``fid_2`` for ``fid``.
    - ``.csv`` has no geometry. A text that a spreadsheet would take for a formula, because it
      begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return and is no plain number,
      gets an apostrophe before it.
    - ``.xlsx`` has no geometry either. Text is written into cells of the format text, and so never
      a formula or a number: a code keeps its zeros also when its cell is edited. So are whole
      numbers of more than fifteen digits, which a spreadsheet would round, and times that it does
      not know: those with a zone, before 1900, or finer than a millisecond.

    Raises
    ------
    InputError
        Another ending, no geometry for a format that needs one, more rows, columns or characters
        than a sheet or its cell holds, or the file cannot be written.
    SchemaError
        Columns whose names repeat or are no text, or that the format cannot hold.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise InputError(f"{path.name!r} must end in .gpkg, .geojson, .parquet, .csv or .xlsx.")
    check_columns(frame, path.name, ending)
    if ending == ".csv":
        frame = without_formulas(frame)
    elif ending == ".xlsx":
        frame = as_sheet(pd.DataFrame(frame.drop(columns=geometries(frame))), path.name)
    elif ending == ".gpkg":
        frame = frame.rename(columns=gpkg_names(frame))
    with replacing(path) as part:
        try:
            _write(frame, part, ending)
        except NOT_WRITTEN as error:
            raise unwritable(path, error) from error
    return path


def write_layers(layers: Mapping[str, pd.DataFrame], path: str | os.PathLike[str]) -> Path:
    """Write frames as layers of one GeoPackage, whole or not at all.

    Where all geometries of a layer are polygons, or all lines, they become multipolygons, or
    multilines: a layer of one type, which every program opens. Others are written as they are,
    and frames without a geometry as tables.

    Raises
    ------
    InputError, SchemaError
        As :func:`write_frame`.
    """
    path = Path(path)
    if path.suffix.lower() != ".gpkg":
        raise InputError(f"{path.name!r} must end in .gpkg.")
    with replacing(path) as part:
        for name, frame in layers.items():
            check_columns(frame, path.name, ".gpkg", table=not isinstance(frame, gpd.GeoDataFrame))
            try:
                _write_layer(frame.rename(columns=gpkg_names(frame)), name, part)
            except NOT_WRITTEN as error:
                raise unwritable(path, error) from error
    return path


def write_json(content: dict[str, Any], path: str | os.PathLike[str]) -> Path:
    """Write plain values as JSON, whole or not at all."""
    path = Path(path)
    with replacing(path) as part:
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
        with told(path):
            part.write_text(text + "\n", encoding="utf-8")
    return path


def _write(frame: GeoDataFrame, path: Path, ending: str) -> None:
    if ending == ".parquet":
        frame.to_parquet(path, index=False)
    elif ending == ".csv":
        # A lone carriage return is quoted only where it belongs to the end of lines.
        frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    elif ending == ".xlsx":
        _write_sheet(frame, path)
    else:
        frame.to_file(path, driver=DRIVERS[ending], engine="pyogrio", index=False)


def _write_layer(frame: pd.DataFrame, name: str, path: Path) -> None:
    if not isinstance(frame, gpd.GeoDataFrame):
        write_dataframe(frame, path, layer=name, driver="GPKG")
        return
    kind = _layer_type(frame)
    look = {"layer": name, "geometry_type": kind, "promote_to_multi": kind != "Unknown"}
    frame.to_file(path, driver="GPKG", engine="pyogrio", index=False, **look)


def _write_sheet(table: pd.DataFrame, path: Path) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": options}) as writer:
        table.to_excel(writer, index=False, freeze_panes=(1, 0))
        (sheet,) = writer.sheets.values()
        as_text = writer.book.add_format({"num_format": _TEXT_FORMAT})
        for place, dtype in enumerate(table.dtypes):
            if dtype == "str":
                sheet.set_column(place, place, None, as_text)
        # Codes are meant to be text: no green corner says that they look like numbers.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _layer_type(frame: GeoDataFrame) -> str:
    kinds = set(frame.geom_type.dropna())
    for name in ("Polygon", "LineString"):
        if kinds <= {name, f"Multi{name}"}:
            return f"Multi{name}"
    return "Unknown"
