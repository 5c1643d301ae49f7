"""The page of a card: HTML for A4, with all it needs inside it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import pandas as pd

from gridgeo._names import one_line
from gridgeo.ledger.words import unit_kinds, words
from gridgeo.schema import AREA_M2, CLASS_CODE, CLASS_NAME, KIND, LENGTH_M, N_COMPONENTS, NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gridgeo.ledger.records import ZoneRecord
    from gridgeo.schema import Language

STYLE: Final = """
@page{size:A4;margin:11mm 12mm}
*{box-sizing:border-box}
body{margin:0;background:#e5e7eb;color:#22262e;font:9.5pt/1.45 "Noto Sans CJK SC","Noto Sans SC",
"Source Han Sans SC","Microsoft YaHei","PingFang SC","Segoe UI",Helvetica,Arial,sans-serif;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
.card{width:210mm;min-height:297mm;margin:6mm auto;padding:12mm;background:#fff;
box-shadow:0 1px 6px #0003}
header{display:flex;justify-content:space-between;align-items:flex-end;
border-bottom:.6mm solid #1f3864;padding-bottom:1.5mm;margin-bottom:2.5mm}
header p{margin:0;color:#6b7280;font-size:9pt}
h1{margin:0;font-size:17pt;line-height:1.25;color:#1f3864;overflow-wrap:anywhere}
h1 small{font-size:12pt;font-weight:400;margin-left:3mm;color:#22262e}
header .about{text-align:right;flex:none;padding-left:6mm}
h2{margin:3mm 0 .8mm;font-size:10.5pt;color:#1f3864;break-after:avoid}
svg{display:block;width:100%;height:auto}
.legend{display:flex;flex-wrap:wrap;gap:1mm 6mm;margin:1.2mm 0 0;color:#4b5563;font-size:8.5pt}
.legend i{display:inline-block;width:4.5mm;height:3mm;margin-right:1.5mm;vertical-align:-.3mm}
.legend .dot{width:3.4mm;height:3.4mm;border-radius:50%;background:#c8102e}
.columns{display:grid;grid-template-columns:76mm 1fr;gap:0 8mm;align-items:start}
.even{grid-template-columns:1fr 1fr}
table{width:100%;border-collapse:collapse;font-size:9pt;line-height:1.4}
.tight{font-size:8.4pt;line-height:1.32}.tight td{padding-top:.26mm;padding-bottom:.26mm}
tr{break-inside:avoid}
th,td{padding:.38mm 2mm .38mm 0;text-align:left;vertical-align:top;overflow-wrap:anywhere;
border-bottom:.15mm solid #d9dde3}
th{font-weight:400;color:#6b7280;white-space:nowrap;width:1%;padding-right:5mm}
thead th{font-weight:600;color:#22262e;background:#eef2f7;width:auto}
td.n{text-align:right;white-space:nowrap;width:1%;padding-left:4mm;
font-variant-numeric:tabular-nums}
thead th.n{text-align:right;width:1%;padding:.38mm 2mm .38mm 4mm}
tr.total td{font-weight:600;border-bottom:0;border-top:.3mm solid #22262e}
td.vacant{color:#c8102e}
b.unit{display:inline-block;min-width:4.4mm;padding:0 .8mm;border-radius:2.2mm;background:#c8102e;
color:#fff;font-size:7.5pt;line-height:4.4mm;text-align:center}
.ground{fill:#fbfbfa}.paper{fill:#fff;opacity:.85}.frame{fill:none;stroke:#22262e;stroke-width:.4}
.neighbour{fill:#eceff2;stroke:#b4bac3;stroke-width:.3}
.cells{fill:#dbe8f5;stroke:#d6007f;fill-rule:evenodd;stroke-linejoin:round}
.zone{fill:none;stroke:#1f3864;stroke-width:.9;stroke-linejoin:round}
.unit{fill:#c8102e;stroke:#fff;stroke-width:.4}.ink{fill:#22262e}
.bar{fill:#fff;stroke:#22262e;stroke-width:.25}
text{text-anchor:middle;dominant-baseline:central;font-size:3px;fill:#22262e}
text.faint{fill:#8a919c;font-size:2.9px;paint-order:stroke;stroke:#eceff2;stroke-width:.8px}
text.number{fill:#46566b;font-size:2.7px;paint-order:stroke;stroke:#dbe8f5;stroke-width:.7px}
text.unit-number{fill:#fff;font-size:2.5px;font-weight:700}text.north{font-weight:700;font-size:4px}
@media print{body{background:#fff}.card{width:auto;min-height:0;margin:0;padding:0;box-shadow:none}
.card+.card{break-before:page}}
@media screen and (max-width:230mm){.card{width:auto;margin:0;padding:6mm}}
@media screen and (max-width:150mm){header,.columns{display:block}
header .about{text-align:left;padding:1mm 0 0}}
"""
_LONG: Final = 20
"""Classes that one column has room for; more of them stand in two."""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def card_page(title: str, cards: Iterable[str], language: Language) -> str:
    """Write a page around cards, one below the other; on paper each begins a sheet."""
    lang = "zh-CN" if language == "zh" else "en"
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{''.join(cards)}</body>\n</html>\n"
    )


def card_html(
    record: ZoneRecord,
    picture: str,
    components: pd.DataFrame | None,
    *,
    about: Mapping[str, str],
    language: Language,
) -> str:
    """Write the card of a zone around its map; all text is escaped.

    ``components`` are counted by class; ``about`` are the title, and the lines beside it by name.
    """
    said = words(language)
    facts = _section(said["totals"], _facts(record.facts))
    persons = _section(said["persons"], _persons(record.persons, said)) if record.persons else ""
    if record.key_units is not None and len(record.key_units):
        persons += _section(said["key_units"], _units(record.key_units, language))
    body = _body(facts, persons, components, said)
    lines = "<br>".join(
        escape(f"{said[name]}{said['separator']}{text}")
        for name, text in about.items()
        if name != "title" and text
    )
    name = f"<small>{escape(one_line(record.name))}</small>" if record.name else ""
    return (
        f'<section class="card"><header><div><p>{escape(about["title"])}</p>'
        f'<h1>{escape(one_line(record.code))}{name}</h1></div><p class="about">{lines}</p></header>'
        f"{picture}{_legend(said, units=record.key_units)}"
        f"{body}</section>\n"
    )


def _legend(said: Mapping[str, str], *, units: pd.DataFrame | None) -> str:
    signs = [
        ('style="background:#dbe8f5;border:.6mm solid #1f3864"', said["this_zone"]),
        ('style="background:#dbe8f5;border:.25mm solid #d6007f"', said["cell_border"]),
        ('style="background:#eceff2;border:.25mm solid #b4bac3"', said["neighbour"]),
    ]
    if units is not None and len(units):
        signs.append(('class="dot"', said["key_unit"]))
    shown = "".join(f"<span><i {look}></i>{escape(text)}</span>" for look, text in signs)
    return f'<div class="legend">{shown}</div>'


def _section(heading: str, table: str) -> str:
    return f"{heading and f'<h2>{escape(heading)}</h2>'}{table}"


def _facts(facts: Sequence[tuple[str, object, str]]) -> str:
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(_told(value, unit))}</td></tr>"
        for name, value, unit in facts
    )
    return f"<table>{rows}</table>"


def _persons(persons: Sequence[tuple[str, str]], said: Mapping[str, str]) -> str:
    rows = "".join(
        f"<tr><th>{escape(role)}</th>"
        + (
            f"<td>{escape(one_line(names))}</td>"
            if names
            else f'<td class="vacant">{escape(said["nobody"])}</td>'
        )
        + "</tr>"
        for role, names in persons
    )
    return f"<table>{rows}</table>"


def _units(units: pd.DataFrame, language: Language) -> str:
    kinds = unit_kinds(language)
    known = units[KIND] if KIND in units else pd.Series("", index=units.index)
    told = known.astype(object).fillna("").astype(str)
    rows = "".join(
        f'<tr><td style="width:1%"><b class="unit">{number}</b></td>'
        f"<td>{escape(one_line(str(name)))}</td>"
        f"<td>{escape(kinds.get(kind, one_line(kind)))}</td></tr>"
        for number, (name, kind) in enumerate(zip(units[NAME], told, strict=True), 1)
    )
    return f"<table>{rows}</table>"


def _body(
    facts: str, persons: str, components: pd.DataFrame | None, said: Mapping[str, str]
) -> str:
    """Set the tables in columns, so that a card of many classes too is one sheet of paper."""
    if components is None:
        return _in_columns("even", facts, persons)
    heading = f"<h2>{escape(said['classes'])}</h2>"
    total = int(components[N_COMPONENTS].sum())
    if len(components) <= _LONG:
        return _in_columns("", facts + persons, heading + _classes(components, said, total))
    half = len(components) // 2 + 1
    first = _classes(components.iloc[:half], said, None)
    second = _classes(components.iloc[half:], said, total)
    return _in_columns("even", facts, persons) + heading + _in_columns("even", first, second)


def _in_columns(kind: str, *columns: str) -> str:
    shown = "".join(f"<div>{column}</div>" for column in columns)
    return f'<div class="columns {kind}">{shown}</div>'


def _classes(table: pd.DataFrame, said: Mapping[str, str], total: int | None) -> str:
    """Write a table of classes, with the total below it unless that is None."""
    if table.empty:
        return f"<p>{escape(said['none'])}</p>"
    sizes = [_size(*pair, said) for pair in _pairs(table)]
    names = table[CLASS_NAME].where(table[CLASS_NAME] != "", table[CLASS_CODE])
    rows = [
        (one_line(str(name)), f"{count:,}", size)
        for name, count, size in zip(names, table[N_COMPONENTS], sizes, strict=True)
    ]
    head = _row("th", (said["class"], said["count"], said["size"] if any(sizes) else ""))
    body = "".join(f"<tr>{_row('td', row)}</tr>" for row in rows)
    if total is not None:
        body += f'<tr class="total">{_row("td", (said["total"], f"{total:,}", ""))}</tr>'
    return f'<table class="tight"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _row(tag: str, texts: tuple[str, str, str]) -> str:
    name, *numbers = texts
    return f"<{tag}>{escape(name)}</{tag}>" + "".join(
        f'<{tag} class="n">{escape(number)}</{tag}>' for number in numbers
    )


def _pairs(table: pd.DataFrame) -> Iterable[tuple[float, float]]:
    known = table.reindex(columns=[LENGTH_M, AREA_M2]).astype(float)
    return zip(known[LENGTH_M], known[AREA_M2], strict=True)


def _size(length: float, area: float, said: Mapping[str, str]) -> str:
    parts = [
        _told(float(value), unit)
        for value, unit in ((length, said["m"]), (area, said["m2"]))
        if pd.notna(value)
    ]
    return said["list"].join(parts)


def _told(value: object, unit: str) -> str:
    if isinstance(value, float):
        text = f"{value:,.1f}"
    elif isinstance(value, int):
        text = f"{value:,}"
    else:
        text = one_line(str(value))
    return f"{text} {unit}".strip()
