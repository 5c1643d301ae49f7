"""zones -> the tree of who is in charge: areas level by level, the zones in them, the persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.maps.paper_words import counted, paper_words
from gridgeo.maps.persons import persons_by_role
from gridgeo.maps.words import first_names, one_line
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    AREA_NAME,
    N_CELLS,
    PARENT_CODE,
    ZONE_CODE,
    ZONE_NAME,
)
from gridgeo.validate import Faults, add_code_faults, require_columns, require_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridgeo.schema import Language

_STEP: Final = 8
"""Characters of a node's path for every level: one for its kind, the others count."""

_M2_PER_HECTARE: Final = 10_000
_LAST: Final = "a" + "9" * (_STEP - 1)
"""Of a path: after all other areas."""


@dataclass(frozen=True)
class Tree:
    """Areas, zones and persons as lines of an outline.

    Parameters
    ----------
    title
        Of the whole.
    lines
        In the order in which they stand: ``depth`` (from 0), ``kind`` (``area``, ``zone`` or
        ``role``), ``name``, ``note`` (how many zones, how large; of a role, the persons) and
        ``missing``: whether what the note says is wanting.
    said
        The words of the tree's language.
    """

    title: str
    lines: pd.DataFrame
    said: Mapping[str, str]

    @property
    def texts(self) -> list[str]:
        """All that is written."""
        return [self.title, *self.said.values(), *self.lines["name"], *self.lines["note"]]

    def parted(self) -> tuple[str, pd.DataFrame]:
        """Part the one line that all others stand below from them; "" where there is none."""
        lines = self.lines
        if (lines["depth"] == 0).sum() > 1 or len(lines) == 1:
            return "", lines
        top = lines.iloc[0]
        head = " · ".join(filter(None, [top["name"], top["note"]]))
        return head, lines.iloc[1:].assign(depth=lines["depth"] - 1)


def tree_of(  # noqa: PLR0913 - the options of both trees, all named
    zones: pd.DataFrame,
    levels: Sequence[pd.DataFrame],
    *,
    within: str | None,
    staff: pd.DataFrame | None,
    roles: Mapping[str, str] | None,
    title: str | None,
    language: Language,
) -> Tree:
    """Guard the frames of a tree and set one into the other, as :func:`plot_tree` says."""
    said = paper_words(language)
    _check_zones(zones, within)
    _check_levels(levels)
    # An index may be called as the codes are, which sorting takes for an ambiguity.
    zones = zones.reset_index(drop=True).sort_values(ZONE_CODE, ignore_index=True)
    if within is not None and not len(levels):
        codes = first_names(zones, [within]).dropna().unique()
        levels = [pd.DataFrame({AREA_CODE: codes}, dtype=str)]
    areas = _area_nodes(levels, language)
    place = within if within is not None else _place_column(zones, areas)
    found = _zone_nodes(zones, areas, place, language)
    persons = persons_by_role(zones, staff, roles, language)
    found = _with_notes(found, zones, persons, said)
    parts = [_counted(areas, found, said), found, _role_nodes(found, persons)]
    nodes = pd.concat(parts, ignore_index=True).sort_values("path", kind="stable")
    nodes["depth"] = nodes["path"].str.len() // _STEP - 1
    lines = nodes[["depth", "kind", "name", "note", "missing"]].reset_index(drop=True)
    return Tree(said["tree_title"] if title is None else one_line(title), lines, said)


def _check_zones(zones: pd.DataFrame, within: str | None) -> None:
    require_rows(zones, "zones")
    require_columns(zones, [ZONE_CODE, *([within] if within else [])], "zones")
    faults = Faults("zones", zones.index)
    add_code_faults(faults, zones[ZONE_CODE], ZONE_CODE)
    faults.raise_if_any()


def _check_levels(levels: Sequence[pd.DataFrame]) -> None:
    if isinstance(levels, pd.DataFrame) or not all(isinstance(x, pd.DataFrame) for x in levels):
        raise InputError(
            "`levels` must be a list of frames, from the highest level to the lowest: "
            "[district, streets, communities]."
        )
    for place, areas in enumerate(levels):
        name = f"levels[{place}]"
        require_rows(areas, name)
        require_columns(areas, [AREA_CODE], name)
        faults = Faults(name, areas.index)
        add_code_faults(faults, areas[AREA_CODE], AREA_CODE)
        if place and len(levels[place - 1]) > 1:
            require_columns(areas, [PARENT_CODE], name)
            stray = ~areas[PARENT_CODE].isin(levels[place - 1][AREA_CODE]).to_numpy()
            message = f"{PARENT_CODE!r} names no area of levels[{place - 1}]; mend it"
            faults.add(CodeError, stray, message)
        faults.raise_if_any()


def _area_nodes(levels: Sequence[pd.DataFrame], language: Language) -> pd.DataFrame:
    """Give every area its code, name and path, which begins with that of its parent."""
    names = [f"{AREA_NAME}_en", AREA_NAME] if language == "en" else [AREA_NAME]
    nodes = [pd.DataFrame({"code": [], "name": [], "path": [], "level": []}, dtype=str)]
    for place, level in enumerate(levels):
        areas = level.reset_index(drop=True).sort_values(AREA_CODE, ignore_index=True)
        path = _ranked("a", len(areas))
        above = nodes[-1]
        if place and len(above) == 1:
            path = above["path"].iloc[0] + path
        elif place:
            path = areas[PARENT_CODE].map(above.set_index("code")["path"]).astype(str) + path
        columns = {"code": areas[AREA_CODE], "name": first_names(areas, [*names, AREA_CODE])}
        nodes.append(pd.DataFrame({**columns, "path": path, "level": place}))
    return pd.concat(nodes[1:] or nodes, ignore_index=True).assign(kind="area")


