"""Roles as values: what a zone asks for, and of whom; they hold no persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gridgeo._persons import id_column
from gridgeo._words import in_language
from gridgeo.errors import InputError
from gridgeo.schema import (
    AREA_M2,
    LOAD,
    N_CELLS,
    STREET_CODE,
    ZONE_CODE,
    ZONE_NAME,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gridgeo.schema import Language

_TAKEN: Final = (ZONE_CODE, ZONE_NAME, AREA_M2, N_CELLS, LOAD, STREET_CODE, "geometry")
"""Columns of zones that no role may be called by."""


@dataclass(frozen=True)
class Role:
    """What one role asks for in every zone.

    Parameters
    ----------
    key
        The column of the zones that holds the persons' names; ``<key>_id`` holds their ids.
    name, name_en
        What the role is called, in Chinese and in English.
    at_least, at_most
        How many persons a zone must have, and how many it may have; None is no limit.
    max_zones
        How many zones one person may have in this role; None is no limit.
    full_time
        True where only full-time staff may serve, False where only part-time staff may.
    drawn_from
        Keys in the column ``role`` of those who may serve; the own one where nothing is said.
        Managers who stand in for one another are ``drawn_from=("manager",)``.
    differs_from
        Keys of roles that nobody may hold in the same zone besides this one.

    Raises
    ------
    InputError
        The key cannot be a column of zones, or numbers that no zone could meet.

    Examples
    --------
    >>> Role("inspector", "监督员", "Inspector", at_least=2, at_most=None).drawn_from
    ('inspector',)
    """

    key: str
    name: str
    name_en: str
    at_least: int = 1
    at_most: int | None = 1
    max_zones: int | None = None
    full_time: bool | None = None
    drawn_from: tuple[str, ...] = ()
    differs_from: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not self.key.strip() or self.key in _TAKEN:
            raise InputError(f"a role cannot be called {self.key!r}; zones need that column.")
        self._require_whole("at_least", 0)
        for name, least in (("at_most", max(self.at_least, 1)), ("max_zones", 1)):
            if getattr(self, name) is not None:
                self._require_whole(name, least)
        for name in ("drawn_from", "differs_from"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))
        object.__setattr__(self, "drawn_from", self.drawn_from or (self.key,))

    def _require_whole(self, name: str, least: int) -> None:
        value = getattr(self, name)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or value < least:
            raise InputError(
                f"`{name}` of {self.key!r} must be a whole number from {least} on, not {value!r}."
            )

    @property
    def id_column(self) -> str:
        """The column of the zones that holds the ids of those who serve."""
        return id_column(self.key)


CITY_ROLES: Final = (
    Role("leader", "责任领导", "Responsible leader"),
    Role("direct_responsible", "直接责任人", "Directly responsible"),
    Role("manager", "网格长", "Grid manager"),
    Role("inspector", "监督员", "Inspector", at_most=None),
    Role("deputy", "副职（AB角）", "Deputy", differs_from=("manager",)),  # noqa: RUF001
)
"""Roles of city management in the order of rank; the deputy stands in for the manager."""

LABOUR_ROLES: Final = (
    Role(
        "full_time_inspector",
        "专职监察员",
        "Full-time inspector",
        drawn_from=("full_time_inspector", "inspector", "监察员"),
        full_time=True,
    ),
    Role(
        "part_time_inspector",
        "兼职监察员",
        "Part-time inspector",
        at_most=2,
        drawn_from=("part_time_inspector", "inspector", "监察员"),
        full_time=False,
    ),
    Role("assistant", "协管员", "Assistant", at_least=2, at_most=None),
)
"""Labour inspection: 1 full-time inspector, 1 or 2 part-time, 2 assistants or more in a zone."""

ENVIRONMENT_ROLES: Final = (
    Role("leader", "责任领导", "Responsible leader"),
    Role("inspector", "监督员", "Inspector", at_least=2, at_most=None),
)
"""Environmental supervision: 2 inspectors or more in a zone, who rotate."""


def role_names(language: Language) -> Mapping[str, str]:
    """Name the roles that come along, in the order of rank, by their keys.

    Examples
    --------
    >>> role_names("en")["manager"]
    'Grid manager'
    """
    known = {
        role.key: (role.name_en, role.name)
        for role in (*CITY_ROLES, *LABOUR_ROLES, *ENVIRONMENT_ROLES)
    }
    return in_language(language, known)


def require_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Give the roles as a tuple, or refuse what are none, or two of one key.

    Raises
    ------
    InputError
        None are given, something else is, two have one key, or one's ids would be another's key.
    """
    given = (roles,) if isinstance(roles, Role) else tuple(roles)
    if not given or not all(isinstance(role, Role) for role in given):
        raise InputError("`roles` must hold one Role or more, as gridgeo.CITY_ROLES does.")
    columns = [name for role in given for name in (role.key, role.id_column)]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise InputError(f"`roles` name {', '.join(map(repr, twice))} twice; keep one of each.")
    return given


def differing(role: Role, roles: Iterable[Role]) -> list[str]:
    """Give the keys of the roles that nobody may hold in one zone with this one."""
    return [*role.differs_from, *(one.key for one in roles if role.key in one.differs_from)]
