"""csv and its kin -> rows of text, block by block: a file that does not fit into memory too."""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import count
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from gridgeo.errors import InputError, name_rows
from gridgeo.io.survey import find_writing, open_stream

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

DELIMITED: Final = tuple(
    ending + packed for ending in (".csv", ".tsv", ".txt") for packed in ("", ".gz")
)
"""Endings of text tables."""

_BLOCK: Final = 1 << 22
"""Bytes that are cut into fields together. No row may be longer; some thirty blocks are in memory,
since the reader runs ahead."""

# More than these no regular expression counts.
_MOST_REPEATS = 1000

# Nothing, but for the mark with which DOS ended a file.
_BLANK = " \t\r\n\x1a"


class DelimitedFile:
    """A text table, its columns known and its rows still to be read.

    Parameters
    ----------
    path
        A text file, or one that gzip packed.
    encoding
        How it is written, where the caller knows.

    Attributes
    ----------
    columns
        Names of the columns, each once.
    bytes_read
        How much of the file was read so far.
    """

    drawn = False

    def __init__(self, path: str | os.PathLike[str], encoding: str | None = None) -> None:
        self._path = path
        self._writing = find_writing(path, encoding)
        self.columns, self._notes = distinct_names(self._writing.header)
        self.bytes_read = 0

    def tables(self) -> Iterator[pa.Table]:
        """Give all rows in order, as text columns; only an empty field is missing.

        Blank lines are no rows. Where a row has fewer fields than the header the rest is missing.

        Raises
        ------
        InputError
            Rows have more fields than the header, or the file cannot be read.
        """
        if not self._writing.has_rows:
            yield self._schema.empty_table()
            return
        odd = _OddRows(self._writing.skip, self._writing.separator)
        raw, stream = open_stream(self._path)
        start, last = 0, None
        with raw, stream:
            for batch in self._batches(stream, odd):
                self.bytes_read = raw.tell()
                table, start = odd.put_back(pa.Table.from_batches([batch]), start)
                self._note_swallowed(table, start - len(table))
                last = table if len(table) else last
                yield table
        rest, start = odd.put_back(self._schema.empty_table(), start, last=True)
        yield rest
        self._refuse_open_quote(rest if len(rest) or last is None else last, start)
        self._note_short(odd)

    def take_notes(self) -> list[str]:
        """Give what the user should hear of the file, as far as it was read, once."""
        notes, self._notes = self._notes, []
        return notes

    @property
    def _schema(self) -> pa.Schema:
        return pa.schema([(name, pa.string()) for name in self.columns])

    def _batches(self, stream: pa.NativeFile, odd: _OddRows) -> Iterator[pa.RecordBatch]:
        writing = self._writing
        read = arrow_csv.ReadOptions(
            use_threads=False,  # in several the reader does not know which row it is in
            block_size=_BLOCK,
            skip_rows=writing.skip,
            column_names=self.columns,
            encoding=writing.encoding,
        )
        parse = arrow_csv.ParseOptions(
            delimiter=writing.separator,
            newlines_in_values=writing.n_quotes > 0,
            invalid_row_handler=odd,
        )
        convert = arrow_csv.ConvertOptions(
            column_types=self._schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        )
        try:
            for batch in arrow_csv.open_csv(stream, read, parse, convert):
                if not odd.long:
                    yield batch
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{str(self._path)!r} cannot be read as a table: {error}") from error
        if odd.long:
            raise InputError(
                f"{str(self._path)!r}: rows with more than the {len(self.columns)} fields of the "
                f"header; put what holds the separator {writing.separator!r} into quotation marks "
                f"{name_rows(odd.long)}.",
                rows=odd.long,
            )

    def _note_swallowed(self, table: pa.Table, start: int) -> None:
        """Note values that hold whole lines like rows, as after a quotation mark left open."""
        n_more = len(self.columns) - 1
        if not (self._writing.n_quotes and 1 < n_more < _MOST_REPEATS):
            return
        separator = re.escape(self._writing.separator)
        like_a_row = rf"\n([^\n]*{separator}){{{n_more}}}[^\n]*\n"
        for name in self.columns:
            found = pc.match_substring_regex(table[name], like_a_row).to_numpy()
            rows = start + np.flatnonzero(found == True)  # noqa: E712 - it may be None
            if len(rows):
                self._notes.append(
                    f"{str(self._path)!r}: values of column {name!r} hold lines that look like "
                    "rows of their own; is a quotation mark left open there, or to be doubled? "
                    f"{name_rows(rows)}"
                )

    def _refuse_open_quote(self, table: pa.Table, stop: int) -> None:
        """Refuse a file at whose end a quotation mark is open: it took all rows behind it."""
        last = table.slice(len(table) - 1).to_pylist() if self._writing.n_quotes % 2 else []
        if any("\n" in (value or "") for row in last for value in row.values()):
            raise InputError(
                f"{str(self._path)!r}: a quotation mark is opened and never closed, what follows "
                f"it belongs to one value; double it, or take it away (row {stop - 1}).",
                rows=[stop - 1],
            )

    def _note_short(self, odd: _OddRows) -> None:
        if odd.padded:
            self._notes.append(
                f"{str(self._path)!r}: rows with fewer fields than the header; what they lack is "
                f"taken for empty {name_rows(odd.padded)}."
            )


