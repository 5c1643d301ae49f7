"""Maps in one file that asks nothing of the network.

folium's page links six style sheets and four scripts of other hosts. A grid map needs one of
each, Leaflet's, and takes them from the ``xstatic-leaflet`` wheel. The links stay only where a
layer that the user added cannot do without them.
"""

from __future__ import annotations

import base64
import re
from collections import OrderedDict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from branca.element import CssLink, Element, Figure, JavascriptLink, Link
from folium.folium import Map as FoliumMap
from folium.map import Layer

from gridgeo.errors import InputError
from gridgeo.files import replacing
from gridgeo.maps.pages import POLICY, Page

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import folium

_DEFAULT_LINKS: Final = frozenset(
    name for name, _ in [*FoliumMap.default_js, *FoliumMap.default_css]
)
_NEEDS_LINKS: Final = re.compile(
    r"\$\((?!`)|\$\.(?:ajax|get|each)|jQuery|AwesomeMarkers|bootstrap\."
)
_POPUP: Final = "$(`"
# folium calls jQuery in its pop-ups, and only to make one element of markup.
_POPUP_SCRIPT: Final = (
    "<script>const $ = (markup) => [Object.assign(document.createElement('template'), "
    "{innerHTML: markup.trim()}).content.firstElementChild];</script>"
)
_REMOTE_SOURCE: Final = re.compile(
    r"""(?:\bsrc\s*=|\bxlink:href\s*=|<link\b[^>]*\bhref\s*=|\burl\()\s*\\?["']?"""
    r"""((?:https?:)?//[^\s"'<>()\\]+)""",
    re.IGNORECASE,
)
_REMOTE: Final = re.compile(r"^(?:https?:)?//", re.IGNORECASE)


class Verbatim(Element):
    """Text that goes into a page as it is: other elements are read as Jinja templates.

    Parameters
    ----------
    text
        HTML, a script or a style sheet, already safe where it will stand.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_kwargs: object) -> str:
        """Give the text."""
        return self.text


class OfflinePage(Figure):
    """The page around a map: with Leaflet inside and without links that nothing needs.

    Parameters
    ----------
    strict
        Refuse what would still be fetched, and forbid the browser to fetch anything.
    linked
        Leave all links as folium writes them.
    """

    def __init__(self, *, strict: bool = False, linked: bool = False) -> None:
        super().__init__()
        self.strict = strict
        self.linked = linked

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401 - as in branca
        """Write the page."""
        for child in self._children.values():
            child.render(**kwargs)
        _put_last(self)
        linked = self.header._children  # noqa: SLF001 - branca has no other door
        if not self.linked:
            self.header._children = _with_leaflet(self)  # noqa: SLF001
        try:
            if self.strict:
                _refuse_remote(self)
                self.header.add_child(Verbatim(POLICY), name="policy", index=1)
            return str(self._template.render(this=self, kwargs=kwargs))
        finally:
            self.header._children = linked  # noqa: SLF001


def save_html(m: folium.Map | Page, path: str | os.PathLike[str], *, offline: bool = True) -> Path:
    """Save a map or a tree as one HTML file.

    Parameters
    ----------
    m
        The map of :func:`explore_grid`, any folium map, or the tree of :func:`explore_tree`, which
        never needs the network.
    path
        Where to; an old file is replaced only once the new one is complete.
    offline
        Put Leaflet into the file and let the page fetch nothing at all. With False,
        folium's links to other hosts stay.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        ``offline`` is asked for, but a layer of the map needs the network (map tiles,
        remote images, scripts); the message names the addresses.
    """
    page = OfflinePage(strict=offline, linked=not offline)
    html = m.html if isinstance(m, Page) else _rendered(m, page)
    with replacing(path) as beside:
        beside.write_text(html, encoding="utf-8", newline="\n")
    return Path(path)


def asset(name: str) -> str:
    """Read a script or style sheet that ships with the package."""
    return resources.files("gridgeo.maps").joinpath("assets", name).read_text(encoding="utf-8")


def _rendered(m: folium.Map, page: Figure) -> str:
    """Render a map on another page than its own, and put it back."""
    own = m.get_root()
    page.title = getattr(own, "title", None)
    for place in ("header", "html"):
        # What users put on the page itself comes along.
        for name, child in getattr(own, place)._children.items():  # noqa: SLF001
            getattr(page, place).add_child(child, name=name)
            child._parent = getattr(own, place)  # noqa: SLF001
    parent = m._parent  # noqa: SLF001
    try:
        page.add_child(m)
        return str(page.render())
    finally:
        m._parent = parent  # noqa: SLF001


def _put_last(page: Figure) -> None:
    """Let what names other layers stand after all of them."""
    scripts = page.script._children  # noqa: SLF001
    for name in [name for name, child in scripts.items() if getattr(child, "last", False)]:
        scripts.move_to_end(name)


def _with_leaflet(page: Figure) -> OrderedDict[str, Element]:
    header = page.header._children  # noqa: SLF001
    needed = _needs_links(page)
    kept: OrderedDict[str, Element] = OrderedDict()
    for name, child in header.items():
        if name == "leaflet":
            kept[name] = Verbatim(_leaflet_script())
        elif name == "leaflet_css":
            kept[name] = Verbatim(_leaflet_style())
        elif name not in _DEFAULT_LINKS or needed:
            kept[name] = child
    if not needed and any(_POPUP in text for text in _foreign_texts(page)):
        kept["popup"] = Verbatim(_POPUP_SCRIPT)
    return kept


def _needs_links(page: Figure) -> bool:
    """Tell whether a layer calls jQuery, Bootstrap or the icon fonts of folium's page."""
    return any(_NEEDS_LINKS.search(text) for text in _foreign_texts(page))


