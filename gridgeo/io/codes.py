"""Columns of codes: what a spreadsheet did to them is undone where that is sure, else refused."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from gridgeo._texts import as_text, inexact
from gridgeo.errors import CodeError, InputError
from gridgeo.validate import Faults, require_columns

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    import pandas as pd

    from gridgeo.schema import Bools

    CodeWidth: TypeAlias = int | Mapping[str, int]

_EXACT: Final = 2.0**53
"""From here on whole numbers that were decimal are no longer told from their neighbours."""

_SHORTEST: Final = 3
"""Digits from which on numbers are looked at as codes that may have lost a zero."""

_MOST_LOST: Final = 2

# A spreadsheet rounds a long number and writes it so; a code such as 1E3 is none.
_ROUNDED = r"[-+]?\d+\.?\d*[eE]\+\d+|[-+]?\d+\.\d*[eE]-?\d+"
_WHOLE = r"\d+\.0*"
_DECIMAL = r"\d*\.\d+"
_PLAIN = r"[^'=.eE]*"
_DIGITS = r"\d{1,31}"


class CodeColumn:
    """One column of codes, the same for every part of its file.

    Parameters
    ----------
    name
        The column.
    width
        Digits of every code; shorter numbers have lost their leading zeros and get them back.
    """

    def __init__(self, name: str, width: int | None = None) -> None:
        self.name = name
        self._width = width
        self._lengths: dict[int, tuple[int, int, int]] = {}
        self._may_lack_zeros = width is None
        self._forms: set[str] = set()

    def text(self, column: pd.Series, faults: Faults) -> pd.Series:
        """Give the codes as text; what is missing or blank is missing, what is no code a fault.

        An apostrophe before a code goes, and so do the ``="`` and ``"`` that make a formula of it
        and the ``.0`` behind a whole number.
        """
        faults.add(
            CodeError,
            inexact(column),
            f"column {self.name!r} holds decimal numbers, or longer ones than a decimal column "
            "keeps; store it as text",
        )
        text = as_text(column)
        if not text.str.fullmatch(_PLAIN).fillna(value=True).all():
            text = self._mended(text, faults)
        text = text.mask(text == "")
        if self._width is not None:
            return self._filled(text, self._width, faults)
        self._look_at_lengths(text)
        return text

    def note(self) -> str | None:
        """Say that leading zeros seem to be lost, where they do.

        That is so where all codes are numbers, the shorter ones lack one digit or two of the
        longest, and none of them begins with a zero; but not where they were simply counted, from
        999 to 1000.
        """
        lengths = sorted(self._lengths) or [0]
        if not (self._may_lack_zeros and 1 <= lengths[-1] - lengths[0] <= _MOST_LOST):
            return None
        with_zeros = [n for n in lengths if self._lengths[n][1] < 10 ** (n - 1)]
        if lengths[0] < _SHORTEST or with_zeros not in ([], lengths[-1:]):
            return None
        if not with_zeros and self._is_count(lengths):
            return None
        n_short = sum(self._lengths[length][0] for length in lengths[:-1])
        return (
            f"column {self.name!r}: {n_short:,} codes have fewer than {lengths[-1]} digits, as "
            "where a spreadsheet took leading zeros away; give them back with "
            f"code_width={{{self.name!r}: {lengths[-1]}}}."
        )

    def _mended(self, text: pd.Series, faults: Faults) -> pd.Series:
        text = text.str.replace(r"^'", "", regex=True)
        text = text.str.replace(r'^="(.*)"$', r"\1", regex=True).str.strip()
        rounded = _matches(text, _ROUNDED)
        faults.add(
            CodeError,
            rounded,
            f"column {self.name!r} holds numbers that a spreadsheet rounded, such as 1.1E+11, "
            "their digits are lost; export it anew as text",
        )
        whole = _matches(text, _WHOLE)
        decimal = _matches(text, _DECIMAL) & ~whole
        self._forms |= {"whole"} if whole.any() else set()
        self._forms |= {"decimal"} if decimal.any() else set()
        long = whole.copy()
        long[whole] = text[whole].astype("float64") >= _EXACT
        faults.add(
            CodeError,
            long,
            f"column {self.name!r} holds longer numbers than a decimal column keeps; store it as "
            "text",
        )
        if len(self._forms) > 1:
            faults.add(
                CodeError,
                whole | decimal,
                f"column {self.name!r} holds whole numbers written with a point and decimal ones "
                "too; store it as text without points",
            )
        return text.where(~whole, text.str.replace(r"\.0*$", "", regex=True))

    def _filled(self, text: pd.Series, width: int, faults: Faults) -> pd.Series:
        filled = text.where(~_matches(text, r"\d+"), text.str.zfill(width))
        wrong = text.notna().to_numpy() & ~_matches(filled, rf"\d{{{width}}}")
        message = f"column {self.name!r} holds what is no code of {width} digits"
        faults.add(CodeError, wrong, f"{message}; mend it, or give another `code_width`")
        return filled

    def _look_at_lengths(self, text: pd.Series) -> None:
        if not self._may_lack_zeros:
            return
        given = text.dropna()
        if not given.str.fullmatch(_DIGITS).all():
            self._may_lack_zeros = False
            return
        lengths = given.str.len()
        for length in lengths.unique().tolist():
            same = given[lengths == length]
            n, low, high = self._lengths.get(length, (0, int(same.iloc[0]), 0))
            low, high = min(low, int(same.min())), max(high, int(same.max()))
            self._lengths[length] = n + len(same), low, high

    def _is_count(self, lengths: list[int]) -> bool:
        """Tell whether next to nothing is left out where numbers get another digit."""
        ends = [self._lengths[length] for length in lengths]
        left_out = max(longer[1] - shorter[2] for shorter, longer in pairwise(ends))
        return left_out <= 10 ** lengths[0] / 100


def joined_codes(
    frame: pd.DataFrame,
    columns: str | Sequence[str],
    path: str | os.PathLike[str],
    code_width: CodeWidth | None = None,
) -> tuple[pd.Series, list[str]]:
    """Join columns of codes as text, and say what the user should hear of them.

    Raises
    ------
    SchemaError
        A column is not there.
    CodeError
        Numbers that are not whole, too long to be exact, or not of their width.
    """
    names = [columns] if isinstance(columns, str) else list(columns)
    require_columns(frame, names, str(path))
    widths = code_widths(code_width, names)
    require_columns(frame, list(widths), str(path))
    faults = Faults(str(path), frame.index)
    read = [CodeColumn(name, widths.get(name)) for name in names]
    texts = [column.text(frame[column.name], faults) for column in read]
    faults.raise_if_any()
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + text
    return joined, [f"{str(path)!r}: {note}" for column in read if (note := column.note())]


def code_widths(code_width: CodeWidth | None, columns: Sequence[str]) -> dict[str, int]:
    """Give the width of each column for which one was given.

    Raises
    ------
    InputError
        A width is no number from 1 on, or one number is given where there are several columns.
    """
    if code_width is None:
        return {}
    if isinstance(code_width, int):
        if len(columns) != 1:
            named = ", ".join(f"{column!r}: {code_width}" for column in columns or ["code"])
            raise InputError(f"say for which column `code_width` is, as in {{{named}}}.")
        code_width = {columns[0]: code_width}
    for column, width in code_width.items():
        if not isinstance(width, int) or width < 1:
            raise InputError(f"`code_width` of {column!r} must be a whole number, not {width!r}.")
    return dict(code_width)


def _matches(text: pd.Series, pattern: str) -> Bools:
    found: Bools = text.str.fullmatch(pattern).fillna(value=False).to_numpy(bool)
    return found
