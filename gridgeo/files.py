"""Frames and plain values -> files, whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyogrio import write_dataframe
from xlsxwriter.exceptions import XlsxWriterException

from gridgeo._sheets import as_sheet
from gridgeo.errors import InputError, SchemaError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    from geopandas import GeoDataFrame

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_ENDINGS = (*_DRIVERS, ".parquet", ".csv", ".xlsx")
_TABLES = (".csv", ".xlsx")
_TEXT_FORMAT = 49  # the number by which spreadsheets know the format text
_RESERVED = ("fid", "geom", "geometry")
_INT64_MAX = np.iinfo(np.int64).max
# What pandas, pyarrow, pyogrio and xlsxwriter raise between them where values do not fit a format.
_NOT_WRITTEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    XlsxWriterException,
)
# A minus before a number makes no formula; components read from a table keep numbers as text.
_FORMULA = r"(?![-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\Z)[=+\-@\t\r]"


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
    _check_columns(frame, path.name, ending)
    if ending == ".csv":
        frame = _without_formulas(frame)
    elif ending == ".xlsx":
        frame = as_sheet(pd.DataFrame(frame.drop(columns=_geometries(frame))), path.name)
    elif ending == ".gpkg":
        frame = frame.rename(columns=_gpkg_names(frame))
    with replacing(path) as part:
        try:
            _write(frame, part, ending)
        except _NOT_WRITTEN as error:
            raise _unwritable(path, error) from error
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
            _check_columns(frame, path.name, ".gpkg", table=not isinstance(frame, gpd.GeoDataFrame))
            try:
                _write_layer(frame.rename(columns=_gpkg_names(frame)), name, part)
            except _NOT_WRITTEN as error:
                raise _unwritable(path, error) from error
    return path


def write_json(content: dict[str, Any], path: str | os.PathLike[str]) -> Path:
    """Write plain values as JSON, whole or not at all."""
    path = Path(path)
    with replacing(path) as part:
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
        with _told(path):
            part.write_text(text + "\n", encoding="utf-8")
    return path


@contextmanager
def staged(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Collect files in a folder beside their place and move them in together at the end.

    Where anything is raised on the way, or one file cannot be moved in, the files that were there
    stay as they were, and a folder made for them is gone again.

    Raises
    ------
    InputError
        The folder cannot be made or written to, or a file cannot be moved to its place.
    """
    target = Path(folder)
    made: list[Path] = []
    try:
        with _told(target):
            made += [one for one in (target, *target.parents) if not one.exists()]
            target.mkdir(parents=True, exist_ok=True)
            work = Path(tempfile.mkdtemp(dir=target, prefix=".part-"))
        new, old = work / "new", work / "old"
        try:
            new.mkdir()
            old.mkdir()
            yield new
            _move_in(new, target, old)
            shutil.rmtree(old, ignore_errors=True)
        finally:
            with suppress(OSError):
                old.rmdir()
            # An old file that could not be moved back is kept: the message says where.
            shutil.rmtree(new if old.exists() else work, ignore_errors=True)
    except BaseException:
        for one in made:
            with suppress(OSError):
                one.rmdir()
        raise


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path to write to; what stands there replaces ``path`` when all went well.

    Raises
    ------
    InputError
        As :func:`staged`.
    """
    path = Path(path)
    with _told(path):
        _refuse_folder(path)
    with staged(path.parent) as part:
        yield part / path.name


def _move_in(new: Path, target: Path, old: Path) -> None:
    """Move files to their place, and all of them back where one of them cannot be moved."""
    moves = [(file, target / file.name) for file in sorted(new.iterdir())]
    several = len(moves) > 1  # one alone is replaced in one stroke
    if several:
        moves = [(place, old / place.name) for _, place in moves if place.exists()] + moves
    begun: list[tuple[Path, Path]] = []
    try:
        for start, end in moves:
            with _told(target / end.name):
                _refuse_folder(target / end.name)
                if several:
                    begun.append((start, end))
                start.replace(end)
    except BaseException as error:
        for start, end in reversed(begun):
            with suppress(OSError):
                if end.exists() and not start.exists():
                    end.replace(start)
        if any(old.iterdir()):
            raise InputError(f"{error} The files that were there are in {str(old)!r}.") from error
        raise


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError("there is a folder of this name")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the disk says into an error that names the path and the remedy."""
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: Exception) -> InputError:
    reason = "; ".join(map(str, error.args))
    if isinstance(error, OSError):
        reason = error.strerror or reason
        reason += "; name another place, or close the program that has it open"
    return InputError(f"{str(path)!r} cannot be written: {reason}.")