class _OddRows:
    """Rows that have not as many fields as the header, put aside as the file is cut up."""

    def __init__(self, skip: int, separator: str) -> None:
        self.long: list[int] = []
        self.padded: list[int] = []
        self._short: list[tuple[int, str]] = []
        self._first = skip + 1
        self._separator = separator

    def __call__(self, row: arrow_csv.InvalidRow) -> str:
        """Keep a row for later."""
        at = row.number - self._first
        if not row.text.strip(_BLANK):
            self._first += 1
        elif row.actual_columns > row.expected_columns:
            self.long.append(at)
        else:
            self._short.append((at, row.text))
        return "skip"

    def put_back(self, table: pa.Table, start: int, *, last: bool = False) -> tuple[pa.Table, int]:
        """Put rows between those of a table that begins at ``start``; give where the next does."""
        before = [at - start - n for n, (at, _) in enumerate(self._short)]
        n_short = sum(last or n < len(table) for n in before)
        rows, self._short = self._short[:n_short], self._short[n_short:]
        stop = start + len(table) + n_short
        if not rows:
            return table, stop
        at = np.array([label for label, _ in rows])
        self.padded += at.tolist()
        inserted = np.zeros(stop - start, dtype=bool)
        inserted[at - start] = True
        order = np.argsort(np.argsort(inserted, kind="stable"))
        fields = [self._fields(text, table.num_columns) for _, text in rows]
        more = pa.table(list(zip(*fields, strict=True)), schema=table.schema)
        return pa.concat_tables([table, more]).take(order), stop

    def _fields(self, text: str, n_columns: int) -> list[str | None]:
        fields = next(csv.reader(StringIO(text, newline=""), delimiter=self._separator))
        return [field or None for field in fields] + [None] * (n_columns - len(fields))


def distinct_names(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give each column a name of its own, and a note where names repeat.

    Names that repeat get numbers, all of them: a column that was meant cannot be taken for
    another. A column without a name gets its place.
    """
    names = [name.strip() or f"column_{place}" for place, name in enumerate(header, 1)]
    repeated = {name for name in names if names.count(name) > 1}
    taken = set(names)
    for place, name in enumerate(names):
        if name in repeated:
            free = (f"{name}_{number}" for number in count(1))
            names[place] = next(one for one in free if one not in taken)
            taken.add(names[place])
    listed = ", ".join(map(repr, sorted(repeated)))
    return names, [f"columns {listed} repeat; they are told apart by numbers."] if listed else []
