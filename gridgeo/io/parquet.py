"""parquet -> frames, whole or part by part, the same columns of the same types either way."""

from __future__ import annotations

import os
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from gridgeo._collector import collector_held
from gridgeo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geopandas import GeoDataFrame

PARQUET: Final = (".parquet", ".geoparquet")
"""Endings of parquet files."""

_BUFFER: Final = 1 << 20
"""Bytes of a column that are read at once."""


class ParquetFile:
    """A parquet file, its columns known and its rows still to be read.

    Parameters
    ----------
    path
        GeoParquet, or a table without a geometry.

    Attributes
    ----------
    columns
        Its columns.
    drawn
        Whether it has a geometry.
    n_rows
        How many rows it has.

    Raises
    ------
    InputError
        It is no such file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        with self._opened() as file:
            self._schema: pa.Schema = file.schema_arrow
            self.n_rows: int = file.metadata.num_rows
        self.drawn = b"geo" in (self._schema.metadata or {})
        self.columns: list[str] = self._part(self._schema.empty_table()).columns.tolist()

    def take_notes(self) -> list[str]:
        """Give what the user should hear of the file: nothing."""
        return []

    def frame(self) -> pd.DataFrame:
        """Read it whole. Columns of categories become what the categories are."""
        with self._opened() as file:
            return _plain(self._geometries(self._path) if self.drawn else file.read().to_pandas())

    def frames(self, n_rows: int) -> Iterator[pd.DataFrame]:
        """Read it part by part, ``n_rows`` rows in each, rows labelled as when read whole."""
        start = 0
        with self._opened() as file:
            holed = {name for name in self._schema.names if _has_holes(file, name)}
            batches = (pa.Table.from_batches([one]) for one in file.iter_batches(n_rows))
            for table in in_parts(batches, n_rows):
                frame = self._part(table)
                for name in holed & set(frame):
                    frame[name] = _as_with_holes(frame[name])
                if isinstance(frame.index, pd.RangeIndex):
                    frame.index = self._labels(start, len(frame))
                start += len(frame)
                yield frame

    @contextmanager
    def _opened(self) -> Iterator[parquet.ParquetFile]:
        try:
            # Else all of a group of rows is read ahead, and a file may be one group.
            with parquet.ParquetFile(
                os.fspath(self._path), pre_buffer=False, buffer_size=_BUFFER
            ) as file:
                yield file
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{str(self._path)!r} cannot be read as parquet: {error}") from error

    def _part(self, table: pa.Table) -> pd.DataFrame:
        if not self.drawn:
            return _plain(table.to_pandas())
        # By way of a file in memory a part is read as the whole is, at little cost.
        file = BytesIO()
        parquet.write_table(
            table, file, compression="none", use_dictionary=False, write_statistics=False
        )
        file.seek(0)
        return _plain(self._geometries(file))

    def _geometries(self, file: str | os.PathLike[str] | BytesIO) -> GeoDataFrame:
        try:
            with collector_held(), np.errstate(invalid="ignore"):
                return gpd.read_parquet(file)
        except ValueError as error:
            raise InputError(f"{str(self._path)!r} cannot be read: {error}") from error

    def _labels(self, start: int, n_rows: int) -> pd.RangeIndex:
        """Give the labels of rows as they were when the file was written, from 0 mostly."""
        index = (self._schema.pandas_metadata or {}).get("index_columns") or [{}]
        said = index[0] if isinstance(index[0], dict) else {}
        first, step = said.get("start", 0), said.get("step", 1)
        return pd.RangeIndex(first + start * step, first + (start + n_rows) * step, step)


def in_parts(tables: Iterable[pa.Table], n_rows: int) -> Iterator[pa.Table]:
    """Cut tables that follow each other into parts of ``n_rows`` rows, the last one shorter.

    There is one part at least, if there is a table: one without rows says what the columns are.
    """
    kept: list[pa.Table] = []
    n_kept, first = 0, True
    for table in tables:
        kept.append(table)
        n_kept += len(table)
        while n_kept >= n_rows:
            whole = pa.concat_tables(kept)
            yield whole.slice(0, n_rows)
            kept, n_kept, first = [whole.slice(n_rows)], n_kept - n_rows, False
    if kept and (first or n_kept):
        yield pa.concat_tables(kept)


def _has_holes(file: parquet.ParquetFile, name: str) -> bool:
    """Tell whether values of a column are missing anywhere in the file, where that tells its type.

    Of whole numbers and truth values a frame makes another type then, and a part that has them
    all must have it too.
    """
    kind = file.schema_arrow.field(name).type
    if not (pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        return False
    groups = [file.metadata.row_group(at) for at in range(file.num_row_groups)]
    chunks = [group.column(at) for group in groups for at in range(group.num_columns)]
    known = [chunk.statistics for chunk in chunks if chunk.path_in_schema == name]
    if all(one is not None and one.has_null_count for one in known):
        return any(one.null_count for one in known)
    return any(batch.column(0).null_count for batch in file.iter_batches(columns=[name]))


def _as_with_holes(column: pd.Series) -> pd.Series:
    """Give a column the type that it has where values are missing."""
    if not isinstance(column.dtype, np.dtype):
        return column
    if column.dtype.kind == "b":
        return column.astype(object)
    return column.astype("float64") if column.dtype.kind in "iu" else column


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn categories, which differ from part to part, into values."""
    for name in frame.columns[frame.dtypes == "category"]:
        frame[name] = frame[name].astype(frame[name].cat.categories.dtype)
    return frame
