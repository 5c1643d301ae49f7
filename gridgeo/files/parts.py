"""Frames that come one after the other -> one file, in the memory of one of them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
from pyarrow import parquet

from gridgeo.errors import InputError, SchemaError
from gridgeo.files.columns import check_columns, gpkg_names, without_formulas
from gridgeo.files.frames import NOT_WRITTEN
from gridgeo.files.places import replacing, unwritable

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from geopandas import GeoDataFrame


@contextmanager
def write_parts(path: str | os.PathLike[str]) -> Iterator[Callable[[GeoDataFrame], None]]:
    """Give a function that adds a frame to a file; the file is there when all have been added.

    The ending says how: ``.parquet`` (GeoParquet, a group of rows for each frame), ``.csv`` or
    ``.gpkg``, each with the rules of :func:`write_frame`. All frames need the columns and types
    of the first. Where anything is raised on the way an old file stays as it was.

    Raises
    ------
    InputError
        Another ending, or the file cannot be written.
    SchemaError
        As :func:`write_frame`, or a frame has other columns than the first.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise InputError(f"{path.name!r} must end in .parquet, .csv or .gpkg.")
    with replacing(path) as place:
        writer = _WRITERS[ending](place)
        first: list[str] = []

        def add(frame: GeoDataFrame) -> None:
            check_columns(frame, path.name, ending)
            first.extend([] if first else frame.columns)
            if [*frame.columns] != first:
                raise SchemaError(
                    f"{path.name!r}: a part has the columns {', '.join(frame.columns)}, the first "
                    f"has {', '.join(first)}."
                )
            try:
                writer.add(frame)
            except NOT_WRITTEN as error:
                raise unwritable(path, error) from error

        try:
            yield add
        finally:
            writer.close()


class _Writer(Protocol):
    def __init__(self, path: Path) -> None: ...
    def add(self, frame: GeoDataFrame) -> None: ...
    def close(self) -> None: ...


class _Parquet:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: parquet.ParquetWriter | None = None

    def add(self, frame: GeoDataFrame) -> None:
        table = pa.table(frame.to_arrow(index=False, geometry_encoding="WKB"))
        if self._file is None:
            schema = table.schema.with_metadata({b"geo": _geo_metadata(frame)})
            self._file = parquet.ParquetWriter(self._path, schema)
        known = self._file.schema
        for place, column in enumerate(table.schema):
            if pa.types.is_null(known.types[place]):
                known = known.set(place, column)
        if known != self._file.schema:
            self._file = self._written_anew(self._file, known)
        self._file.write_table(table.cast(known))

    def _written_anew(
        self, file: parquet.ParquetWriter, schema: pa.Schema
    ) -> parquet.ParquetWriter:
        """Write again what is there, since a column in which nothing stood has a type now."""
        file.close()
        before = self._path.rename(self._path.with_name("before.parquet.part"))
        anew = parquet.ParquetWriter(self._path, schema)
        with parquet.ParquetFile(before) as old:
            for group in range(old.num_row_groups):
                anew.write_table(old.read_row_group(group).cast(schema))
        before.unlink()
        return anew

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class _Csv:
    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, frame: GeoDataFrame) -> None:
        first = not self._path.exists()
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        with self._path.open("a", encoding="utf-8-sig" if first else "utf-8", newline="") as file:
            without_formulas(frame).to_csv(file, header=first, index=False, lineterminator="\r\n")

    def close(self) -> None:
        """Nothing is open between frames."""


class _GeoPackage:
    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, frame: GeoDataFrame) -> None:
        frame.rename(columns=gpkg_names(frame)).to_file(
            self._path,
            driver="GPKG",
            engine="pyogrio",
            index=False,
            append=self._path.exists(),
            geometry_type="Unknown",
            promote_to_multi=False,  # else the others of a part decide what type a geometry has
            layer=self._path.stem,
        )

    def close(self) -> None:
        """Nothing is open between frames."""


_WRITERS: dict[str, type[_Writer]] = {".parquet": _Parquet, ".csv": _Csv, ".gpkg": _GeoPackage}


def _geo_metadata(frame: GeoDataFrame) -> bytes:
    """Say what GeoParquet wants to know of the geometry: its name, its encoding, its CRS."""
    crs: Any = None if frame.crs is None else frame.crs.to_json_dict()
    name = frame.active_geometry_name
    column = {"encoding": "WKB", "geometry_types": [], "crs": crs}
    return json.dumps(
        {"version": "1.1.0", "primary_column": name, "columns": {name: column}}
    ).encode()
