"""Words in the languages of reports and maps: which of them, and how sizes and a CRS are told."""

# ruff: noqa: RUF001, RUF002 - Chinese has its own comma

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, get_args

from gridgeo.schema import Language
from gridgeo.validate import require_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyproj import CRS

_GAUSS_KRUGER: Final = re.compile(
    r"(?P<datum>.+) / (?P<narrow>3-degree )?Gauss-Kruger "
    r"(?:CM (?P<meridian>\d+)E|zone (?P<zone>\d+))"
)
_UTM: Final = re.compile(r"(?P<datum>.+) / UTM zone (?P<zone>\d+[NS])")
_DATUMS: Final = {"Beijing 1954": "1954 北京坐标系", "Xian 1980": "1980 西安坐标系"}


def in_language(language: Language, table: Mapping[str, tuple[str, str]]) -> Mapping[str, str]:
    """Give the words of a table in one language, by their key.

    Raises
    ------
    InputError
        The language is neither ``"en"`` nor ``"zh"``.

    Examples
    --------
    >>> in_language("zh", {"gaps": ("Gaps", "空白")})["gaps"]
    '空白'
    """
    options = get_args(Language)
    require_option(language, options, "language")
    place = options.index(language)
    return MappingProxyType({key: said[place] for key, said in table.items()})


def m2_in_words(m2: float) -> str:
    """Write a size so that a sliver is told from nothing.

    Examples
    --------
    >>> m2_in_words(12345.6), m2_in_words(0.01), m2_in_words(0.00002), m2_in_words(0.0)
    ('12,345.600 m²', '0.010 m²', '2e-05 m²', '0 m²')
    """
    least = 0.001
    if m2 == 0:
        return "0 m²"
    return f"{m2:,.3f} m²" if abs(m2) >= least else f"{m2:.2g} m²"


def difference_in_words(m2: float) -> str:
    """Write a difference of sums with its sign, and rounding never as -0.000.

    Examples
    --------
    >>> difference_in_words(-1234.5), difference_in_words(-1e-9)
    ('-1,234.500', '+0.000')
    """
    return f"{round(float(m2), 3) + 0.0:+,.3f}"


def crs_in_words(crs: CRS, language: Language) -> str:
    """Name a CRS; in Chinese too where it is one of those that Chinese cities are drawn in.

    Examples
    --------
    >>> from pyproj import CRS
    >>> crs_in_words(CRS(4547), "en")
    'CGCS2000 / 3-degree Gauss-Kruger CM 114E'
    >>> crs_in_words(CRS(4547), "zh"), crs_in_words(CRS(32650), "zh")
    ('CGCS2000 高斯-克吕格投影三度带，中央经线 114°E', 'WGS 84 UTM 投影 50N 带')
    """
    name: str = crs.name
    if language == "en":
        return name
    if drawn := _GAUSS_KRUGER.fullmatch(name):
        width = "三度带" if drawn["narrow"] else "六度带"
        strip = f"中央经线 {drawn['meridian']}°E" if drawn["meridian"] else f"第 {drawn['zone']} 带"
        datum = _DATUMS.get(drawn["datum"], drawn["datum"])
        return f"{datum} 高斯-克吕格投影{width}，{strip}"
    if drawn := _UTM.fullmatch(name):
        return f"{drawn['datum']} UTM 投影 {drawn['zone']} 带"
    return name
