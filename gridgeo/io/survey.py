"""How a text table is written: found out from the whole file before a row of it is read."""

from __future__ import annotations

import codecs
import csv
import os
import re
from dataclasses import dataclass, field
from io import StringIO
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from gridgeo._texts import ENCODINGS, looks_chinese, require_encoding
from gridgeo.errors import InputError, SchemaError

if TYPE_CHECKING:
    from _csv import Reader as _Reader
    from collections.abc import Iterator

    Path = str | os.PathLike[str]

BLOCK: Final = 1 << 22
"""Bytes that are looked at together."""

_HEAD: Final = 1 << 16
"""Characters in which the separator is looked for."""

_SEPARATORS: Final = (",", ";", "\t")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# A first line by which a table tells spreadsheets its separator.
_SAYS_SEPARATOR = re.compile(r'"?sep=(.)"?(?:\r\n?|\n)', re.IGNORECASE)


@dataclass(frozen=True)
class Writing:
    """How a text table is written.

    Parameters
    ----------
    encoding, separator
        How its characters are stored, and what stands between two fields.
    header
        The first record, a name for each column.
    skip
        Lines up to the end of the header.
    has_rows
        Whether anything follows.
    n_quotes
        Quotation marks in the whole file.
    """

    encoding: str
    separator: str
    header: list[str]
    skip: int
    has_rows: bool
    n_quotes: int


@dataclass
class _Sight:
    """What a walk over the whole text has seen."""

    head: str = ""
    foreign: list[str] = field(default_factory=list)
    n_foreign: int = 0
    n_characters: int = 0
    n_quotes: int = 0

    def add(self, text: str) -> None:
        self.n_characters += len(text)
        self.n_quotes += text.count('"')
        self.head += text[: _HEAD - len(self.head)]
        if self.n_foreign < _HEAD and not text.isascii():
            self.foreign.append(re.sub(r"[\x00-\x7f]+", "", text)[:_HEAD])
            self.n_foreign += len(self.foreign[-1])


def open_stream(path: Path) -> tuple[pa.NativeFile, pa.NativeFile]:
    """Open a file: as it lies on the disk, and as its text is read; one where not compressed."""
    raw = pa.OSFile(os.fspath(path))
    packed = os.fspath(path).lower().endswith(".gz")
    return raw, pa.CompressedInputStream(raw, "gzip") if packed else raw


def find_writing(path: Path, encoding: str | None = None) -> Writing:
    """Find out how a text table is written.

    A mark at its beginning says UTF-8 or UTF-16. Else it is UTF-8, or else GB18030, if all of it
    is valid in it, and GB18030 only where the characters are those of Chinese text. The separator
    is the comma, semicolon or tab that cuts the first rows into equally many fields.

    Parameters
    ----------
    path
        A text file, or one that gzip packed.
    encoding
        How it is written, where the caller knows.

    Raises
    ------
    InputError
        The text is written in another way, or cannot be read.
    SchemaError
        The file is empty.
    """
    require_encoding(encoding)
    said = encoding or _marked(path)
    for one in ENCODINGS if said is None else (said,):
        try:
            sight = _look_over(path, one)
        except UnicodeError:
            continue
        if said is None and one == "gb18030" and not looks_chinese("".join(sight.foreign)):
            continue
        return _writing(sight, one, path)
    how = "neither in UTF-8 nor in GB18030" if said is None else f"not in {said}"
    raise InputError(f"{str(path)!r} is written {how}; name its `encoding`.")


def _marked(path: Path) -> str | None:
    start = next(_blocks(path), b"")
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def _look_over(path: Path, encoding: str) -> _Sight:
    decode = codecs.getincrementaldecoder(encoding)().decode
    sight = _Sight()
    for block in _blocks(path):
        text = decode(block)
        if "\0" in text:
            raise InputError(
                f"{str(path)!r} holds bytes of zero: it is no text table, or UTF-16 without a "
                "mark; name its encoding, as in encoding='utf-16-le'."
            )
        sight.add(text)
    sight.add(decode(b"", final=True))
    return sight


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        raw, stream = open_stream(path)
        with raw, stream:
            while block := stream.read(BLOCK):
                yield block
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read as a table: {error}") from error


def _writing(sight: _Sight, encoding: str, path: Path) -> Writing:
    head = sight.head.removeprefix("\ufeff")
    if not head.strip():
        raise SchemaError(f"{str(path)!r} is empty.")
    whole = len(sight.head) == sight.n_characters
    said = _SAYS_SEPARATOR.match(head)
    rows = head[said.end() :] if said else head
    separator = said[1] if said else _separator(rows, whole=whole, path=path)
    reader, records = _records(rows, separator)
    header = next(records)
    skip = reader.line_num + bool(said)
    has_rows = not whole or next(reader, None) is not None
    return Writing(encoding, separator, header, skip, has_rows, sight.n_quotes)


def _records(text: str, separator: str) -> tuple[_Reader, Iterator[list[str]]]:
    """Give the reader of a text, which counts its lines, and the rows that are not blank."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    return reader, (row for row in reader if "".join(row).strip())


def _separator(head: str, *, whole: bool, path: Path) -> str:
    """Choose what cuts all rows into equally many fields, else the header into the most."""
    widths = {}
    for one in _SEPARATORS:
        counts = [len(row) for row in _records(head, one)[1]]
        # Where the text goes on its last row is cut off.
        widths[one] = counts if whole or len(counts) == 1 else counts[:-1]
    cut = {one: counts for one, counts in widths.items() if counts[0] > 1}
    even = {one: counts for one, counts in cut.items() if len(set(counts)) == 1}
    likely = even or cut or {",": [1]}
    most = max(counts[0] for counts in likely.values())
    best = [one for one, counts in likely.items() if counts[0] == most]
    if len(best) > 1:
        raise InputError(
            f"{str(path)!r} may be cut at {' or at '.join(map(repr, best))}: both give {most} "
            "columns; save it with another separator, or tell it in a first line such as 'sep=;'."
        )
    return best[0]
