"""Map tiles below a grid: by name or address, and whether they lie where the ground is."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import folium

from gridgeo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_ZOOM: Final = 20
_NATIVE_ZOOM: Final = 18

_TIANDITU: Final = (
    "https://t{{s}}.tianditu.gov.cn/DataServer?T={0}_w&x={{x}}&y={{y}}&l={{z}}&tk={{token}}"
)
_AMAP: Final = "https://web{0}0{{s}}.is.autonavi.com/appmaptile?{1}&x={{x}}&y={{y}}&z={{z}}"
_AMAP_ROADS: Final = _AMAP.format("rd", "lang=zh_cn&size=1&scale=1&style=8")

_OWN: Final[dict[str, tuple[tuple[str, ...], str, str]]] = {
    "tianditu": (tuple(_TIANDITU.format(t) for t in ("vec", "cva")), "01234567", "天地图"),
    "tianditu-image": (tuple(_TIANDITU.format(t) for t in ("img", "cia")), "01234567", "天地图"),
    "amap": ((_AMAP_ROADS,), "1234", "高德地图"),
    "gaode": ((_AMAP_ROADS,), "1234", "高德地图"),
    "amap-image": ((_AMAP.format("st", "style=6"),), "1234", "高德地图"),
}
"""Addresses of each layer, subdomains, whose they are.

Tianditu's tiles are in CGCS2000, which web maps need not tell from WGS 84.
"""

_SHIFTED_HOSTS: Final = ("autonavi.com", "amap.com", "gaode.com", "google.cn", "gtimg.com")
_SHIFTED: Final = "gcj02+"
_TOKEN: Final = "{token}"  # noqa: S105 - where a key goes, not one


@dataclass(frozen=True)
class Basemap:
    """Map tiles below a grid.

    Parameters
    ----------
    layers
        The lowest first.
    gcj02
        Whether what lies on them has to be moved to GCJ-02.
    """

    layers: Sequence[folium.TileLayer] = ()
    gcj02: bool = False


def basemap_of(name: str | None, token: str | None = None) -> Basemap:
    """Find the tiles of a base map; none where none is asked for.

    Parameters
    ----------
    name
        ``"tianditu"`` or ``"tianditu-image"`` (China's national service, asks for a key),
        ``"amap"`` or ``"amap-image"``; a name that folium knows; or an address with ``{z}``,
        ``{x}`` and ``{y}``. GCJ-02 is known by the host of AMap, Google in China and Tencent; of
        others say it: ``"gcj02+https://tiles.example/{z}/{x}/{y}.png"``.
    token
        Goes where an address says ``{token}``, and so into the page: a key that only the hosts
        of the page may use.

    Raises
    ------
    InputError
        No such name, no key where one is asked for, or a key that nothing asks for.

    Examples
    --------
    >>> basemap_of("amap").gcj02, basemap_of("OpenStreetMap").gcj02
    (True, False)
    """
    if name is None:
        _refuse_token(token, asked=False)
        return Basemap()
    plain = name.removeprefix(_SHIFTED)
    known, subdomains, owner = _OWN.get(plain.lower(), ((plain,), "abc", ""))
    addresses = _with_token(known, name, token)
    layers = [
        _layer(address, subdomains, owner, name, upper=i > 0) for i, address in enumerate(addresses)
    ]
    hosts = [urlsplit(layer.tiles).hostname or "" for layer in layers]
    return Basemap(layers, name != plain or any(map(_is_shifted, hosts)))


def _with_token(addresses: Sequence[str], name: str, token: str | None) -> Sequence[str]:
    asked = any(_TOKEN in address for address in addresses)
    if asked and not (token or "").strip():
        raise InputError(
            f"the base map {name!r} asks for a key; give it with token=. Tianditu's are given out "
            "at https://console.tianditu.gov.cn."
        )
    _refuse_token(token, asked=asked)
    return [address.replace(_TOKEN, quote((token or "").strip(), safe="")) for address in addresses]


def _refuse_token(token: str | None, *, asked: bool) -> None:
    if token is not None and not asked:
        raise InputError("`token` is given, but the base map does not ask for a key: leave it out.")


def _layer(
    address: str, subdomains: str, owner: str, name: str, *, upper: bool
) -> folium.TileLayer:
    attribution = html.escape(owner or urlsplit(address).netloc) or None
    own_name = (f"{name}-names" if upper else name) if owner else None
    try:
        return folium.TileLayer(
            address,
            attr=attribution,
            name=own_name,
            overlay=upper,
            subdomains=subdomains,
            max_zoom=MAX_ZOOM,
            max_native_zoom=_NATIVE_ZOOM,
        )
    except ValueError as error:
        own = ", ".join(map(repr, _OWN))
        raise InputError(
            f"`basemap` must be a name that folium knows, one of {own}, or an address with "
            f"{{z}}, {{x}} and {{y}}, not {name!r}."
        ) from error


def _is_shifted(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in _SHIFTED_HOSTS)
