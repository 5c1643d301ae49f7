"""Pages of our own, without a map: whole in one file, with no need of a network."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Final

POLICY: Final = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:\">"
)
"""Forbids the browser to fetch anything."""

_HEIGHT: Final = 560


@dataclass(frozen=True, repr=False)
class Page:
    """A page that shows itself in a notebook; :func:`save_html` makes it a file.

    Parameters
    ----------
    title
        What it is called.
    html
        All of it.
    """

    title: str
    html: str

    def __repr__(self) -> str:
        """Tell the title and the size."""
        return f"Page({self.title!r}, {len(self.html.encode()) / 1000:,.0f} kB)"

    def _repr_html_(self) -> str:
        """Frame the page, so that neither its style nor the notebook's reaches the other."""
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" sandbox="allow-scripts" '
            f'style="width:100%;height:{_HEIGHT}px;border:1px solid #d8dbe0"></iframe>'
        )
