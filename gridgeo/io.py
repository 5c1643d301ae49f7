"""Files -> frames and back: the only room that touches the disk."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from gridgeo.crs import parse_crs, to_crs
from gridgeo.errors import CodeError, CRSError, InputError, SchemaError
from gridgeo.schema import AREA_CODE, AREA_NAME, CLASS_CODE, PARENT_CODE, TIME
from gridgeo.validate import Faults, add_code_faults, require_columns, require_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geopandas import GeoDataFrame

_TABLES = (".csv", ".csv.gz")
_X_NAMES = ("lon", "lng", "longitude", "x", "经度")
_Y_NAMES = ("lat", "latitude", "y", "纬度")
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_areas(
    path: str | os.PathLike[str],
    *,
    code: str | Sequence[str] = AREA_CODE,
    name: str | None = None,
    parent: str | Sequence[str] | None = None,
    layer: str | None = None,
    crs: object = None,
) -> GeoDataFrame:
    """Read administrative areas from a file.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON or GeoParquet.
    code
        The column that holds the area's code, or several whose texts joined make it.
    name
        The column that holds its name; ``area_name`` where there is one, else the code.
    parent
        The column or columns that make the code of the area one level up.
    layer
        Which layer of a GeoPackage.
    crs
        The file's CRS where the file does not say.

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
        Codes missing, repeated, or kept as decimal numbers.
    CRSError
        Neither the file nor ``crs`` says which CRS it is.
    """
    areas = _with_crs(_read_vector(path, layer), crs, path)
    require_rows(areas, str(path))
    areas = areas.assign(**{AREA_CODE: _joined_text(areas, code, path)})
    faults = Faults(str(path), areas.index)
    add_code_faults(faults, areas[AREA_CODE], AREA_CODE)
    faults.raise_if_any()
    if name is not None or AREA_NAME not in areas:
        named = areas[AREA_CODE] if name is None else _joined_text(areas, name, path)
        areas = areas.assign(**{AREA_NAME: named})
    if parent is not None:
        areas = areas.assign(**{PARENT_CODE: _joined_text(areas, parent, path)})
    return areas


def read_components(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    class_code: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: object = None,
    layer: str | None = None,
) -> GeoDataFrame:
    """Read city components from one or more files.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, GeoParquet, or a table (csv, csv.gz) of points; or several
        of these, which become one frame in the CRS of the first.
    class_code
        The column that says what a component is. Where it is not given and there is no column
        ``class_code``, a file's name is the class of all its rows.
    x, y
        Coordinate columns of a table; found by their usual names where not given.
    crs
        CRS of a table, or of a file that does not say.
    layer
        Which layer of a GeoPackage.

    Returns
    -------
    GeoDataFrame
        ``class_code`` (text) and all columns of the files. Rows of a table without coordinates
        are kept, with a null geometry.

    Raises
    ------
    InputError
        A file does not exist or cannot be read, or coordinates are not numbers.
    SchemaError
        A column is not there, or a file has no rows.
    CRSError
        Nothing says which CRS a file is in.
    """
    paths = [path] if isinstance(path, (str, os.PathLike)) else list(path)
    if not paths:
        raise InputError("`path` names no file.")
    frames = [_read_points(one, class_code, x, y, crs, layer) for one in paths]
    if len(frames) == 1:
        return frames[0]
    frames = [to_crs(frame, frames[0].crs) for frame in frames]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def read_events(
    path: str | os.PathLike[str],
    *,
    time: str = TIME,
    class_code: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: object = None,
) -> GeoDataFrame:
    """Read events: as :func:`read_components`, with a column ``time``.

    Times that cannot be read become missing; no row is lost.

    Raises
    ------
    SchemaError
        The column for the time is not there.
    """
    events = _read_points(path, class_code, x, y, crs, None)
    require_columns(events, [time], str(path))
    return events.assign(**{TIME: pd.to_datetime(events[time], errors="coerce", format="mixed")})


def write_frame(frame: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a frame whole, or leave the old file as it was.

    The ending says how: ``.gpkg``, ``.geojson``, ``.parquet`` or ``.csv`` (without geometry).

    Raises
    ------
    InputError
        Another ending.
    """
    path = Path(path)
    with replacing(path) as part:
        if path.suffix == ".parquet":
            frame.to_parquet(part, index=False)
        elif path.suffix == ".csv":
            table = frame.drop(columns="geometry", errors="ignore")
            pd.DataFrame(table).to_csv(part, index=False, encoding="utf-8-sig")
        elif path.suffix in {".gpkg", ".geojson"} and isinstance(frame, gpd.GeoDataFrame):
            frame.to_file(part, engine="pyogrio", index=False)
        else:
            raise InputError(f"{path.name!r} must end in .gpkg, .geojson, .parquet or .csv.")
    return path


