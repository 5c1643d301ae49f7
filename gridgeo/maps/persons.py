"""Persons in charge of zones, as a map names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from gridgeo._names import spoken
from gridgeo._persons import SEPARATOR, text_of
from gridgeo.errors import InputError, SchemaError
from gridgeo.maps.words import first_names, one_line, words
from gridgeo.roles import role_names
from gridgeo.schema import NAME, STAFF_ID
from gridgeo.validate import require_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridgeo.schema import Language

_IDS: Final = "{role}_id"


def persons_by_role(
    zones: pd.DataFrame,
    staff: pd.DataFrame | None,
    roles: Mapping[str, str] | None,
    language: Language,
) -> pd.DataFrame:
    """Name the persons of every zone in the language of the map.

    Parameters
    ----------
    zones
        A column for each role: names, several with ``;`` between them. Where ``<role>_id`` holds
        the ``staff_id`` of each as well, ``staff`` tells their names.
    staff
        ``staff_id``, ``name``, and for English ``name_en``.
    roles
        Further columns of persons and what the map calls them; also other words for known ones.
    language
        Of the map.

    Returns
    -------
    DataFrame
        One row a zone, on its index; one text column a role in the words of the map, the highest
        first, with "" where a zone has nobody.

    Raises
    ------
    InputError
        The zones lack a column that ``roles`` names, two roles have the same name, or there is
        ``staff`` and no role.

    Examples
    --------
    >>> zones = pd.DataFrame({"leader": ["Wu; Han", ""], "watch": ["Li", None]})
    >>> persons_by_role(zones, None, {"watch": "Night watch"}, "en")
      Responsible leader Night watch
    0            Wu; Han          Li
    1
    """
    known_roles = role_names(language)
    own = {role: one_line(name) for role, name in (roles or {}).items()}
    require_columns(zones, list(own), "zones")
    shown = list(dict.fromkeys(role for role in (*known_roles, *own) if role in zones.columns))
    if staff is not None:
        require_columns(staff, [STAFF_ID, NAME], "staff")
        if not shown:
            raise SchemaError(
                "`zones` have no column of persons; assign the staff to them first, or name "
                f"the columns with roles=. Known are: {', '.join(map(repr, known_roles))}."
            )
    titles = [own.get(role) or known_roles.get(role) or one_line(role) for role in shown]
    if len(set(titles)) < len(titles):
        raise InputError(f"`roles` must have a name of its own for each role, not {titles}.")
    known = _names_by_id(staff, language)
    separator = words(language)["list_separator"]
    named = [_named(zones, role, known, separator) for role in shown]
    return pd.DataFrame(dict(zip(titles, named, strict=True)), index=zones.index, dtype=str)


def _names_by_id(staff: pd.DataFrame | None, language: Language) -> pd.Series:
    if staff is None:
        return pd.Series(dtype=str)
    names = first_names(staff, [*spoken(NAME, language), STAFF_ID])
    by_id = names.set_axis(text_of(staff[STAFF_ID]).str.strip())
    return by_id[~by_id.index.duplicated()]


def _named(zones: pd.DataFrame, role: str, known: pd.Series, separator: str) -> pd.Series:
    """Name the persons of one role: by their number where the staff has it, else as written."""
    written = _apart(zones[role])
    ids = zones.get(_IDS.format(role=role))
    if ids is not None:
        written = _apart(ids).map(known).combine_first(written)
    lines = written.map(one_line)
    lines = lines[lines != ""]
    joined = lines.groupby(level=0).agg(separator.join)
    return joined.reindex(range(len(zones)), fill_value="").set_axis(zones.index)


def _apart(texts: pd.Series) -> pd.Series:
    """Take lists of persons apart: one row a person, by row of the zone and place in the list."""
    lists = text_of(texts).str.split(SEPARATOR, regex=True).reset_index(drop=True)
    persons = lists.explode()
    place = persons.groupby(level=0).cumcount()
    return persons.str.strip().set_axis(pd.MultiIndex.from_arrays([persons.index, place]))
