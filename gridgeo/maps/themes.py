"""Thematic maps: cells or zones filled by a number in classes, or by what a column says."""

# ruff: noqa: RUF001, RUF002 - a span is written with a dash of its own

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import matplotlib as mpl
import numpy as np
import pandas as pd

from gridgeo.errors import InputError, SchemaError
from gridgeo.maps import style
from gridgeo.maps.number_classes import Scheme, class_edges, class_of
from gridgeo.maps.words import first_names, one_line
from gridgeo.schema import AREA_M2, KIND
from gridgeo.validate import require_number, require_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridgeo.maps.subject import Subject
    from gridgeo.schema import Floats, Ints

_RAMP: Final = "YlGnBu"
_RAMP_ENDS: Final = (0.06, 0.82)
"""Neither white, which is the paper, nor so dark that lines and names are lost on it."""

_MOST_VALUES: Final = len(style.AREA_FILLS)
_MOST_CLASSES: Final = 12
"""More shades of one ramp cannot be told apart."""

_DIGITS: Final = 12
_OFF: Final = 0.02
"""A written edge may be off by this share of the narrowest class."""


AREA: Final = "area"
ZONE: Final = "zone"
DENSITY: Final = "density"
_PER_M2: Final = 10_000


@dataclass(frozen=True)
class Theme:
    """What fills tell by colour.

    Parameters
    ----------
    name
        Heads the legend.
    of
        What has the values: cells or zones.
    row
        Row of the legend of each cell or zone; -1 without a value.
    legend
        ``name``, ``count``, ``fill``; numbers from the least up, words by their frequency.
    """

    name: str
    of: Literal["cells", "zones"]
    row: Ints
    legend: pd.DataFrame


def map_theme(
    subject: Subject,
    color: str,
    *,
    scheme: Scheme | Sequence[float] = "quantiles",
    n_classes: int = 5,
) -> Theme | None:
    """Give the theme that a map is coloured by.

    None where that is none: ``"zone"`` and ``"area"`` give neighbours different colours.

    Parameters
    ----------
    subject
        What the map shows.
    color
        ``"zone"``, ``"area"``, ``"kind"`` of the cells, ``"density"`` (components in every
        10,000 m2 of a cell), or a column of the cells, or else of the zones.
    scheme, n_classes
        How numbers are classed, see :func:`~gridgeo.maps.number_classes.class_edges`.

    Raises
    ------
    InputError
        The map has no such thing, or an option is misspelled.
    """
    if isinstance(scheme, str):
        require_option(scheme, get_args(Scheme), "scheme")
    require_number(n_classes, "n_classes", at_least=1, at_most=_MOST_CLASSES)
    classed: dict[str, Any] = {"said": subject.said, "scheme": scheme, "n_classes": int(n_classes)}
    zones = None if subject.zoning is None else subject.zoning.zones
    if color == AREA or (color == ZONE and zones is not None):
        return None
    if color == KIND:
        return _kinds(subject)
    if color == DENSITY and subject.components is not None:
        density = _density(subject.components.cell, subject.cells[AREA_M2].to_numpy(float))
        return column_theme(pd.DataFrame({DENSITY: density}), DENSITY, of="cells", **classed)
    if color in subject.cells.columns and color != subject.cells.active_geometry_name:
        return column_theme(subject.cells, color, of="cells", **classed)
    if zones is not None and color in zones.columns and color != "geometry":
        return column_theme(zones, color, of="zones", **classed)
    raise InputError(
        f"`color` must be 'area', 'kind', 'zone' where there are zones, 'density' where there are "
        f"components, or a column of the cells or the zones, not {color!r}."
    )


