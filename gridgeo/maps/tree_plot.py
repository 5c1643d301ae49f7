"""zones -> tree on paper: an outline in columns, as large a paper as it takes to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import numpy as np
from matplotlib.collections import LineCollection

from gridgeo.errors import InputError
from gridgeo.maps import style
from gridgeo.maps.figures import blank_sheet, pen_on, plain_settings
from gridgeo.maps.paper import Orientation, Size, paper
from gridgeo.maps.tree import tree_of
from gridgeo.maps.tree_setting import fitting, most_lines, outline_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    from gridgeo.maps.paper import Paper
    from gridgeo.maps.pen import Pen
    from gridgeo.maps.tree import Tree
    from gridgeo.maps.tree_setting import Outline, Setting
    from gridgeo.schema import Floats, Language

_MOST_LINES: Final = most_lines(paper("A0", "landscape"))
"""What has no room on the largest paper is not worth measuring."""

_ELBOW: Final = "#9aa1ad"
_MISSING: Final = "#b3261e"


def plot_tree(  # noqa: PLR0913 - all but the zones are optional, and named
    zones: pd.DataFrame,
    *,
    levels: Sequence[pd.DataFrame] = (),
    within: str | None = None,
    staff: pd.DataFrame | None = None,
    roles: Mapping[str, str] | None = None,
    title: str | None = None,
    size: Size | None = None,
    orientation: Orientation = "landscape",
    language: Language = "en",
) -> Figure:
    """Draw who is in charge of what as a tree: areas by level, their zones, the persons.

    Areas without a zone, zones in no area and zones without anybody are written in red.

    Parameters
    ----------
    zones
        One row a zone: ``zone_code`` and where known ``zone_name``, ``n_cells``, ``area_m2``, a
        column with the code of the area it lies in, and a text column of persons for each role.
        No geometry is needed.
    levels
        Frames of areas from the highest level to the lowest, such as district, streets,
        communities: ``area_code``, ``area_name`` and, for English, ``area_name_en``; below one of
        several areas ``parent_code``, the code of the area each lies in.
    within
        The column of ``zones`` that says in which area each lies. None: the one whose every code
        is of the lowest level possible.
    staff
        ``staff_id``, ``name`` and ``name_en``: names in the language of the tree, where zones
        have the ids of persons (``leader_id`` and so on).
    roles
        Further columns of persons and what the tree calls them; also other words for known ones.
    title
        Stands along the upper edge.
    size
        ``"A0"`` to ``"A4"``. None: the smallest on which the tree can be read.
    orientation
        ``"landscape"`` or ``"portrait"``.
    language
        ``"en"`` or ``"zh"``.

    Returns
    -------
    matplotlib.figure.Figure
        Made without pyplot. Write it with :func:`save_sheet`.

    Raises
    ------
    InputError
        A frame lacks what is named above, an option is misspelled, or the tree has no room on
        the paper.

    Warns
    -----
    UserWarning
        No installed font has some of the characters.

    Examples
    --------
    >>> import pandas
    >>> zones = pandas.DataFrame(
    ...     {"zone_code": ["Z1", "Z2"], "street_code": ["S", "S"], "manager": ["Wu", ""]}
    ... )
    >>> figure = plot_tree(zones, within="street_code")
    >>> [text.get_text() for text in figure.texts][1:]
    ['S · 2 zones', 'Z1', 'Grid manager', 'Wu', 'Z2', 'nobody in charge']
    """
    papers = [paper(one, orientation) for one in ([size] if size else reversed(get_args(Size)))]
    tree = tree_of(
        zones,
        levels,
        within=within,
        staff=staff,
        roles=roles,
        title=title,
        language=language,
    )
    head, lines = tree.parted()
    with plain_settings():
        setting, outline, font = _set(tree, lines, papers)
        if setting is None or outline is None:
            raise InputError(_no_room(outline, len(lines), size, orientation))
        pen = pen_on(setting.paper, font)
        _draw_head(pen, tree.title, head)
        x, y, rooms = setting.places(outline)
        _draw_elbows(pen, outline, setting, x, y)
        _draw_lines(pen, lines, setting, (x, y, rooms), tree.said)
    return pen.figure


def _set(
    tree: Tree, lines: pd.DataFrame, papers: Sequence[Paper]
) -> tuple[Setting | None, Outline | None, FontProperties]:
    """Set the lines on the first paper with room for them; none are measured if none can have."""
    pen = blank_sheet(papers[0], tree.texts)
    if len(lines) > _MOST_LINES:
        return None, None, pen.font
    outline = outline_of(lines, pen, tree.said["continued"].format(name=""))
    settings = (fitting(outline, one) for one in papers)
    return next(filter(None, settings), None), outline, pen.font


def _no_room(outline: Outline | None, n: int, size: Size | None, orientation: Orientation) -> str:
    """Say how long the tree is, and on which paper it has room."""
    remedy = "draw some of the zones, or fewer levels; or fold it open on screen: explore_tree"
    for other in reversed(get_args(Size)):
        if outline is not None and fitting(outline, paper(other, orientation)):
            remedy = f"it has room on {other}, or leave `size` out"
            break
    on = size or get_args(Size)[0]
    return f"the tree of {n:,} lines has no room on {on} {orientation}; {remedy}."


def _draw_head(pen: Pen, title: str, head: str) -> None:
    """Write the title, and what the whole tree stands below."""
    left, bottom, width, height = pen.paper.title
    unit = pen.paper.unit
    left, room = left + 8 * unit, width - 16 * unit
    shown = pen.fitted(title, 20, room, "bold")
    y = bottom + height / 2
    pen.text(left, y, shown, 20, weight="bold", gid="title")
    left += pen.width(shown, 20, "bold") + 8 * unit
    if head and pen.paper.width - left > 20 * unit:
        shown = pen.fitted(head, 12, pen.paper.title.left + width - 8 * unit - left)
        pen.text(left, y - 0.8 * unit, shown, 12, color=style.FAINT_INK, gid="root")
    pen.line(
        (pen.paper.title.left, bottom),
        (pen.paper.title.left + width, bottom),
        style.INK,
        0.7 * unit,
    )
    pen.box(pen.paper.neat_line, facecolor="none", edgecolor=style.INK, lw=1.4 * unit)


def _draw_lines(
    pen: Pen,
    lines: pd.DataFrame,
    setting: Setting,
    places: tuple[Floats, Floats, Floats],
    said: Mapping[str, str],
) -> None:
    size = setting.size / pen.paper.unit
    shown = lines.iloc[setting.line]
    columns = (shown[name].tolist() for name in ("depth", "kind", "name", "note", "missing"))
    for x, y, room, again, depth, kind, name, note, missing in zip(
        *places, setting.again, *columns, strict=True
    ):
        weight = "normal" if depth else "bold"
        label = said["continued"].format(name=name) if again else name
        label = pen.fitted(label, size, room, weight)
        faint = again or kind == "role"
        color = style.FAINT_INK if faint else style.INK
        pen.text(x, y, label, size, weight=weight, color=color, gid=kind)
        left = pen.width(label, size, weight) + setting.gap
        if note and not again and left < room:
            color = style.INK if kind == "role" else style.FAINT_INK
            color = _MISSING if missing else color
            said_there = pen.fitted(note, size, room - left)
            pen.text(x + left, y, said_there, size, color=color, gid="note")


def _draw_elbows(pen: Pen, outline: Outline, setting: Setting, x: Floats, y: Floats) -> None:
    """Lead from every line to what it stands below: down from there, then across."""
    above = setting.parents(outline)
    has = above >= 0
    half = setting.indent / 2
    start = x[above[has]] + half * 0.6
    down = [(start, y[above[has]] - half * 0.9), (start, y[has]), (x[has] - half * 0.4, y[has])]
    corners = np.stack([np.stack(point, axis=1) for point in down], axis=1)
    on_paper = corners / (pen.paper.width, pen.paper.height)
    pen.figure.add_artist(
        LineCollection(
            list(on_paper),
            colors=_ELBOW,
            linewidths=0.5,
            transform=pen.figure.transFigure,
            gid="elbows",
        )
    )