def _foreign_texts(page: Figure) -> Iterator[str]:
    for place in (page.header, page.html, page.script):
        for child in place._children.values():  # noqa: SLF001
            if not isinstance(child, Verbatim | Link):
                yield child.render()


def _refuse_remote(page: Figure) -> None:
    links = [
        child.url
        for child in page.header._children.values()  # noqa: SLF001
        if isinstance(child, JavascriptLink | CssLink)
    ]
    sources = [url for text in _foreign_texts(page) for url in _REMOTE_SOURCE.findall(text)]
    remote = sorted({*links, *sources, *_layer_addresses(page)})
    if remote:
        raise InputError(
            "the map cannot be saved offline, parts of it need the network: "
            f"{', '.join(remote)}. Leave them out, or save with offline=False."
        )


def _layer_addresses(element: Element) -> Iterator[str]:
    for child in element._children.values():  # noqa: SLF001
        if isinstance(child, Layer) or hasattr(child, "options"):
            options = getattr(child, "options", None)
            values = [getattr(child, name, None) for name in ("tiles", "url", "data")]
            values += options.values() if isinstance(options, dict) else []
            yield from (v for v in values if isinstance(v, str) and _REMOTE.match(v))
        yield from _layer_addresses(child)


@cache
def _leaflet_script() -> str:
    script = re.sub(r"//# sourceMappingURL=\S+", "", _leaflet_file("leaflet.js").decode())
    icons = {
        "iconUrl": _data_uri("images/marker-icon.png"),
        "iconRetinaUrl": _data_uri("images/marker-icon-2x.png"),
        "shadowUrl": _data_uri("images/marker-shadow.png"),
    }
    pairs = ",".join(f'{key}:"{uri}"' for key, uri in icons.items())
    # Leaflet looks for its icons beside its style sheet unless told where they are.
    own_icons = f'L.Icon.Default.imagePath="";L.Icon.Default.mergeOptions({{{pairs}}});'
    return f"<script>{script}\n{own_icons}</script>"


@cache
def _leaflet_style() -> str:
    style = _leaflet_file("leaflet.css").decode()
    inlined = re.sub(r"url\((images/[^)]+)\)", lambda found: f"url({_data_uri(found[1])})", style)
    return f'<style>{inlined}</style>\n<link rel="icon" href="data:,">'


def _data_uri(name: str) -> str:
    return "data:image/png;base64," + base64.b64encode(_leaflet_file(name)).decode("ascii")


def _leaflet_file(name: str) -> bytes:
    return resources.files("xstatic.pkg.leaflet").joinpath("data", name).read_bytes()
