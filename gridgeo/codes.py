"""Codes of cells and of components: text that begins with the code of the area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gridgeo.errors import CodeError, name_rows
from gridgeo.schema import MAJOR_CODE, MINOR_CODE

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Ints


@dataclass(frozen=True)
class CodeScheme:
    """How a cell's code is put together.

    Parameters
    ----------
    name
        What messages call the scheme.
    area_widths
        Digits of the parts that make the area code, such as district, street and community;
        empty where any area code will do.
    sequence_width
        Digits of the running number inside an area.
    separator
        Text between area code and number.
    open_ended
        Whether a number may grow past its width.

    Examples
    --------
    >>> UNIT_GRID_15.build(pd.Series(["990101001001", "990101001001"]), np.array([1, 2])).tolist()
    ['990101001001001', '990101001001002']
    >>> UNIT_GRID_15.parse(pd.Series(["990101001001002"])).iloc[0].tolist()
    ['990101', '001', '001', '002']
    """

    name: str
    area_widths: tuple[int, ...]
    sequence_width: int
    separator: str = ""
    open_ended: bool = False

    @property
    def area_width(self) -> int:
        """Digits of the area code."""
        return sum(self.area_widths)

    def fits(self, area_codes: pd.Series) -> bool:
        """Tell whether every area code has the scheme's digits."""
        return bool(area_codes.str.fullmatch(rf"\d{{{self.area_width}}}").all())

    def build(self, area_codes: pd.Series, numbers: Ints) -> pd.Series:
        """Write the codes of cells.

        Parameters
        ----------
        area_codes
            Text, the code of each cell's area.
        numbers
            Running number of each cell in its area, from 1.

        Returns
        -------
        Series
            Text, on the index of ``area_codes``.

        Raises
        ------
        CodeError
            An area code that is not of the scheme, or more cells in an area than it can number.
        """
        if self.area_widths and not self.fits(area_codes):
            wrong = area_codes[~area_codes.str.fullmatch(rf"\d{{{self.area_width}}}")].unique()
            raise CodeError(
                f"{self.name} codes need area codes of {self.area_width} digits; these are not: "
                f"{', '.join(map(repr, wrong[:8]))}. Choose another scheme, such as PLAIN.",
                rows=wrong,
            )
        most = 10**self.sequence_width - 1
        if not self.open_ended and len(numbers) and numbers.max() > most:
            raise self._overflow(area_codes, numbers, most)
        number = pd.Series(numbers, index=area_codes.index).astype(str)
        return area_codes + self.separator + number.str.zfill(self.sequence_width)

    def parse(self, codes: pd.Series) -> pd.DataFrame:
        """Take codes apart into the scheme's parts, as text columns 0, 1, 2 ...

        Raises
        ------
        CodeError
            Codes that are not of the scheme.
        """
        area = "".join(rf"(\d{{{width}}})" for width in self.area_widths) or "(.+)"
        more = "," if self.open_ended else ""
        number = rf"(\d{{{self.sequence_width}{more}}})"
        parts = codes.str.extract(f"^{area}{self.separator}{number}$")
        wrong = parts.isna().any(axis=1)
        if wrong.any():
            raise CodeError(
                f"{wrong.sum()} codes are not {self.name} codes: "
                f"{', '.join(map(repr, codes[wrong].head(8)))}.",
                rows=codes.index[wrong],
            )
        return parts

    def _overflow(self, area_codes: pd.Series, numbers: Ints, most: int) -> CodeError:
        count = pd.Series(numbers).groupby(area_codes.to_numpy()).max()
        over = count[count > most]
        named = ", ".join(f"{code!r} would get {n:,} cells" for code, n in over.head(8).items())
        return CodeError(
            f"{self.name} codes number at most {most:,} cells in an area, but {named}. Use larger "
            "cells, areas of a lower level, or a scheme with more digits, such as PLAIN.",
            rows=over.index,
        )


UNIT_GRID_15: Final = CodeScheme("UNIT_GRID_15", (6, 3, 3), 3)
"""6 district + 3 street + 3 community + 3 sequence digits (Beijing local standard)."""

UNIT_GRID_14: Final = CodeScheme("UNIT_GRID_14", (6, 3, 3), 2)
"""The older form, with 2 sequence digits."""

PLAIN: Final = CodeScheme("PLAIN", (), 4, separator="-", open_ended=True)
"""Area code, dash, number: for areas that are coded otherwise."""

ZONE_2: Final = CodeScheme("ZONE_2", (), 2, separator="Z")
"""Code of the unit, Z, 2 digits: responsibility zones; ``Z01`` where they lie in no unit."""

ZONE_3: Final = CodeScheme("ZONE_3", (), 3, separator="Z")
"""The same with 3 digits, for units of a hundred zones and more."""


SCHEMES: Final = {scheme.name: scheme for scheme in (UNIT_GRID_15, UNIT_GRID_14, PLAIN)}
"""Schemes by name, for the command line."""