def _write(frame: GeoDataFrame, path: Path, ending: str) -> None:
    if ending == ".parquet":
        frame.to_parquet(path, index=False)
    elif ending == ".csv":
        # A lone carriage return is quoted only where it belongs to the end of lines.
        frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    elif ending == ".xlsx":
        _write_sheet(frame, path)
    else:
        frame.to_file(path, driver=_DRIVERS[ending], engine="pyogrio", index=False)


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


def _check_columns(frame: pd.DataFrame, name: str, ending: str, *, table: bool = False) -> None:
    """Refuse a frame that a file of this ending cannot hold, naming the columns."""
    drawn = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    if ending in _DRIVERS and drawn is None and not table:
        raise InputError(f"{name!r} needs a frame with a geometry; write a table as .csv or .xlsx.")
    names = frame.columns
    _refuse(names[names.duplicated()], name, "repeat; rename them")
    no_text = [column for column in names if not isinstance(column, str)]
    _refuse(no_text, name, "have names that are no text; see frame.rename(columns=str)")
    if ending in _DRIVERS:
        second = [column for column in _geometries(frame) if column != drawn]
        _refuse(second, name, "are second geometries; drop them, or write .parquet")
    foreign = [column for column in names if not _fits(frame[column], ending)]
    _refuse(foreign, name, "hold what the format cannot; make them numbers or text")


def _refuse(columns: Iterable[object], name: str, fault: str) -> None:
    if listed := ", ".join(map(repr, columns)):
        raise SchemaError(f"{name!r}: columns {listed} {fault}.")


def _geometries(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name, dtype in frame.dtypes.items() if dtype == "geometry"]


def _fits(column: pd.Series, ending: str) -> bool:
    """Tell whether a format has a type for a column: no timedelta, complex, half or long one."""
    kind = column.dtype.kind
    if ending not in _DRIVERS:
        return kind != "c" or ending in _TABLES
    if kind == "u":
        return not (column.dropna() > _INT64_MAX).any()
    return kind not in "mc" and column.dtype != np.float16


def _gpkg_names(frame: pd.DataFrame) -> dict[str, str]:
    """Give new names to the columns that a GeoPackage cannot tell apart or keeps for itself."""
    columns = [column for column in frame.columns if column not in _geometries(frame)]
    taken = {*_RESERVED, *map(str.lower, columns)}
    keepers = {column.lower(): column for column in reversed(columns)}
    keepers |= {column: column for column in columns if column == column.lower()}
    renamed = {}
    for column in columns:
        if column.lower() in _RESERVED or keepers[column.lower()] != column:
            number = next(n for n in count(2) if f"{column}_{n}".lower() not in taken)
            renamed[column] = f"{column}_{number}"
            taken.add(renamed[column].lower())
    return renamed


def _without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop geometries, and put an apostrophe before texts that would be formulas."""
    table = pd.DataFrame(frame.drop(columns=_geometries(frame)))
    for name, column in table.items():
        if column.dtype.kind not in "biufcM":
            text = column.astype("str")
            risky = text.str.match(_FORMULA, na=False)
            table[name] = column.astype(object).mask(risky, "'" + text)
    return table.rename(columns=lambda name: re.sub(f"^(?={_FORMULA})", "'", name))
