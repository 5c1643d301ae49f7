"""Types of cells and zones as values: what is called what, from which measure on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gridgeo._words import in_language
from gridgeo.errors import InputError
from gridgeo.validate import require_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridgeo.schema import Language

OTHER: Final = "other"
"""The type of what no rule fits."""


@dataclass(frozen=True)
class Measure:
    """A range that a measure of a cell must lie in; a measure that is missing lies in none.

    Parameters
    ----------
    column
        The column that holds it: a count, a share, metres.
    at_least, at_most
        The ends of the range, both in it.
    per
        A column by which it is divided, so that it is a density: ``area_m2``, for example. What
        is divided by 0 is missing.

    Raises
    ------
    InputError
        No end is given, or the ends are no numbers or the wrong way round.

    Examples
    --------
    >>> Measure("school", at_least=1)
    Measure(column='school', at_least=1, at_most=inf, per=None)
    """

    column: str
    at_least: float = -math.inf
    at_most: float = math.inf
    per: str | None = None

    def __post_init__(self) -> None:
        require_number(self.at_least, "at_least")
        require_number(self.at_most, "at_most")
        if self.at_least > self.at_most or (self.at_least, self.at_most) == (-math.inf, math.inf):
            raise InputError(
                f"the range of {self.column!r} must have an end, and the lower one first, not "
                f"{self.at_least!r} to {self.at_most!r}."
            )


@dataclass(frozen=True)
class TypeRule:
    """What a cell or a zone is called where all of some measures lie in their range.

    Parameters
    ----------
    key
        The type as it stands in the frame.
    name, name_en
        What it is called, in Chinese and in English.
    measures
        One :class:`Measure` or more. Two rules of one key mean one or the other.

    Raises
    ------
    InputError
        No key, or no measures.
    """

    key: str
    name: str
    name_en: str
    measures: Measure | tuple[Measure, ...]

    def __post_init__(self) -> None:
        given = self.measures
        measures = (given,) if isinstance(given, Measure) else tuple(given)
        if not measures or not all(isinstance(measure, Measure) for measure in measures):
            raise InputError(f"rule {self.key!r} must have one Measure or more.")
        if not isinstance(self.key, str) or not self.key.strip():
            raise InputError(f"a type cannot be called {self.key!r}; give a text.")
        object.__setattr__(self, "measures", measures)

    def ranges(self) -> tuple[Measure, ...]:
        """Give the measures, one or more."""
        return self.measures if isinstance(self.measures, tuple) else (self.measures,)


CITY_TYPES: Final = (
    TypeRule("school", "学校型", "School", Measure("school_share", at_least=0.05)),
    TypeRule("commercial", "商业型", "Commercial", Measure("commercial_share", at_least=0.05)),
    TypeRule("residential", "居民型", "Residential", Measure("residential_share", at_least=0.1)),
    TypeRule("fringe", "城乡结合型", "Urban-rural fringe", Measure("covered_share", at_least=0.01)),
    TypeRule("rural", "农村型", "Rural", Measure("covered_share", at_most=0.01)),
)
"""Five types by the share of ground under buildings of each use, as
:func:`gridgeo.cover_shares` measures it. The shares are our own; a city sets its own."""


def type_names(language: Language) -> Mapping[str, str]:
    """Name the types that come along by their keys, and that of what no rule fits.

    Examples
    --------
    >>> type_names("en")["fringe"]
    'Urban-rural fringe'
    """
    known = {rule.key: (rule.name_en, rule.name) for rule in CITY_TYPES}
    return in_language(language, {**known, OTHER: ("Other", "其他")})


def require_rules(rules: Iterable[TypeRule]) -> tuple[TypeRule, ...]:
    """Give the rules as a tuple, or refuse what are none.

    Raises
    ------
    InputError
        None are given, or something else is.
    """
    given = (rules,) if isinstance(rules, TypeRule) else tuple(rules)
    if not given or not all(isinstance(rule, TypeRule) for rule in given):
        raise InputError("`rules` must hold one TypeRule or more, as gridgeo.CITY_TYPES does.")
    return given
