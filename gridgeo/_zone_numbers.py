"""Numbers and codes of zones: from north to south in each unit, going on from those there were."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gridgeo.codes import ZONE_2, ZONE_3, CodeScheme, number_within
from gridgeo.errors import CodeError

if TYPE_CHECKING:
    from gridgeo.schema import Floats, Ints


def order_zones(centers: Floats, m2: Floats, unit: Ints) -> Ints:
    """Order zones by unit, from north to south in rows as high as a zone, each west to east."""
    height = np.sqrt(np.bincount(unit, m2) / np.maximum(np.bincount(unit), 1))
    top = np.full(len(height), -np.inf)
    np.maximum.at(top, unit, centers[:, 1])
    row = np.floor((top[unit] - centers[:, 1]) / np.maximum(height, 1e-9)[unit] + 0.5)
    return np.lexsort((-centers[:, 1], centers[:, 0], row, unit))


def number_zones(order: Ints, unit: Ints, after: Ints) -> Ints:
    """Give numbers to the zones of each unit, in order, that go on from those that were used."""
    numbers = np.empty(len(unit), dtype=np.int64)
    numbers[order] = number_within(unit[order]) + after[unit[order]]
    return numbers


def highest_numbers(codes: pd.Index, units: pd.Index) -> Ints:
    """Find the highest number in the codes of each unit: the digits that end what follows it."""
    highest = np.zeros(len(units), dtype=np.int64)
    texts = pd.Series(codes, dtype="str")
    for width in np.unique(units.str.len()):
        unit = units.get_indexer(pd.Index(texts.str[:width]))
        ending = texts.str[width:].str.extract(r"(\d{1,9})$", expand=False)
        found = (unit >= 0) & ending.notna().to_numpy()
        np.maximum.at(highest, unit[found], ending[found].astype(np.int64).to_numpy())
    return highest


def write_codes(units: pd.Index, unit: Ints, numbers: Ints, scheme: CodeScheme | None) -> pd.Series:
    """Write the codes of zones: the unit's code, then the number.

    Raises
    ------
    CodeError
        A unit has more zones than the scheme can number, or its code is not of the scheme.
    """
    highest = int(numbers.max(initial=1))
    scheme = scheme_of(highest) if scheme is None else scheme
    if not scheme.open_ended and highest > 10**scheme.sequence_width - 1:
        most = units[unit[numbers == highest]][0]
        raise CodeError(
            f"{scheme.name} codes number at most {10**scheme.sequence_width - 1:,} zones in a "
            f"unit, but {most!r} would get number {highest:,}. Use a scheme with more digits.",
            rows=[most],
        )
    return scheme.build(pd.Series(units[unit].astype("str")), numbers)


def scheme_of(highest: int) -> CodeScheme:
    """Choose the scheme with as few digits as will do."""
    for scheme in (ZONE_2, ZONE_3):
        if highest < 10**scheme.sequence_width:
            return scheme
    return CodeScheme("ZONE", (), len(str(highest)), separator=ZONE_3.separator)


def like(codes: pd.Index) -> CodeScheme | None:
    """Tell in which scheme for zones most of some codes are written; None where in none."""
    widths = codes.str.extract(rf"{re.escape(ZONE_3.separator)}(\d+)$", expand=False)
    widths = widths.dropna().str.len()
    if 2 * len(widths) <= len(codes):
        return None
    width = int(widths.max())
    return CodeScheme("ZONE", (), width, separator=ZONE_3.separator, open_ended=True)