@dataclass(frozen=True)
class ComponentScheme:
    """How a component's code is put together: district, class, running number.

    Schemes of the same length cannot be told apart by their codes, so one is always named.

    Parameters
    ----------
    name
        What messages call the scheme.
    district_width
        Digits of the district.
    major_width, minor_width
        Digits of the two parts of the class code.
    sequence_width
        Digits of the running number inside a district and class.

    Examples
    --------
    >>> codes = COMPONENT_16.build("990101", pd.Series(["0118", "0402"]), np.array([7, 1]))
    >>> codes.tolist()
    ['9901010118000007', '9901010402000001']
    >>> COMPONENT_16.parse(codes)
      district major_code minor_code sequence
    0   990101         01         18   000007
    1   990101         04         02   000001
    """

    name: str
    district_width: int
    major_width: int
    minor_width: int
    sequence_width: int

    @property
    def class_width(self) -> int:
        """Digits of the class code."""
        return self.major_width + self.minor_width

    @property
    def prefix_width(self) -> int:
        """Digits before the running number."""
        return self.district_width + self.class_width

    @property
    def most(self) -> int:
        """The highest running number."""
        return 10**self.sequence_width - 1

    def fits(self, codes: pd.Series) -> Bools:
        """Tell which texts have the scheme's digits."""
        return is_digits(codes, self.prefix_width + self.sequence_width)

    def build(self, district: str | pd.Series, class_codes: pd.Series, numbers: Ints) -> pd.Series:
        """Write the codes of components.

        Parameters
        ----------
        district
            Text, the code of the district, or of each component's.
        class_codes
            Text, the code of each component's class.
        numbers
            Running number of each component in its district and class, from 1.

        Returns
        -------
        Series
            Text, on the index of ``class_codes``.

        Raises
        ------
        CodeError
            Districts or classes that are not of the scheme, or numbers that it does not have.
        """
        if isinstance(district, str):
            district = pd.Series(district, index=class_codes.index, dtype="str")
        districts = district.astype("str")
        wrong = ~is_digits(districts, self.district_width) | ~is_digits(
            class_codes, self.class_width
        )
        wrong |= (numbers < 1) | (numbers > self.most)
        if wrong.any():
            rows = class_codes.index[wrong]
            raise CodeError(
                f"{self.name} codes are made of {self.district_width} digits for the district, "
                f"{self.class_width} for the class and a number from 1 to {self.most:,}; these "
                f"are not {name_rows(rows)}.",
                rows=rows,
            )
        distinct, place = np.unique(numbers, return_inverse=True)
        number = pd.Series(distinct).astype("str").str.zfill(self.sequence_width).take(place)
        return districts + class_codes.astype("str") + number.set_axis(class_codes.index)

    def parse(self, codes: pd.Series) -> pd.DataFrame:
        """Take codes apart: ``district``, ``major_code``, ``minor_code``, ``sequence``, all text.

        Raises
        ------
        CodeError
            Codes that are not of the scheme.
        """
        wrong = ~self.fits(codes)
        if wrong.any():
            raise CodeError(
                f"{wrong.sum()} codes are not {self.name} codes: "
                f"{', '.join(map(repr, codes[wrong].head(8)))}.",
                rows=codes.index[wrong],
            )
        widths = (self.district_width, self.major_width, self.minor_width, self.sequence_width)
        names = ("district", MAJOR_CODE, MINOR_CODE, "sequence")
        ends = np.cumsum(widths).tolist()
        return pd.DataFrame(
            {
                name: codes.astype("str").str[end - width : end]
                for name, width, end in zip(names, widths, ends, strict=True)
            }
        )


COMPONENT_16: Final = ComponentScheme("COMPONENT_16", 6, 2, 2, 6)
"""6 district + 2 major + 2 minor + 6 sequence digits (the classic form)."""

COMPONENT_16_5: Final = ComponentScheme("COMPONENT_16_5", 6, 2, 3, 5)
"""6 district + 2 major + 3 minor + 5 sequence digits (seen in one newer system)."""


def is_digits(texts: pd.Series, width: int) -> Bools:
    """Tell which texts are so many digits, 0 to 9 and no others."""
    return texts.astype("str").str.fullmatch(f"[0-9]{{{width}}}").fillna(False).to_numpy(bool)


def scheme_for(area_codes: pd.Series) -> CodeScheme:
    """Choose UNIT_GRID_15 where all area codes have 12 digits, PLAIN elsewhere."""
    return UNIT_GRID_15 if UNIT_GRID_15.fits(area_codes) else PLAIN


def number_within(area: Ints) -> Ints:
    """Count rows from 1 within each area, in the order in which they come.

    Parameters
    ----------
    area
        (n,) position of each row's area, rows of one area together.
    """
    first = np.flatnonzero(np.append(True, area[1:] != area[:-1]))
    return np.arange(1, len(area) + 1) - np.repeat(first, np.diff(np.append(first, len(area))))