def _ranked(kind: str, n: int) -> pd.Series:
    return kind + pd.Series(np.arange(n)).astype(str).str.zfill(_STEP - 1)


def _place_column(zones: pd.DataFrame, areas: pd.DataFrame) -> str | None:
    """Find the column of the zones that says in which area each lies, the lowest there is."""
    texts = [name for name in zones.columns if name != ZONE_CODE and _is_text(zones[name])]
    for level in sorted(areas["level"].unique(), reverse=True):
        codes = {"", *areas.loc[areas["level"] == level, "code"]}
        for name in texts:
            given = first_names(zones, [name]).fillna("")
            if (given != "").any() and given.isin(codes).all():
                return str(name)
    if len(areas) > 1:
        raise SchemaError(
            "no column of `zones` holds codes of `levels`; say which one tells in which area a "
            "zone lies, such as within='street_code'."
        )
    return None


def _is_text(column: pd.Series) -> bool:
    kept = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else column
    return bool(pd.api.types.is_string_dtype(kept.dtype) or kept.dtype == object)


def _zone_nodes(
    zones: pd.DataFrame,
    areas: pd.DataFrame,
    place: str | None,
    language: Language,
) -> pd.DataFrame:
    """Give every zone its name and path, which begins with that of the area it lies in."""
    if place is None:
        above = pd.Series("".join(areas["path"]), index=zones.index)
    else:
        by_code = areas.drop_duplicates("code", keep="last").set_index("code")["path"]
        above = first_names(zones, [place]).map(by_code).fillna(_nowhere(areas)).astype(str)
    named = zone_labels(zones, language)
    return pd.DataFrame({"name": named, "path": above + _ranked("b", len(zones)), "kind": "zone"})


def _nowhere(areas: pd.DataFrame) -> str:
    """Give the path of what lies in no area: last below the one at the top, or beside several."""
    top = areas.loc[areas["level"] == 0, "path"]
    return (top.iloc[0] if len(top) == 1 else "") + _LAST


def zone_labels(zones: pd.DataFrame, language: Language) -> pd.Series:
    """Name zones by their code, and by their name where they have another."""
    names = [f"{ZONE_NAME}_en", ZONE_NAME] if language == "en" else [ZONE_NAME]
    codes = zones[ZONE_CODE].map(one_line).astype(object)
    named = first_names(zones, names)
    return codes.where(named.isna() | (named == codes), codes + "  " + named.fillna(""))


def _with_notes(
    nodes: pd.DataFrame, zones: pd.DataFrame, persons: pd.DataFrame, said: Mapping[str, str]
) -> pd.DataFrame:
    """Say of every zone how large it is, and whether it has nobody."""
    parts = pd.DataFrame(index=zones.index, dtype=object)
    if N_CELLS in zones.columns:
        known = pd.to_numeric(zones[N_CELLS], errors="coerce").dropna()
        parts["cells"] = known.map(lambda n: counted(said, "cell", int(n)))
    if AREA_M2 in zones.columns:
        known = pd.to_numeric(zones[AREA_M2], errors="coerce").dropna()
        parts["area"] = known.map(lambda m2: hectares(said, m2))
    nobody = (persons == "").all(axis=1).to_numpy() & (len(persons.columns) > 0)
    parts["nobody"] = np.where(nobody, said["nobody"], "")
    told = parts.astype(object).fillna("").to_numpy().tolist()
    notes = [" · ".join(filter(None, texts)) for texts in told]
    return nodes.assign(note=notes, missing=nobody)


def hectares(said: Mapping[str, str], m2: float) -> str:
    """Write a size in hectares, to a hundredth below ten."""
    n = m2 / _M2_PER_HECTARE
    return said["hectares"].format(n=f"{n:,.1f}" if n >= 10 else f"{n:,.2f}")  # noqa: PLR2004


def _role_nodes(found: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Give every role that a zone has somebody in a line below the zone."""
    names = persons.to_numpy(dtype=object)
    zone, role = np.nonzero(names != "")
    ranks = _ranked("c", len(persons.columns)).to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "name": persons.columns.to_numpy(dtype=object)[role],
            "note": names[zone, role],
            "path": found["path"].to_numpy(dtype=object)[zone] + ranks[role],
            "kind": "role",
            "missing": False,
        }
    )


def _counted(areas: pd.DataFrame, found: pd.DataFrame, said: Mapping[str, str]) -> pd.DataFrame:
    """Say of every area how many zones lie in it; one that has none is told, if others do."""
    counts = pd.Series(0, index=areas.index)
    for length in areas["path"].str.len().unique():
        same = areas["path"].str.len() == length
        tally = found["path"].str[:length].value_counts()
        counts[same] = areas.loc[same, "path"].map(tally).fillna(0).astype(int)
    levels = areas.loc[areas["path"].isin(found["path"].str[:-_STEP]), "level"]
    lowest = levels.max() if len(levels) else -1
    missing = (counts == 0) & (areas["level"] <= lowest)
    notes = pd.Series([counted(said, "zone", n) if n else "" for n in counts.tolist()])
    nodes = areas.assign(note=notes.mask(missing, said["without_zone"]), missing=missing)
    nowhere = _nowhere(areas)
    lost = int(found["path"].str.startswith(nowhere).sum())
    if lost:
        row = pd.DataFrame({"name": [said["without_area"]], "path": nowhere, "kind": "area"})
        row = row.assign(note=counted(said, "zone", lost), missing=True)
        nodes = pd.concat([nodes, row], ignore_index=True)
    return nodes
