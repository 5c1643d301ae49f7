"""zones -> tree on screen: a page of folds, readable without a script, found through with one."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from gridgeo.maps.offline import asset
from gridgeo.maps.pages import POLICY, Page
from gridgeo.maps.tree import tree_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from gridgeo.maps.tree import Tree
    from gridgeo.schema import Language


def explore_tree(  # noqa: PLR0913 - all but the zones are optional, and named
    zones: pd.DataFrame,
    *,
    levels: Sequence[pd.DataFrame] = (),
    within: str | None = None,
    staff: pd.DataFrame | None = None,
    roles: Mapping[str, str] | None = None,
    title: str | None = None,
    language: Language = "en",
) -> Page:
    """Show who is in charge of what as a tree to fold open: areas, their zones, the persons.

    What stands below a single area at the top is open; a field finds codes, names and persons. It
    needs no network. The parameters are those of :func:`plot_tree`, as is what is written
    in red.

    Parameters
    ----------
    zones, levels, within, staff, roles, title
        As for :func:`plot_tree`.
    language
        ``"en"`` or ``"zh"``.

    Returns
    -------
    Page
        Shows itself in a notebook; :func:`save_html` makes it one file.

    Raises
    ------
    InputError
        A frame lacks what :func:`plot_tree` names, or an option is misspelled.

    Examples
    --------
    >>> import pandas
    >>> zones = pandas.DataFrame({"zone_code": ["Z1"], "manager": ["Wu"]})
    >>> explore_tree(zones, title="East")
    Page('East', 4 kB)
    """
    tree = tree_of(
        zones,
        levels,
        within=within,
        staff=staff,
        roles=roles,
        title=title,
        language=language,
    )
    said = {name: html.escape(text) for name, text in tree.said.items()}
    heading = html.escape(tree.title)
    lang = "zh-CN" if language == "zh" else "en"
    return Page(
        tree.title,
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n{POLICY}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{heading}</title>\n<style>{asset('tree.css')}</style>\n</head>\n<body>\n"
        f"<header><h1>{heading}</h1>\n"
        f'<form hidden><input type="search" aria-label="{said["search"]}" '
        f'placeholder="{said["search_hint"]}">\n'
        f'<button type="button" value="open">{said["open_all"]}</button>\n'
        f'<button type="button" value="">{said["close_all"]}</button>\n'
        f"<output hidden>{said['no_match']}</output></form></header>\n"
        f"<main>{_folds(tree)}</main>\n<script>{asset('tree.js')}</script>\n</body>\n</html>\n",
    )


def _folds(tree: Tree) -> str:
    """Write the lines one within the other, each with others below it as a fold."""
    lines = tree.lines
    depth = lines["depth"]
    below = depth.shift(-1, fill_value=0)
    texts = [
        _text(*row) for row in zip(lines["name"], lines["note"], lines["missing"], strict=True)
    ]
    opened = (depth == 0) & ((depth == 0).sum() == 1)
    rows = zip(texts, lines["kind"], depth, below, opened, strict=True)
    return "<ul>" + "\n".join(_line(*row) for row in rows) + "</ul>"


def _text(name: str, note: str, missing: object) -> str:
    look = "note missing" if missing else "note"
    told = f' <span class="{look}">{html.escape(note)}</span>' if note else ""
    return f'<span class="name">{html.escape(name)}</span>{told}'


def _line(text: str, kind: str, depth: int, below: int, opened: object) -> str:
    if below > depth:
        state = " open" if opened else ""
        return f'<li class="{kind}"><details{state}><summary>{text}</summary><ul>'
    return f'<li class="{kind}">{text}</li>' + "</ul></details></li>" * (depth - below)
