"""What reports are written with: lines that stand below one another, and tables of HTML."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gridgeo.schema import Language

SOUND: Final = "#13805c"
FAULTY: Final = "#c8102e"
FAINT: Final = "#6b7280"

_WIDE: Final = frozenset("WF")
_NO_WIDTH: Final = frozenset({"Mn", "Me", "Cf"})
"""Kinds of characters that stand on or beside another: marks and formats."""

# Jupyter aligns cells to the right and stripes rows; a mail or a saved page knows no style at all.
_TABLE: Final = "border-collapse:collapse;margin:6px 0 12px"
_NUMBER: Final = "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums;padding:"
_STYLES: Final = {
    "<": "text-align:left;padding:2px 14px 2px 0",
    ">": f"{_NUMBER}2px 14px 2px 0",
    "|": f"{_NUMBER}2px 14px 2px 28px",
}
_NAME: Final = f"{_STYLES['<']};font-weight:600;white-space:nowrap"


def text_width(text: str) -> int:
    """Count the columns that a text takes in a terminal: a Chinese character takes two.

    Examples
    --------
    >>> text_width("gaps"), text_width("空白")
    (4, 4)
    """
    wide = sum(unicodedata.east_asian_width(character) in _WIDE for character in text)
    none = sum(unicodedata.category(character) in _NO_WIDTH for character in text)
    return len(text) + wide - none


def text_lines(rows: Iterable[Sequence[str]], widths: Sequence[int]) -> list[str]:
    """Write rows below one another: the first column to the left, the others to the right.

    Columns are ``widths`` wide, and wider where a text asks for it.

    Examples
    --------
    >>> text_lines([("gaps", "12"), ("空白", "3")], [6, 4])
    ['  gaps    12', '  空白     3']
    """
    table = list(rows)
    # The first column needs no space after it: every other one begins with it.
    least = [
        max([width, *(text_width(row[at]) + (at > 0) for row in table)])
        for at, width in enumerate(widths)
    ]
    return [f"  {''.join(map(_padded, row, least, range(len(row))))}".rstrip() for row in table]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table of HTML: its name and the other texts, and their colour."""

    texts: Sequence[str]
    color: str = "inherit"


def html_table(
    head: Sequence[str],
    rows: Iterable[Row],
    *,
    sides: str,
    groups: Sequence[tuple[str, int]] = (),
) -> str:
    """Write a table of HTML; all text is escaped.

    ``sides`` tells for each column whether it stands to the left, ``<``, or to the right, ``>``,
    or with space before it too, ``|``; ``groups`` are names above the head, each over a number of
    columns.
    """
    line = ";border-bottom:1px solid"
    above = "".join(
        f'<th colspan="{span}" style="{_STYLES["|"]}">{escape(name)}</th>' for name, span in groups
    )
    named = "".join(
        f'<th style="{_STYLES[side]}{line}">{escape(text)}</th>'
        for side, text in zip(sides, head, strict=True)
    )
    body = "".join(_html_row(row, sides) for row in rows)
    return f'<table style="{_TABLE}">{above and f"<tr>{above}</tr>"}<tr>{named}</tr>{body}</table>'


def html_page(
    title: str, verdict: str, parts: Iterable[str], basis: str, *, color: str, language: Language
) -> str:
    """Write a report as HTML around its tables: verdict above, what it rests on below."""
    lang = "zh-CN" if language == "zh" else "en"
    return (
        f'<div lang="{lang}"><p><b>{escape(title)}'
        f'<span style="color:{color}">{escape(verdict)}</span></b></p>{"".join(parts)}'
        f'<p style="color:{FAINT}">{escape(basis)}</p></div>'
    )


def html_warning(text: str) -> str:
    """Write a sentence that must not be missed below a table."""
    return f'<p style="color:{FAULTY}">{escape(text)}</p>'


def _padded(text: str, width: int, column: int) -> str:
    space = " " * (width - text_width(text))
    return space + text if column else text + space


def _html_row(row: Row, sides: str) -> str:
    name, *others = row.texts
    cells = "".join(
        f'<td style="{_STYLES[side]}">{escape(text)}</td>'
        for side, text in zip(sides[1:], others, strict=True)
    )
    head = f'<th scope="row" style="{_NAME}">{escape(name)}</th>'
    return f'<tr style="color:{row.color}">{head}{cells}</tr>'
