"""Files -> frames: text stays text, and nothing about a file is guessed silently."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from gridgeo._texts import as_text, dbf_encoding, inexact, require_encoding
from gridgeo.crs import parse_crs, to_crs
from gridgeo.errors import CodeError, CRSError, InputError, SchemaError
from gridgeo.schema import AREA_CODE, AREA_NAME, CELL_CODE, CLASS_CODE, PARENT_CODE, TIME
from gridgeo.validate import Faults, add_code_faults, require_columns, require_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

_TABLES = (".csv", ".csv.gz")
_PARQUET = (".parquet", ".geoparquet")
_SHAPEFILES = (".shp", ".zip")
_DEGREES = (("lon", "lng", "longitude", "经度"), ("lat", "latitude", "纬度"))
_METRES = (("x",), ("y",))
_NO_NUMBER = ("", "na", "n/a", "nan", "none", "null")
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class _Reading:
    """How a file of points is read."""

    class_code: str | None
    x: str | None
    y: str | None
    crs: object
    layer: str | None
    encoding: str | None


def read_areas(  # noqa: PLR0913 - what a file does not say of itself, all named
    path: str | os.PathLike[str],
    *,
    code: str | Sequence[str] = AREA_CODE,
    name: str | None = None,
    parent: str | Sequence[str] | None = None,
    layer: str | None = None,
    crs: object = None,
    encoding: str | None = None,
) -> GeoDataFrame:
    """Read administrative areas from a file.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, GeoParquet, or a folder ``.gdb``.
    code
        The column that holds the area's code, or several whose texts joined make it. A number
        becomes its digits, 110101001001.0 too; leading zeros that a spreadsheet took away
        cannot be known and stay away.
    name
        The column that holds its name, text or not; ``area_name`` where there is one, else the
        code.
    parent
        The column or columns that make the code of the area one level up.
    layer
        Which layer of a GeoPackage or a folder ``.gdb``.
    crs
        The file's CRS where the file does not say.
    encoding
        How a Shapefile's text is written. Where neither this nor the file says (no ``.cpg``, no
        language in the ``.dbf``), it is UTF-8 or else GB18030 if all of the text is valid in it.

    Returns
    -------
    GeoDataFrame
        ``area_code`` and ``area_name`` (text), ``parent_code`` where asked for, all other columns
        of the file, in its own CRS. Geometries are not looked at yet.

    Raises
    ------
    InputError
        The file does not exist or cannot be read.
    SchemaError
        A column is not there, or the file has no rows.
    CodeError
        Codes missing, repeated, or numbers that are not whole or too long to be exact.
    CRSError
        Neither the file nor ``crs`` says which CRS it is.
    """
    areas = _with_crs(read_frame(path, layer=layer, encoding=encoding), crs, path)
    require_rows(areas, str(path))
    areas = areas.assign(**{AREA_CODE: _joined_text(areas, code, path)})
    faults = Faults(str(path), areas.index)
    add_code_faults(faults, areas[AREA_CODE], AREA_CODE)
    faults.raise_if_any()
    if name is not None or AREA_NAME not in areas:
        require_columns(areas, [name or AREA_CODE], str(path))
        named = as_text(areas[name or AREA_CODE], exact=False)
        areas = areas.assign(**{AREA_NAME: named})
    if parent is not None:
        areas = areas.assign(**{PARENT_CODE: _joined_text(areas, parent, path)})
    return areas


def read_cells(
    path: str | os.PathLike[str],
    *,
    code: str | Sequence[str] | None = None,
    area: str | Sequence[str] | None = None,
    layer: str | None = None,
    crs: object = None,
) -> GeoDataFrame:
    """Read cells to be checked: ``cell_code`` and ``area_code`` as text, however faulty.

    ``code`` and ``area`` name the columns that hold or make them, where other than these; all
    else is as for :func:`read_areas`. A file with ``area_code`` alone is one of areas.
    """
    cells = _with_crs(read_frame(path, layer=layer), crs, path)
    if code is not None or CELL_CODE in cells or AREA_CODE not in cells:
        cells = cells.assign(**{CELL_CODE: _joined_text(cells, code or CELL_CODE, path)})
    if area is not None or AREA_CODE in cells:
        cells = cells.assign(**{AREA_CODE: _joined_text(cells, area or AREA_CODE, path)})
    return cells


def read_components(  # noqa: PLR0913 - what a file does not say of itself, all named
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    class_code: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: object = None,
    layer: str | None = None,
    encoding: str | None = None,
) -> GeoDataFrame:
    """Read city components from one or more files.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, GeoParquet, a folder ``.gdb``, or a table (csv, csv.gz) of
        points; or several of these, which become one frame in the CRS of the first.
    class_code
        The column that says what a component is; numbers become their digits. Where it is not
        given and there is no column ``class_code``, a file's name is the class of all its rows.
    x, y
        Coordinate columns of a table. Where not given they are found by their usual names:
        longitude and latitude before ``x`` and ``y``, after them where ``crs`` is projected.
    crs
        CRS of a table, or of a file that does not say. Of several files, those that say their
        own keep it.
    layer
        Which layer of a GeoPackage or a folder ``.gdb``.
    encoding
        How a Shapefile's or a table's text is written; see :func:`read_areas`.

    Returns
    -------
    GeoDataFrame
        ``class_code`` (text) and all columns of the files; of a table, all but the coordinates as
        text. Rows of a table without coordinates are kept, with a null geometry.

    Raises
    ------
    InputError
        A file does not exist or cannot be read, or coordinates are not numbers.
    SchemaError
        A column is not there, or a file has no rows.
    CodeError
        Class codes are numbers that are not whole, or too long to be exact.
    CRSError
        Nothing says which CRS a file is in, or one file alone says another than ``crs``.
    """
    paths = [path] if isinstance(path, (str, os.PathLike)) else list(path)
    if not paths:
        raise InputError("`path` names no file.")
    reading = _Reading(class_code, x, y, crs, layer, encoding)
    if len(paths) == 1:
        return _read_points(paths[0], reading)
    frames = [_read_points(one, reading, keep_crs=True) for one in paths]
    frames = [to_crs(frame, frames[0].crs) for frame in frames]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def read_events(  # noqa: PLR0913 - what a file does not say of itself, all named
    path: str | os.PathLike[str],
    *,
    time: str = TIME,
    class_code: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: object = None,
    layer: str | None = None,
    encoding: str | None = None,
) -> GeoDataFrame:
    """Read events: as :func:`read_components`, with a column ``time``.

    Times are expected in ISO order, as in 2025-03-01 08:30. In another order they are read as
    pandas does, month first: 01/02/2025 is the second of January. A time that cannot be read, or
    has no year of four digits, becomes missing; no row is lost. Where all times have one zone
    they keep it; where zones are mixed all become UTC, and a time without a zone is taken as UTC.

    Raises
    ------
    SchemaError
        The column for the time is not there.
    """
    events = _read_points(path, _Reading(class_code, x, y, crs, layer, encoding))
    require_columns(events, [time], str(path))
    return events.assign(**{TIME: _to_times(events[time])})


def read_frame(
    path: str | os.PathLike[str], *, layer: str | None = None, encoding: str | None = None
) -> GeoDataFrame:
    """Read a file with a geometry as it is; ``layer`` and ``encoding`` as in :func:`read_areas`.

    Raises
    ------
    InputError
        The file does not exist, cannot be read, or has no geometry.
    """
    _require_file(path)
    require_encoding(encoding)
    ending = str(path).lower()
    try:
        if ending.endswith(_PARQUET):
            return gpd.read_parquet(path)
        if not ending.endswith(_SHAPEFILES):
            encoding = None
        elif encoding is None:
            encoding = dbf_encoding(Path(path))
        frame = gpd.read_file(path, layer=layer, engine="pyogrio", encoding=encoding)
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as GeoPackage, Shapefile, GeoJSON or GeoParquet: {error}"
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{str(path)!r} has no geometry; name the layer that has one.")
    return frame


def read_table(path: str | os.PathLike[str], *, encoding: str | None = None) -> pd.DataFrame:
    """Read a csv with every value as text: a code keeps its zeros, and a class may be called NA.

    Parameters
    ----------
    path
        A csv file, or csv.gz.
    encoding
        How its text is written; UTF-8, or else GB18030, where not given.

    Returns
    -------
    DataFrame
        Text columns; only an empty cell is missing.

    Raises
    ------
    InputError
        The file does not exist or cannot be read.
    SchemaError
        The file is empty.
    """
    _require_file(path)
    require_encoding(encoding)
    for one in _ENCODINGS if encoding is None else (encoding,):
        try:
            return pd.read_csv(
                path, dtype="str", encoding=one, keep_default_na=False, na_values=[""]
            )
        except UnicodeDecodeError:
            continue
        except pd.errors.EmptyDataError as error:
            raise SchemaError(f"{str(path)!r} is empty.") from error
        except (pd.errors.ParserError, OSError) as error:
            raise InputError(f"{str(path)!r} cannot be read as a table: {error}") from error
    tried = "neither in UTF-8 nor in GB18030" if encoding is None else f"not in {encoding}"
    raise InputError(f"{str(path)!r} is written {tried}; name its `encoding`.")


def _read_points(
    path: str | os.PathLike[str], reading: _Reading, *, keep_crs: bool = False
) -> GeoDataFrame:
    if str(path).lower().endswith(_TABLES):
        frame = _read_coordinates(path, reading)
    else:
        frame = read_frame(path, layer=reading.layer, encoding=reading.encoding)
    frame = _with_crs(frame, None if keep_crs and frame.crs else reading.crs, path)
    require_rows(frame, str(path))
    if reading.class_code is None and CLASS_CODE not in frame:
        stem = Path(path).name.split(".")[0]
        return frame.assign(**{CLASS_CODE: pd.Series(stem, index=frame.index, dtype="str")})
    codes = _joined_text(frame, reading.class_code or CLASS_CODE, path)
    return frame.assign(**{CLASS_CODE: codes})


def _read_coordinates(path: str | os.PathLike[str], reading: _Reading) -> GeoDataFrame:
    table = read_table(path, encoding=reading.encoding)
    x, y = _coordinate_columns(table, reading, path)
    require_columns(table, [x, y], str(path))
    faults = Faults(str(path), table.index)
    numbers = {}
    for name in (x, y):
        given = ~table[name].str.strip().str.lower().isin(_NO_NUMBER) & table[name].notna()
        numbers[name] = pd.to_numeric(table[name].where(given), errors="coerce")
        text = given.to_numpy() & ~np.isfinite(numbers[name].to_numpy())
        faults.add(InputError, text, f"text in column {name!r} that is no number; mend or empty it")
    faults.raise_if_any()
    missing = numbers[x].isna() | numbers[y].isna()
    points = gpd.points_from_xy(numbers[x], numbers[y])
    points[missing.to_numpy()] = None
    return gpd.GeoDataFrame(table.assign(**numbers), geometry=points)


def _coordinate_columns(
    table: pd.DataFrame, reading: _Reading, path: str | os.PathLike[str]
) -> tuple[str, str]:
    """Give the columns that were named, or else the first usual pair that there is once."""
    kinds = [_DEGREES, _METRES]
    if reading.crs is not None and parse_crs(reading.crs).is_projected:
        kinds.reverse()
    for x_names, y_names in kinds:
        x = [reading.x] if reading.x else _named(table, x_names)
        y = [reading.y] if reading.y else _named(table, y_names)
        if len(x) == len(y) == 1:
            return x[0], y[0]
    wanted = " and which ".join(f"`{axis}`" for axis in "xy" if getattr(reading, axis) is None)
    has = ", ".join(map(str, table.columns))
    raise SchemaError(f"say which column of {str(path)!r} is {wanted}; its columns are: {has}.")


def _named(table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    return [column for column in table.columns if str(column).strip().lower() in names]


def _to_times(column: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    texts = as_text(column, exact=False)
    # Without a year pandas takes today's for "08:30" and the clock's for "now".
    texts = texts.where(texts.str.contains(r"\d{4}", na=False))
    try:
        return pd.to_datetime(texts, errors="coerce", format="mixed")
    except ValueError:  # mixed zones
        return pd.to_datetime(texts, errors="coerce", format="mixed", utc=True)


def _joined_text(
    frame: pd.DataFrame, columns: str | Sequence[str], path: str | os.PathLike[str]
) -> pd.Series:
    """Join columns as text; a whole number becomes its digits, a decimal one is refused."""
    names = [columns] if isinstance(columns, str) else list(columns)
    require_columns(frame, names, str(path))
    faults = Faults(str(path), frame.index)
    for name in names:
        faults.add(
            CodeError,
            inexact(frame[name]),
            f"column {name!r} holds decimal numbers, or longer ones than a decimal column keeps; "
            "store it as text",
        )
    faults.raise_if_any()
    joined = as_text(frame[names[0]])
    for name in names[1:]:
        joined = joined + as_text(frame[name])
    return joined


def _with_crs(frame: GeoDataFrame, crs: object, path: str | os.PathLike[str]) -> GeoDataFrame:
    if crs is not None and frame.crs is None:
        return frame.set_crs(parse_crs(crs))
    if crs is not None and frame.crs != parse_crs(crs):
        raise CRSError(f"{str(path)!r} says that it is in {frame.crs.name!r}; leave `crs` out.")
    if frame.crs is None:
        raise CRSError(
            f"{str(path)!r} does not say in which CRS it is; name it, as in crs='EPSG:4326'.",
            rows=frame.index,
        )
    return frame


def _require_file(path: str | os.PathLike[str]) -> None:
    """Refuse what is no file; a file geodatabase is a folder."""
    folder = Path(path).suffix.lower() == ".gdb" and Path(path).is_dir()
    if not folder and not Path(path).is_file():
        raise InputError(f"there is no file {str(path)!r} (looked in {str(Path.cwd())!r}).")
