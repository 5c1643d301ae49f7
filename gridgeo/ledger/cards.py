"""zones -> cards: one page a zone, to print, to hang up, to hand out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo._names import one_line
from gridgeo.errors import InputError
from gridgeo.files import replacing
from gridgeo.ledger.card_map import card_maps, card_scale, draw_card_map
from gridgeo.ledger.card_page import card_html, card_page
from gridgeo.ledger.contents import gather
from gridgeo.ledger.records import zone_record
from gridgeo.ledger.tables import class_table, crs_of
from gridgeo.ledger.words import words
from gridgeo.ledger.zone_sheets import known_zones, require_zones
from gridgeo.validate import check_cells

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    import pandas as pd
    from geopandas import GeoDataFrame

    from gridgeo.schema import Language

_FRAME_HEIGHT: Final = 720
"""Height of a card in a notebook, pixels."""

_SHOWN: Final = 3


@dataclass(frozen=True)
class ZoneCard:
    """A page of HTML with the card of a zone, or of several: opens offline, prints on A4.

    Parameters
    ----------
    html
        The page.
    codes
        The zones, in the order of their cards.
    """

    html: str
    codes: tuple[str, ...]

    def __repr__(self) -> str:
        more = ", ..." if len(self.codes) > _SHOWN else ""
        shown = ", ".join(self.codes[:_SHOWN]) + more
        return f"ZoneCard: {shown}; {len(self.html) / 1000:,.0f} kB"

    def _repr_html_(self) -> str:
        # In a frame of its own its style does not reach the notebook's.
        return (
            f'<iframe srcdoc="{escape(self.html, quote=True)}" sandbox="" '
            f'style="width:100%;height:{_FRAME_HEIGHT}px;border:0"></iframe>'
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page, whole or not at all.

        Raises
        ------
        InputError
            The name does not end in ``.html``, or the file cannot be written.
        """
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise InputError(f"a card is saved as .html, not as {path.name!r}.")
        with replacing(path) as part:
            part.write_text(self.html, encoding="utf-8")
        return path


def zone_card(  # noqa: PLR0913 - the frames of a card, all named, most of them optional
    zone_code: str,
    *,
    cells: GeoDataFrame,
    zones: pd.DataFrame | None = None,
    components: pd.DataFrame | None = None,
    key_units: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
    classes: pd.DataFrame | None = None,
    title: str | None = None,
    source: str | None = None,
    language: Language = "en",
) -> ZoneCard:
    """Draw the card of one zone: map, area, persons, components by class, key units.

    Parameters
    ----------
    zone_code
        Which zone.
    cells
        ``cell_code``, ``area_m2``, ``zone_code`` and valid polygons, in any CRS; ``area_code``
        where known. The map is drawn in their own CRS, or their working CRS where that is in
        degrees; what it says of its scale holds on paper, printed at 100 %.
    zones, components, key_units, areas, classes
        As for :func:`write_ledger`. Zones without a geometry are drawn as their cells joined; key
        units are marked where they have a place.
    title
        Stands above the zone's code.
    source
        Where the data come from.
    language
        ``"en"`` or ``"zh"``.

    Returns
    -------
    ZoneCard
        Shown in Jupyter; ``.save("card.html")`` writes it.

    Raises
    ------
    CodeError
        There is no such zone.
    InputError
        A frame cannot be used, as for :func:`write_ledger`.

    Examples
    --------
    >>> import gridgeo as gg
    >>> cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    >>> cells["zone_code"] = cells["area_code"]
    >>> zone_card("990101001001", cells=cells, language="zh")
    ZoneCard: 990101001001; ... kB
    """
    if not isinstance(zone_code, str):
        raise InputError(f"`zone_code` must be the text of one code, not {zone_code!r}.")
    return zone_cards(
        cells=cells,
        zones=zones,
        components=components,
        key_units=key_units,
        areas=areas,
        classes=classes,
        codes=[zone_code],
        title=title,
        source=source,
        language=language,
    )


def zone_cards(  # noqa: PLR0913 - as zone_card
    *,
    cells: GeoDataFrame,
    zones: pd.DataFrame | None = None,
    components: pd.DataFrame | None = None,
    key_units: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
    classes: pd.DataFrame | None = None,
    codes: Sequence[str] | None = None,
    title: str | None = None,
    source: str | None = None,
    language: Language = "en",
) -> ZoneCard:
    """Draw the cards of all zones as one page, a booklet when printed.

    Parameters
    ----------
    codes
        Which zones, and in which order; all, as ``zones`` has them, where not given.
    cells, zones, components, key_units, areas, classes, title, source, language
        As for :func:`zone_card`.

    Returns
    -------
    ZoneCard
        One page; each card begins a sheet of paper.

    Raises
    ------
    CodeError, InputError
        As for :func:`zone_card`.

    Examples
    --------
    >>> import gridgeo as gg
    >>> cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    >>> cells["zone_code"] = cells["area_code"].str[:9]
    >>> zone_cards(cells=cells)
    ZoneCard: 990101001, 990101002, 990101003, ...; ... kB
    """
    said = words(language)
    check_cells(cells)
    contents = gather(
        cells,
        zones=zones,
        components=components,
        key_units=key_units,
        areas=areas,
        classes=classes,
        language=language,
    )
    known = known_zones(contents, "zone_card")
    wanted = known if codes is None else require_zones(codes, known, "zone_code")
    maps = card_maps(contents, cells)
    named = said["card"] if title is None else one_line(title)
    about = {
        "title": named,
        "crs": crs_of(cells, language),
        "date": f"{datetime.now(tz=UTC).astimezone():%Y-%m-%d}",
        "source": one_line(source or ""),
    }
    cards = []
    for code in wanted:
        record = zone_record(contents, code)
        parts = record.components
        counted = None if parts is None else class_table(contents, parts).table
        rows = contents.key_units_of.get(code, np.array([], np.int64))
        picture = draw_card_map(maps, code, contents.cells_of[code], rows)
        told = {"title": about["title"], "scale": card_scale(maps, code), **about}
        cards.append(card_html(record, picture, counted, about=told, language=language))
    page = card_page(f"{named} {wanted[0] if len(wanted) == 1 else ''}".strip(), cards, language)
    return ZoneCard(page, tuple(wanted))
