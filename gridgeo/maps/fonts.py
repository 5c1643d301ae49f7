"""Fonts for the printed sheet: one that has the characters, or a warning."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from matplotlib.font_manager import (
    FontProperties,
    findfont,
    findSystemFonts,
    fontManager,
    get_font,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

LATIN: Final = "DejaVu Sans"
"""Comes with matplotlib, so it is always there."""

CJK_FONTS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",
    "Source Han Sans",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Heiti SC",
    "Noto Serif CJK SC",
    "SimSun",
    "Arial Unicode MS",
)
_FIRST_CJK: Final = "\u2e80"
_SHOWN: Final = 12


def fonts_for(texts: Iterable[str]) -> list[str]:
    """Choose font families that have every character of the texts.

    Returns
    -------
    list of str
        In the order in which a character is looked for; the Latin font alone where no
        text is Chinese, Japanese or Korean.

    Warns
    -----
    UserWarning
        No installed font has some of the characters; says which and what to install.
    """
    characters = {character for text in texts for character in text}
    families = [LATIN]
    if any(character >= _FIRST_CJK for character in characters):
        families = [*_installed_cjk()[:1], LATIN]
    lacking = sorted(characters - _has(families))
    if lacking:
        warnings.warn(
            f"no font here has {len(lacking)} characters of the sheet "
            f"({''.join(lacking[:_SHOWN])}); they will be boxes. Install Noto Sans CJK: "
            "`apt install fonts-noto-cjk` or `dnf install google-noto-sans-cjk-fonts`; elsewhere "
            "from https://github.com/notofonts/noto-cjk.",
            UserWarning,
            stacklevel=3,
        )
    return families


def _installed_cjk() -> list[str]:
    if not _known_cjk():
        # matplotlib lists the fonts once and keeps the list: it misses what came later.
        listed = {font.fname for font in fontManager.ttflist}
        for path in set(findSystemFonts()) - listed:
            with suppress(OSError, RuntimeError):  # a file that is no font we can read
                fontManager.addfont(path)
    return _known_cjk()


def _known_cjk() -> list[str]:
    known = {font.name for font in fontManager.ttflist}
    return [name for name in CJK_FONTS if name in known]


def _has(families: list[str]) -> set[str]:
    paths = (findfont(FontProperties(family=family)) for family in families)
    return {chr(code) for path in paths for code in get_font(path).get_charmap()} | {" "}
