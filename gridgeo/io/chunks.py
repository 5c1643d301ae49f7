"""A file that does not fit into memory -> components, part by part."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from gridgeo.errors import InputError
from gridgeo.io.delimited import DELIMITED, DelimitedFile
from gridgeo.io.features import read_features
from gridgeo.io.frames import require_file
from gridgeo.io.parquet import PARQUET, ParquetFile, in_parts
from gridgeo.io.rows import Asked, FeatureRows
from gridgeo.validate import require_rows

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from geopandas import GeoDataFrame

    from gridgeo.io.codes import CodeWidth

CHUNK_ROWS: Final = 500_000
"""Rows of a part: points take a quarter of a gigabyte, and as much while the next are read."""


class ComponentChunks:
    """The components of one file, part by part; made by :func:`iter_components`.

    It may be walked over more than once, and is read anew each time.

    Attributes
    ----------
    n_rows
        Rows in all, None where the file does not say.
    n_bytes
        Size of the file.
    bytes_read
        How much of it was read so far, to hold against ``n_bytes``.
    """

    def __init__(self, path: str | os.PathLike[str], asked: Asked, chunk_rows: int) -> None:
        self._path, self._asked, self._chunk_rows = path, asked, chunk_rows
        self._source: DelimitedFile | ParquetFile | None = None
        if str(path).lower().endswith(DELIMITED):
            self._source = DelimitedFile(path, asked.encoding)
        elif str(path).lower().endswith(PARQUET):
            self._source = ParquetFile(path)
        if self._source is not None:
            self._way(self._source)  # what is wrong with the columns is said at once
        self.n_rows = self._source.n_rows if isinstance(self._source, ParquetFile) else None
        self.n_bytes = Path(path).stat().st_size
        self.bytes_read = 0

    def __iter__(self) -> Iterator[GeoDataFrame]:
        """Give the parts in the order of the file."""
        self.bytes_read = 0
        if self._source is None:
            frame, notes = read_features(self._path, self._asked)
            _warn(notes)
            yield frame
        else:
            way = self._way(self._source)
            for rows in self._parts(self._source):
                require_rows(rows, str(self._path))
                frame = way.features(rows)
                _warn(way.take_notes() + self._source.take_notes())
                yield frame
                del frame  # the part that was seen need not be there while the next one is made
            _warn(way.last_notes() + self._source.take_notes())
        self.bytes_read = self.n_bytes

    def _way(self, source: DelimitedFile | ParquetFile) -> FeatureRows:
        return FeatureRows(self._path, source.columns, self._asked, drawn=source.drawn)

    def _parts(self, source: DelimitedFile | ParquetFile) -> Iterator[pd.DataFrame]:
        start = 0
        if isinstance(source, ParquetFile):
            for rows in source.frames(self._chunk_rows):
                start += len(rows)
                self.bytes_read = self.n_bytes * start // max(source.n_rows, 1)
                yield rows
            return
        for table in in_parts(source.tables(), self._chunk_rows):
            rows = table.to_pandas()
            rows.index = pd.RangeIndex(start, start + len(rows))
            start += len(rows)
            self.bytes_read = source.bytes_read
            yield rows


def iter_components(  # noqa: PLR0913 - what a file does not say of itself, all named
    path: str | os.PathLike[str],
    *,
    chunk_rows: int = CHUNK_ROWS,
    class_code: str | None = None,
    code: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: object = None,
    layer: str | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    code_width: CodeWidth | None = None,
) -> ComponentChunks:
    """Read the components of a large file part by part, in the memory that one part needs.

    Parameters
    ----------
    path
        One file of any kind that :func:`read_components` reads. A text table and parquet are read
        part by part, any other is one part.
    chunk_rows
        Rows of a part; the last has what is left.
    class_code, code, x, y, crs, layer, sheet, encoding, code_width
        As for :func:`read_components`.

    Returns
    -------
    ComponentChunks
        To be walked over: frames that one after the other are what :func:`read_components` gives,
        with the same rows, labels, columns and types. It tells ``n_rows`` where known, ``n_bytes``
        and ``bytes_read``, for a bar of progress.

    Raises
    ------
    InputError, SchemaError, CodeError, CRSError
        As :func:`read_components`: what is wrong with the file or its columns at once, what is
        wrong with rows when their part is read. Encoding and separator are found out from the
        whole file before the first part.

    Warns
    -----
    UserWarning
        As :func:`read_components`; codes that repeat are looked for within a part.

    Examples
    --------
    >>> from gridgeo.datasets import sample_path
    >>> chunks = iter_components(sample_path("components"), chunk_rows=10_000)
    >>> chunks.n_rows, [len(components) for components in chunks]
    (34971, [10000, 10000, 10000, 4971])
    """
    require_file(path)
    if not isinstance(chunk_rows, int) or chunk_rows < 1:
        raise InputError(f"`chunk_rows` must be a whole number from 1 on, not {chunk_rows!r}.")
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
    return ComponentChunks(path, asked, chunk_rows)


def _warn(notes: list[str]) -> None:
    """Warn of each note, as from the loop that walks over the parts."""
    for note in notes:
        warnings.warn(note, stacklevel=3)
