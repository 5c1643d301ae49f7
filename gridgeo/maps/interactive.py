"""cells -> interactive map: drawn by a canvas of our own, so that a whole city opens at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

import folium

from gridgeo.errors import InputError
from gridgeo.maps.basemaps import MAX_ZOOM, basemap_of
from gridgeo.maps.element import GridElement
from gridgeo.maps.large import explore_large
from gridgeo.maps.offline import OfflinePage
from gridgeo.maps.payload import pack_city
from gridgeo.maps.subject import map_subject
from gridgeo.maps.themes import AREA, ZONE, map_theme
from gridgeo.maps.words import one_line
from gridgeo.validate import require_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import lonboard
    import pandas as pd
    from geopandas import GeoDataFrame

    from gridgeo.maps.basemaps import Basemap
    from gridgeo.maps.number_classes import Scheme
    from gridgeo.maps.subject import Subject
    from gridgeo.maps.themes import Theme
    from gridgeo.schema import Language

Engine = Literal["canvas", "lonboard"]

_OPACITY_ON_BASEMAP: Final = 0.55


def explore_grid(  # noqa: PLR0913 - the contract names them; all but the cells are optional
    cells: GeoDataFrame,
    *,
    zones: GeoDataFrame | None = None,
    areas: GeoDataFrame | None = None,
    components: GeoDataFrame | None = None,
    key_units: GeoDataFrame | None = None,
    staff: pd.DataFrame | None = None,
    roles: Mapping[str, str] | None = None,
    color: str | None = None,
    scheme: Scheme | Sequence[float] = "quantiles",
    n_classes: int = 5,
    language: Language = "en",
    title: str | None = None,
    basemap: str | None = None,
    token: str | None = None,
    engine: Engine = "canvas",
) -> folium.Map | lonboard.Map:
    """Show the grid on a map to pan, zoom, search and click: what is where, and who is in charge.

    A click on a cell tells its code, zone, area, position, size, the persons in charge and what
    components it holds. The search finds cells, zones, areas, key units and persons by code or
    name. The map needs no network, neither in a notebook nor saved with :func:`save_html`, unless
    a base map is asked for. A quarter of a million cells and as many components open in seconds.

    Parameters
    ----------
    cells
        One row a cell: ``cell_code``, ``area_code``, ``area_m2``, ``kind`` and a polygon, in
        any CRS; ``n_pieces`` is told where it is more than one. With ``zone_code``, their zones
        are shown.
    zones
        ``zone_code``, outlines, and where known ``zone_name``, ``zone_name_en``, ``load`` and a
        column of persons for each role, as ``assign_staff`` gives them. Without this frame the
        cells of each zone are joined.
    areas
        Outlines and names: ``area_code``, ``area_name`` and, for English, ``area_name_en`` where
        there is one. Without them the cells of each area are joined, and the code is the name.
        ``parent_code`` tells what lies in what, and so gives the borders of higher levels; these
        have their names where the areas above are in the frame too. ``level`` names the levels.
    components
        Geocoded components: ``class_code``, ``cell_code`` (empty outside every cell), and
        where known ``class_name`` (Chinese) and ``class_name_en``; ``major_name`` and
        ``major_name_en`` where classes are more than colours. Lines and polygons are shown at
        a point on them.
    key_units
        Places that must stand out: ``name``, and where known ``name_en``, ``unit_id``, ``kind``.
    staff
        ``staff_id``, ``name``, ``name_en``: names the persons of the zones in the language of the
        map where zones have their numbers, ``leader_id`` and the like.
    roles
        Further columns of zones that hold persons, and what the map calls them.
    color
        What the fill of a cell tells: ``"zone"`` or ``"area"`` (no two neighbours share a
        colour), ``"kind"``, ``"density"`` of components, or any column of cells or zones.
        By default the zone where there are zones, else the area.
    scheme, n_classes
        How numbers become colours: ``"quantiles"``, ``"fisher_jenks"`` (natural breaks) or
        ``"equal_interval"`` in so many classes; or the upper edges of the classes.
    language
        ``"en"`` or ``"zh"``.
    title
        Stands in the head of the map.
    basemap
        Map tiles below the cells, from the network: ``"tianditu"``, ``"tianditu-image"``,
        ``"amap"``, ``"amap-image"``, a name that folium knows, such as ``"CartoDB Positron"``, or
        an address with ``{z}``, ``{x}`` and ``{y}``. On tiles in GCJ-02 all layers are moved to
        lie on them rightly; of an address that is not known for them say
        ``"gcj02+https://..."``.
    token
        The key that Tianditu asks for, or what takes the place of ``{token}`` in an address. It
        stands in the page, for whoever reads that.
    engine
        ``"canvas"``, or ``"lonboard"`` for a million cells in a notebook: needs the extra
        ``large-maps`` and a graphics card, and tells less (no search, no legend, no head, no
        base map).

    Returns
    -------
    folium.Map
        Layers can be added to it as to any other; they stand in its layer control. With
        ``engine="lonboard"`` a ``lonboard.Map``.

    Raises
    ------
    InputError
        A frame lacks what is named above, or an option is misspelled.
    MissingExtraError
        lonboard is asked for and not installed.

    Examples
    --------
    >>> import gridgeo as gg
    >>> cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    >>> cells["zone_code"] = cells["area_code"].str[:9]
    >>> page = explore_grid(cells, key_units=gg.datasets.read_sample("key_units"))
    >>> type(page).__name__
    'Map'
    """
    require_option(engine, get_args(Engine), "engine")
    tiles = basemap_of(basemap, token)
    subject = map_subject(
        cells,
        areas,
        components,
        language,
        zones=zones,
        staff=staff,
        roles=roles,
        key_units=key_units,
    )
    if color is None:
        color = AREA if subject.zoning is None else ZONE
    theme = map_theme(subject, color, scheme=scheme, n_classes=n_classes)
    if engine == "lonboard":
        if basemap is not None or title is not None:
            raise InputError("engine='lonboard' takes neither `title` nor `basemap`.")
        return explore_large(subject, color, theme)
    heading = subject.said["title"] if title is None else one_line(title)
    return _page(subject, color, theme, language, tiles, heading)


def _page(
    subject: Subject,
    color: str,
    theme: Theme | None,
    language: Language,
    tiles: Basemap,
    title: str,
) -> folium.Map:
    city = pack_city(subject, color, language, theme=theme, gcj02=tiles.gcj02)
    city["title"] = title
    west, south, east, north = city["bounds"]
    m = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=12,
        tiles=None,
        maxZoom=MAX_ZOOM,
        zoomSnap=1 if tiles.layers else 0.25,
    )
    if tiles.layers:
        city["style"]["fillOpacity"] = _OPACITY_ON_BASEMAP
    OfflinePage().add_child(m)
    for layer in tiles.layers:
        layer.add_to(m)
    GridElement(city).add_to(m)
    return m