def column_theme(
    frame: pd.DataFrame,
    column: str,
    *,
    of: Literal["cells", "zones"],
    said: Mapping[str, str],
    scheme: Scheme | Sequence[float] = "quantiles",
    n_classes: int = 5,
) -> Theme:
    """Give the theme of a column: numbers in classes, anything else value by value.

    Parameters
    ----------
    frame
        Cells or zones.
    column
        Numbers; or words, of which the most frequent have a colour each.
    of
        Which of them the frame is.
    said
        The words of the map's language; where the column is one of its keys, it is so called.
    scheme, n_classes
        As of :func:`~gridgeo.maps.number_classes.class_edges`.

    Raises
    ------
    SchemaError
        No row has a value.

    Examples
    --------
    >>> from gridgeo.maps.words import words
    >>> frame = pd.DataFrame({"rate": [1, 3, 9, 12, None]})
    >>> theme = column_theme(frame, "rate", of="cells", said=words("en"), scheme=[4, 20])
    >>> theme.legend["name"].tolist(), theme.row.tolist()
    (['1 – 4', '5 – 20'], [0, 0, 1, 1, -1])
    """
    values = frame[column]
    name = said.get(column, one_line(column))
    plain = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if not plain:
        return _by_value(values, name, of, said)
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        raise SchemaError(f"`{of}` have no number in {column!r}; fill it, or color by another.")
    edges = class_edges(known, scheme, n_classes)
    if isinstance(scheme, str) and _are_whole(known):
        # Of counts, 127 as an edge says what 127.5 would leave open; the classes are the same.
        edges = np.unique(np.floor(edges))
    row = class_of(numbers, edges)
    legend = {
        "name": _spans(known, edges),
        "count": np.bincount(row[row >= 0], minlength=len(edges)),
        "fill": ramp(len(edges)),
    }
    return Theme(name, of, row, pd.DataFrame(legend))


def ramp(n: int) -> list[str]:
    """Give ``n`` fills from pale to dark, in an order that the colour-blind see too.

    Examples
    --------
    >>> ramp(3)
    ['#f7fcc6', '#5fc1c0', '#24479d']
    """
    at = np.linspace(*_RAMP_ENDS, n) if n > 1 else np.array([sum(_RAMP_ENDS) / 2])
    return [mpl.colors.to_hex(color) for color in mpl.colormaps[_RAMP](at)]


def _kinds(subject: Subject) -> Theme:
    row = pd.Index(subject.kinds[KIND]).get_indexer(subject.cells[KIND].astype(str))
    fills = [style.KIND_FILLS.get(kind, style.AREA_FILLS[0]) for kind in subject.kinds[KIND]]
    legend = subject.kinds[["name", "count"]].assign(fill=fills)
    return Theme(subject.said[KIND], "cells", row, legend)


def _density(cell: Ints, m2: Floats) -> Floats:
    """Give components in every 10,000 m2 of each cell; no number where a cell has no size."""
    counts = np.bincount(cell[cell >= 0], minlength=len(m2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return counts * _PER_M2 / m2


def _by_value(
    values: pd.Series, name: str, of: Literal["cells", "zones"], said: Mapping[str, str]
) -> Theme:
    texts = first_names(values.to_frame("value"), ["value"])
    if texts.isna().all():
        raise SchemaError(f"`{of}` have no value in {values.name!r}; color by another column.")
    counts: pd.DataFrame = texts.value_counts().rename_axis("name").reset_index(name="count")
    counts = counts.sort_values(["count", "name"], ascending=[False, True], ignore_index=True)
    row = pd.Index(counts["name"]).get_indexer(texts)
    legend = counts.assign(name=counts["name"].map(lambda text: said.get(text, text)))
    if len(legend) > _MOST_VALUES:
        rest = int(legend["count"].iloc[_MOST_VALUES - 1 :].sum())
        others = pd.DataFrame({"name": [said["other_values"]], "count": [rest]})
        legend = pd.concat([legend.iloc[: _MOST_VALUES - 1], others], ignore_index=True)
        row = np.minimum(row, _MOST_VALUES - 1)
    return Theme(name, of, row, legend.assign(fill=style.AREA_FILLS[: len(legend)]))


def _spans(numbers: Floats, edges: Floats) -> list[str]:
    """Write what each class spans."""
    lower = np.concatenate([[min(float(numbers.min()), float(edges[0]))], edges[:-1]])
    if _are_whole(numbers) and _are_whole(edges):
        first = np.concatenate([lower[:1], lower[1:] + 1])
        pairs = zip(first, edges, strict=True)
        return [f"{a:,.0f}" if a == b else f"{a:,.0f} – {b:,.0f}" for a, b in pairs]
    written = _written(np.concatenate([lower[:1], edges]))
    return [f"{a} – {b}" for a, b in pairwise(written)]


def _are_whole(numbers: Floats) -> bool:
    return bool((numbers == np.floor(numbers)).all())


def _written(edges: Floats) -> list[str]:
    """Write edges with as few decimals as keep them where they are, seen from the next one."""
    apart = np.diff(np.unique(edges))
    off = _OFF * apart.min() if len(apart) else 0.0
    digits = next(
        (n for n in range(_DIGITS) if (np.abs(np.round(edges, n) - edges) <= off).all()), _DIGITS
    )
    return [f"{edge:,.{digits}f}" for edge in edges]
