"""What people write for a class, however they write it -> its place in a table."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_CLASS: Final = -1
"""Stands for the place of a text that no class, or more than one, answers to."""

_DASHES: Final = ("Pd", "Pc")
_SPACES: Final = ("Zs", "Zl", "Zp", "Cc")
_DIGITS: Final = re.compile("[0-9]+")
_WHOLE: Final = re.compile(r"([0-9]+)(?:\.0)?")
_PARTED: Final = re.compile(r"([0-9]+) ?([-/. ]) ?([0-9]+)")


@dataclass(frozen=True)
class ClassIndex:
    """Classes by all that stands for one.

    Parameters
    ----------
    codes
        Place of a class by its code as it is.
    digits
        Widths of major and minor code where codes are digits; None where they are not.
    texts
        Place by name in any language, and by code that is not digits, written in one way;
        ``NO_CLASS`` where several classes share a text.
    names
        Each name as the table has it, by the same in one way.
    """

    codes: Mapping[str, int]
    digits: tuple[int, int] | None
    texts: Mapping[str, int]
    names: Mapping[str, str]

    def find(self, text: str) -> int:
        """Find the place of the class that a text means; ``NO_CLASS`` where it is not certain.

        Examples
        --------
        >>> index = index_classes(["0110", "0203"], ["01", "02"], [["热力井盖", "公交站亭"]])
        >>> [index.find(text) for text in ("0203", "110", "2-03", "热力 井盖", "井盖")]
        [1, 0, 1, 0, -1]
        """
        if text in self.codes:
            return self.codes[text]
        spelled = _spell(text)
        by_digits = self.codes.get(self._as_code(spelled), NO_CLASS)
        if by_digits != NO_CLASS:
            return by_digits
        return self.texts.get(_fold(spelled), NO_CLASS)

    def nearest(self, text: str) -> str | None:
        """Give the name that looks most like a text, if any does."""
        near = difflib.get_close_matches(_fold(_spell(text)), self.names, n=1)
        return self.names[near[0]] if near else None

    def _as_code(self, spelled: str) -> str:
        """Fill up the zeros that a code in digits lacks; empty text for what is no such code."""
        if self.digits is None:
            return ""
        major, minor = self.digits
        if whole := _WHOLE.fullmatch(spelled):
            return whole[1].zfill(major + minor)
        parted = _PARTED.fullmatch(spelled)
        # 1.1 may have been 1.10 before it was taken for a number.
        if not parted or (parted[2] == "." and len(parted[3]) < minor):
            return ""
        return parted[1].zfill(major) + parted[3].zfill(minor)


def index_classes(
    codes: Sequence[str], majors: Sequence[str], names: Sequence[Sequence[str]]
) -> ClassIndex:
    """Index classes by code and name.

    Parameters
    ----------
    codes, majors
        Code of each class, and the part of it that is the code of its major class.
    names
        In each language, the name of each class; empty text where there is none.
    """
    places: dict[str, set[int]] = {}
    words = ["" if _DIGITS.fullmatch(code) else code for code in codes]
    for texts in (words, *names):
        for place, text in enumerate(texts):
            places.setdefault(_fold(_spell(text)), set()).add(place)
    places.pop("", None)
    widths = {
        (len(major), len(code) - len(major))
        for code, major in zip(codes, majors, strict=True)
        if _DIGITS.fullmatch(code)
    }
    return ClassIndex(
        codes={code: place for place, code in enumerate(codes)},
        digits=widths.pop() if len(widths) == 1 else None,
        texts={
            text: next(iter(found)) if len(found) == 1 else NO_CLASS
            for text, found in places.items()
        },
        names={_fold(_spell(name)): name for said in names for name in said if name},
    )


def _spell(text: str) -> str:
    """Write a text in one way: width, case, dashes and spaces, nothing that is not seen."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kinds = ((c, unicodedata.category(c)) for c in folded)
    plain = (
        "-" if kind in _DASHES else " " if kind in _SPACES else c
        for c, kind in kinds
        if kind != "Cf"
    )
    return " ".join("".join(plain).split())


def _fold(spelled: str) -> str:
    """Take dashes and spaces out of a spelled text."""
    return spelled.replace("-", "").replace(" ", "")
