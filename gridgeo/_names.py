"""Names from data, as they stand on maps and in ledgers: one line, and the best there is."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

import pandas as pd

from gridgeo._texts import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridgeo.schema import Language

_SHAPELESS: Final = frozenset({"Cc", "Cf", "Cs"})
"""Kinds of characters that are never drawn: controls, marks of format, halves of a pair."""


def one_line(text: str) -> str:
    r"""Make one line of a text from data: one space for any white space, no control characters.

    Examples
    --------
    >>> one_line(" East\n Gate\x07")
    'East Gate'
    """
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in _SHAPELESS).strip()


def first_names(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Give each row the first of its names that is not blank, as one line.

    Parameters
    ----------
    frame
        Rows to name.
    columns
        Where to look, the best first; those that the frame lacks are passed over.

    Returns
    -------
    Series
        Text on the index of the frame, whole numbers without a point; null where no column has
        a name.
    """
    names = pd.Series(None, index=frame.index, dtype=object)
    for name in (name for name in columns if name in frame.columns):
        column = as_text(frame[name], exact=False).astype(object)
        lines = {text: one_line(text) or None for text in column.dropna().unique()}
        names = names.where(names.notna(), column.map(lines))
    return names


def spoken(column: str, language: Language) -> list[str]:
    """Name the columns that may hold a name, that of the language first.

    Examples
    --------
    >>> spoken("area_name", "en"), spoken("area_name", "zh")
    (['area_name_en', 'area_name'], ['area_name', 'area_name_en'])
    """
    columns = [f"{column}_en", column]
    return columns if language == "en" else columns[::-1]