def write_json(content: dict[str, Any], path: str | os.PathLike[str]) -> Path:
    """Write plain values as JSON, whole or not at all."""
    path = Path(path)
    with replacing(path) as part:
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
        part.write_text(text + "\n", encoding="utf-8")
    return path


@contextmanager
def staged(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Collect files in a folder beside their place and move them in together at the end.

    Where anything is raised on the way, the files that were there stay as they were.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".part-") as name:
        part = Path(name)
        yield part
        for file in sorted(part.iterdir()):
            file.replace(target / file.name)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path to write to; what stands there replaces ``path`` when all went well."""
    path = Path(path)
    with staged(path.parent) as part:
        yield part / path.name


def _read_points(
    path: str | os.PathLike[str],
    class_code: str | None,
    x: str | None,
    y: str | None,
    crs: object,
    layer: str | None,
) -> GeoDataFrame:
    is_table = str(path).lower().endswith(_TABLES)
    frame = _read_table(path, x, y) if is_table else _read_vector(path, layer)
    frame = _with_crs(frame, crs, path)
    require_rows(frame, str(path))
    if class_code is None and CLASS_CODE not in frame:
        stem = Path(path).name.split(".")[0]
        return frame.assign(**{CLASS_CODE: pd.Series(stem, index=frame.index, dtype="str")})
    return frame.assign(**{CLASS_CODE: _joined_text(frame, class_code or CLASS_CODE, path)})


def _read_vector(path: str | os.PathLike[str], layer: str | None) -> GeoDataFrame:
    _require_file(path)
    try:
        if str(path).lower().endswith((".parquet", ".geoparquet")):
            return gpd.read_parquet(path)
        frame = gpd.read_file(path, layer=layer, engine="pyogrio")
    except (DataSourceError, DataLayerError, ValueError, OSError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as GeoPackage, Shapefile, GeoJSON or GeoParquet: {error}"
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"{str(path)!r} has no geometry; name the layer that has one.")
    return frame


def _read_table(path: str | os.PathLike[str], x: str | None, y: str | None) -> GeoDataFrame:
    _require_file(path)
    table = _read_csv(path)
    x = x or _usual_column(table, _X_NAMES, "x", path)
    y = y or _usual_column(table, _Y_NAMES, "y", path)
    require_columns(table, [x, y], str(path))
    faults = Faults(str(path), table.index)
    numbers = {name: pd.to_numeric(table[name], errors="coerce") for name in (x, y)}
    for name, number in numbers.items():
        text = (number.isna() & table[name].notna()).to_numpy()
        faults.add(InputError, text, f"text in column {name!r} that is no number; mend or empty it")
    faults.raise_if_any()
    missing = numbers[x].isna() | numbers[y].isna()
    points = gpd.points_from_xy(numbers[x], numbers[y])
    points[missing.to_numpy()] = None
    return gpd.GeoDataFrame(table.assign(**numbers), geometry=points)


def _read_csv(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table with every value as text: a code keeps its leading zeros."""
    for encoding in _ENCODINGS:
        try:
            return pd.read_csv(path, dtype="str", encoding=encoding)
        except UnicodeDecodeError:
            continue
        except pd.errors.EmptyDataError as error:
            raise SchemaError(f"{str(path)!r} is empty.") from error
        except (pd.errors.ParserError, OSError) as error:
            raise InputError(f"{str(path)!r} cannot be read as a table: {error}") from error
    raise InputError(f"{str(path)!r} is written neither in UTF-8 nor in GB18030; convert it.")


def _usual_column(
    table: pd.DataFrame, names: Sequence[str], axis: str, path: str | os.PathLike[str]
) -> str:
    found = [column for column in table.columns if str(column).strip().lower() in names]
    if len(found) != 1:
        has = ", ".join(map(str, table.columns))
        raise SchemaError(f"say which column of {str(path)!r} is `{axis}`; its columns are: {has}.")
    return str(found[0])


def _joined_text(
    frame: pd.DataFrame, columns: str | Sequence[str], path: str | os.PathLike[str]
) -> pd.Series:
    """Join columns as text; a whole number becomes its digits, a decimal one is refused."""
    names = [columns] if isinstance(columns, str) else list(columns)
    require_columns(frame, names, str(path))
    texts = []
    for name in names:
        column = frame[name]
        if pd.api.types.is_float_dtype(column):
            raise CodeError(
                f"{str(path)!r}: column {name!r} holds decimal numbers, which do not keep codes "
                "(110101001001.0, no leading zeros); store it as text.",
                rows=frame.index,
            )
        texts.append(column.astype("str").str.strip())
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + text
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
    if not Path(path).is_file():
        raise InputError(f"there is no file {str(path)!r} (looked in {str(Path.cwd())!r}).")
