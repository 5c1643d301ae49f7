"""Files -> components and events."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from gridgeo.crs import to_crs
from gridgeo.errors import InputError
from gridgeo.io.frames import read_frame, require_file
from gridgeo.io.parquet import PARQUET, ParquetFile
from gridgeo.io.rows import Asked, FeatureRows
from gridgeo.io.tables import TABLES, tell, text_table
from gridgeo.schema import EVENT_CODE
from gridgeo.validate import require_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from geopandas import GeoDataFrame

    from gridgeo.io.codes import CodeWidth

    Path: TypeAlias = str | os.PathLike[str]


def read_components(  # noqa: PLR0913 - what a file does not say of itself, all named
    path: Path | Sequence[Path],
    *,
    class_code: str | None = None,
    code: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: object = None,
    layer: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    code_width: CodeWidth | None = None,
) -> GeoDataFrame:
    """Read city components from one or more files.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, GeoParquet, a folder ``.gdb``; or a table of points: text
        (csv, tsv, txt, also ``.gz``), a workbook (xlsx, xls, ods), parquet without a geometry; or
        several of these, which become one frame in the CRS of the first.
    class_code
        The column that says what a component is. Where not given it is found by its usual names,
        ``class_code`` and 类别代码 before ``class`` and 类别; where there is none, a file's name is
        the class of all its rows.
    code
        The column with the component's own code, which becomes ``component_code``; found as
        ``component_code``, 部件编码 or the like where not given. It need not be there.
    x, y
        Coordinate columns of a table. Where not given they are found by their usual names:
        longitude and latitude (经度, 纬度) before ``x`` and ``y``, after them where ``crs`` is
        projected.
    crs
        CRS of a table, or of a file that does not say. Of several files, those that say their
        own keep it. ``"GCJ-02"`` and ``"BD-09"``, the shifted degrees of Chinese consumer maps,
        are brought to WGS 84, coordinate columns stay as they are; a file with a geometry may
        then say that it is in degrees, as such files mostly do.
    layer
        Which layer of a GeoPackage or a folder ``.gdb``.
    sheet
        Which sheet of a workbook; the only one in which something stands where not given.
    encoding
        How a text table or a Shapefile is written. Of a table, where not given, a mark at its
        beginning says UTF-8 or UTF-16; else it is UTF-8, or else GB18030 if all of it is valid in
        it and looks Chinese. For a Shapefile see :func:`read_areas`.
    code_width
        Digits of the codes, of the one column of codes or by column: ``{"类别": 4, "编号": 16}``.
        Numbers with fewer digits get back the leading zeros that they lost; what else is not so
        long is refused. Other columns of the file may be named too.

    Returns
    -------
    GeoDataFrame
        ``class_code`` (text), ``component_code`` where there is one, and all columns of the
        files; of a text table and a workbook all but the coordinates as text. Every row of the
        files is there. One without coordinates, or with such that are NaN or infinite, has a
        null geometry. Codes that are numbers become their digits: 110101001001.0 too; an
        apostrophe before them goes, and so does the formula in ``="0110"``.

    Raises
    ------
    InputError
        A file does not exist or cannot be read, coordinates are no numbers, or rows have more
        fields than the header.
    SchemaError
        A column is not there or not clear, or a file has no rows.
    CodeError
        Codes are numbers that are not whole, that a spreadsheet rounded (1.1E+11), or that are
        too long to be exact; or not of their width.
    CRSError
        Nothing says which CRS a file is in, or one file alone says another than ``crs``.

    Warns
    -----
    UserWarning
        Own codes repeat, codes seem to have lost leading zeros, rows have fewer fields than the
        header, or columns' names repeat.

    Examples
    --------
    >>> from gridgeo.datasets import sample_path
    >>> components = read_components(sample_path("components"), code="component_id")
    >>> components.loc[0, ["class_code", "component_code"]].tolist()
    ['0402', 'C000001']
    """
    asked = Asked(
        class_code=class_code,
        code=code,
        x=x,
        y=y,
        crs=crs,
        layer=layer,
        sheet=sheet,
        encoding=encoding,
        code_width=code_width,
    )
    features, notes = _read_all(path, asked)
    tell(notes)
    return features


def read_events(  # noqa: PLR0913 - what a file does not say of itself, all named
    path: Path | Sequence[Path],
    *,
    time: str | None = None,
    time_format: str | None = None,
    class_code: str | None = None,
    code: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: object = None,
    layer: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    code_width: CodeWidth | None = None,
) -> GeoDataFrame:
    """Read events: as :func:`read_components`, with ``time``, and ``event_code`` for their code.

    Parameters
    ----------
    path
        As for components.
    time
        The column with the time; found as ``time``, 时间, 发生时间 or the like where not given.
    time_format
        How times are written, in the signs of ``strptime``: ``"%d/%m/%Y %H:%M"``. Not needed
        where the year comes first, then month and day, in figures: 2025-03-01 08:30, 2025/3/1,
        2025年3月1日 8时30分, 20250301083005, with a zone (Z, +08:00) or without.
    class_code, code, x, y, crs, layer, sheet, encoding, code_width
        As for components.

    Returns
    -------
    GeoDataFrame
        As for components, with ``time``: without a zone where none is written, in their own where
        all have the same, else in UTC. An event without a time has a missing one.

    Raises
    ------
    InputError
        A text is no time, or some times have a zone and others have none; and as for components.
    SchemaError, CodeError, CRSError
        As for components; or no column is clearly that of the time.

    Warns
    -----
    UserWarning
        As for components.

    Examples
    --------
    >>> from gridgeo.datasets import sample_path
    >>> events = read_events(sample_path("events"), code="event_id", crs="EPSG:4326")
    >>> events.loc[0, ["class_code", "event_code", "time"]].tolist()
    ['0505', 'E2025000001', Timestamp('2025-01-01 07:03:17')]
    """
    asked = Asked(
        own_code=EVENT_CODE,
        timed=True,
        class_code=class_code,
        code=code,
        x=x,
        y=y,
        time=time,
        time_format=time_format,
        crs=crs,
        layer=layer,
        sheet=sheet,
        encoding=encoding,
        code_width=code_width,
    )
    features, notes = _read_all(path, asked)
    tell(notes)
    return features


def read_features(
    path: Path, asked: Asked, *, keep_crs: bool = False
) -> tuple[GeoDataFrame, list[str]]:
    """Read one file whole, and what the user should hear of it."""
    require_file(path)
    ending = str(path).lower()
    notes: list[str] = []
    if ending.endswith(TABLES):
        rows, notes = text_table(path, asked.encoding, asked.sheet)
    elif ending.endswith(PARQUET):
        rows = ParquetFile(path).frame()
    else:
        rows = read_frame(path, layer=asked.layer, encoding=asked.encoding)
    require_rows(rows, str(path))
    drawn = isinstance(rows, gpd.GeoDataFrame)
    way = FeatureRows(path, rows.columns.tolist(), asked, drawn=drawn, keep_crs=keep_crs)
    features = way.features(rows)
    return features, [*notes, *way.take_notes(), *way.last_notes()]


def _read_all(path: Path | Sequence[Path], asked: Asked) -> tuple[GeoDataFrame, list[str]]:
    paths = [path] if isinstance(path, (str, os.PathLike)) else list(path)
    if not paths:
        raise InputError("`path` names no file.")
    if len(paths) == 1:
        return read_features(paths[0], asked)
    read = [read_features(one, asked, keep_crs=True) for one in paths]
    first = read[0][0]
    frames = [to_crs(_with_geometry(frame, first), first.crs) for frame, _ in read]
    notes = [note for _, more in read for note in more]
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=first.crs), notes


def _with_geometry(frame: GeoDataFrame, first: GeoDataFrame) -> GeoDataFrame:
    """Call the geometry as in the first frame, or a part of the rows would have none."""
    name: str = first.geometry.name
    return frame if frame.geometry.name == name else frame.rename_geometry(name)
