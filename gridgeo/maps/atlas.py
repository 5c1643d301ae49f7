"""zones -> atlas: an overview, an index, and a page for each zone, in one PDF."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.font_manager import FontProperties
from tqdm import tqdm

from gridgeo.crs import metric_crs, to_crs
from gridgeo.errors import InputError, name_rows
from gridgeo.files import replacing
from gridgeo.maps.atlas_pages import Book, index_page, overview_page, zone_page
from gridgeo.maps.figures import plain_settings
from gridgeo.maps.fonts import fonts_for
from gridgeo.maps.paper import Orientation, Paper, Size, paper, round_scale
from gridgeo.maps.paper_words import paper_words
from gridgeo.maps.pdf_fonts import mend_fonts
from gridgeo.maps.sheet import components_here, imprint_of, texts_of
from gridgeo.maps.sheet_map import fills_of
from gridgeo.maps.sheet_table import index_rows
from gridgeo.maps.sheet_view import least_scale, require_scale
from gridgeo.maps.subject import map_subject
from gridgeo.maps.themes import ZONE
from gridgeo.maps.words import one_line
from gridgeo.maps.zoning import zone_codes_of
from gridgeo.schema import AREA_CODE, AREA_M2, CELL_CODE, KIND, ZONE_CODE
from gridgeo.validate import check_partition, require_columns

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from geopandas import GeoDataFrame
    from matplotlib.figure import Figure

    from gridgeo.maps.subject import Subject
    from gridgeo.schema import Language

_IN_OVERVIEW: Final = 24
"""So many zones have room in a table beside the overview on any paper; more get pages."""


def plot_atlas(  # noqa: PLR0913 - all but the zones and the path are optional, and named
    zones: GeoDataFrame,
    path: str | os.PathLike[str],
    *,
    cells: GeoDataFrame | None = None,
    areas: GeoDataFrame | None = None,
    components: GeoDataFrame | None = None,
    key_units: GeoDataFrame | None = None,
    staff: pd.DataFrame | None = None,
    roles: Mapping[str, str] | None = None,
    title: str | None = None,
    size: Size = "A4",
    orientation: Orientation = "landscape",
    scale: float | None = None,
    language: Language = "en",
    source: str | None = None,
) -> Path:
    """Draw an atlas: an overview with an index, then one page a zone, each true to scale.

    The page of a zone has its map with what lies around it, the persons in charge, its size,
    components, key units, the pages of its neighbours, and where in the whole it lies. One page
    is in memory at a time.

    Parameters
    ----------
    zones
        One row a zone: ``zone_code`` (unique text) and a polygon, in any CRS; names and persons
        as for :func:`explore_grid`.
    path
        The PDF; an old file is replaced only once the new one is complete.
    cells
        With ``zone_code`` and what :func:`plot_sheet` needs: drawn, numbered and counted. Cells
        of other zones are left out.
    areas, components, key_units, staff, roles
        As for :func:`explore_grid`; components need ``cells``.
    title
        Of the overview, and above every page.
    size, orientation
        As for :func:`plot_sheet`.
    scale
        Denominator of the scale of every zone's page. None: of each the largest round one.
    language
        ``"en"`` or ``"zh"``.
    source
        Where the data come from; stands in the imprint.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The path does not end in ``.pdf``, a frame lacks what is named above, an option is
        misspelled, or zones have no room on a page at that scale.

    Warns
    -----
    UserWarning
        No installed font has some of the characters.

    Examples
    --------
    >>> import geopandas, shapely
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> zones = geopandas.GeoDataFrame(
    ...     {"zone_code": ["Z1", "Z2"], "manager": ["Wu", "Han"]},
    ...     geometry=shapely.box([0, 300], 0, [300, 600], 200), crs="EPSG:4547",
    ... )
    >>> with TemporaryDirectory() as folder:
    ...     plot_atlas(zones, Path(folder, "atlas.pdf")).read_bytes().count(b"/Type /Page ")
    3
    """
    target = Path(path)
    if target.suffix.lower() != ".pdf":
        raise InputError(f"an atlas is saved as .pdf, not as {target.name!r}.")
    require_scale(scale)
    sheet, page = paper(size, orientation), paper(size, orientation, roomy=True)
    shown = _cells_of(zones, cells, components)
    subject = map_subject(
        shown,
        areas,
        components_here(components, shown),
        language,
        zones=zones,
        staff=staff,
        roles=roles,
        key_units=key_units,
    )
    subject = replace(subject, said=paper_words(language))
    if cells is None:
        subject = _without_cells(subject)
    _refuse_small(subject, zones, page, scale)
    imprint = imprint_of(subject, source, language)
    heading = subject.said["title"] if title is None else one_line(title)
    n = 0 if subject.zoning is None else len(subject.zoning.zones)
    n_index = -(-n // index_rows(sheet)) if n > _IN_OVERVIEW else 0
    book = Book(
        subject=subject,
        paper=sheet,
        font=FontProperties(family=fonts_for([heading, *imprint, *texts_of(subject, None)])),
        title=heading,
        imprint=imprint,
        scale=scale,
        celled=cells is not None,
        n_index=n_index,
        pages=range(2 + n_index, 2 + n_index + n),
        fills=fills_of(subject, ZONE, None),
    )
    _write(book, target)
    return target


def _write(book: Book, target: Path) -> None:
    with plain_settings(), replacing(target) as beside:
        with PdfPages(beside, metadata={"Title": book.title}) as pdf:
            for figure in _pages(book):
                pdf.savefig(figure)
        mend_fonts(beside)


def _cells_of(
    zones: GeoDataFrame, cells: GeoDataFrame | None, components: GeoDataFrame | None
) -> GeoDataFrame:
    """Give the cells of these zones and of none, in metres; where there are none, the zones."""
    check_partition(zones, ZONE_CODE, "zones")
    if cells is not None:
        require_columns(cells, [ZONE_CODE], "cells")
        codes, here = zone_codes_of(cells), zone_codes_of(zones)
        # Where zones and cells are strangers all cells stay, for the error to name both.
        own = cells[codes.isin(["", *here])] if codes.isin(here).any() else cells
        return to_crs(own, metric_crs(own))
    if components is not None:
        raise InputError("`components` stand on an atlas by their cells; give cells= too.")
    metric = to_crs(zones, metric_crs(zones, "zones"))
    own = metric[[ZONE_CODE, metric.active_geometry_name]]
    codes = own[ZONE_CODE]
    return own.assign(
        **{CELL_CODE: codes, AREA_CODE: codes, AREA_M2: own.geometry.area, KIND: "zone"}
    )


def _without_cells(subject: Subject) -> Subject:
    """Leave out the areas and borders that are zones in the place of cells."""
    own = subject.cells[AREA_CODE]
    given = subject.areas[~subject.areas[AREA_CODE].isin(own)].reset_index(drop=True)
    lowest = subject.borders[-1]
    shown = lowest.areas[~lowest.areas[AREA_CODE].isin(own)]
    borders = [*subject.borders[:-1], replace(lowest, areas=shown)]
    return replace(subject, areas=given, borders=borders if len(given) else [])


def _refuse_small(subject: Subject, zones: GeoDataFrame, sheet: Paper, scale: float | None) -> None:
    """Refuse a scale at which zones have no room on a page; name them, and one that does."""
    if scale is None or subject.zoning is None:
        return
    shown = subject.zoning.zones
    bounds = shown.geometry.bounds.to_numpy()
    needed = np.array([least_scale(extent, sheet.map) for extent in bounds])
    large = shown.loc[needed > scale, ZONE_CODE]
    if large.empty:
        return
    frame = sheet.map
    fits = round_scale(needed.max() * frame.width / 1000, 1.0, frame)
    rows = zones.index[zones[ZONE_CODE].isin(large).to_numpy()]
    raise InputError(
        f"{len(large):,} of {len(shown):,} zones have no room on a page of {frame.width:,.0f} by "
        f"{frame.height:,.0f} mm at 1:{scale:,.0f} {name_rows(rows)}; all have at 1:{fits:,.0f}. "
        "Leave `scale` out for each zone its own, or choose larger paper.",
        rows=rows,
    )


def _pages(book: Book) -> Iterator[Figure]:
    """Draw one page after the other."""
    with tqdm(total=book.n_pages, desc="atlas", unit="page", delay=10, leave=False) as bar:
        yield overview_page(book)
        bar.update()
        start = 0
        for number in range(book.n_index):
            figure, start = index_page(book, start, 2 + number)
            yield figure
            bar.update()
        for zone in range(len(book.pages)):
            yield zone_page(book, zone)
            bar.update()
