"""One zone -> one sheet: what a person in charge has in hand (一格一册)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gridgeo._books import Sheet, sheet_titles
from gridgeo.errors import CodeError, InputError, TooLargeError
from gridgeo.ledger.records import zone_record
from gridgeo.ledger.tables import cell_table, class_table, fact_block, key_unit_table
from gridgeo.ledger.words import words
from gridgeo.schema import ZONE_CODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridgeo._books import Block
    from gridgeo.ledger.contents import Contents

MAX_SHEETS: Final = 2_000
"""Sheets of zones in one workbook; with more of them spreadsheets take minutes to open it."""

_SHOWN: Final = 8


def chosen_zones(contents: Contents, per_zone: bool | Sequence[str]) -> list[str]:  # noqa: FBT001 - the user's own word
    """Give the codes of the zones that get a sheet of their own."""
    if per_zone is False:
        return []
    known = known_zones(contents, "per_zone")
    codes = known if per_zone is True else require_zones(per_zone, known, "per_zone")
    if len(codes) > MAX_SHEETS:
        raise TooLargeError(
            f"{len(codes):,} zones would be as many sheets, a workbook should have at most "
            f"{MAX_SHEETS:,}; name some of them, per_zone=[...], and write several workbooks."
        )
    return codes


def known_zones(contents: Contents, name: str) -> list[str]:
    """Give the codes of all zones."""
    if contents.zones is None:
        raise InputError(f"`{name}` needs zones; give `zones`, or cells with {ZONE_CODE!r}.")
    return [str(code) for code in contents.zones[ZONE_CODE]]


def require_zones(codes: Sequence[str], known: Sequence[str], name: str) -> list[str]:
    """Give the codes that a user names, each once; refuse those that there are not."""
    wanted = list(dict.fromkeys([codes] if isinstance(codes, str) else codes))
    there = set(known)
    if strange := [repr(code) for code in wanted if code not in there]:
        told = ", ".join(strange[:_SHOWN])
        first = ", ".join(map(repr, known[:_SHOWN]))
        raise CodeError(
            f"`{name}` names zones that there are not: {told}; zones are {first}"
            f"{', and more' if len(known) > _SHOWN else ''}."
        )
    return wanted


def zone_sheets(
    contents: Contents, codes: Sequence[str], *, taken: Sequence[str], first: str
) -> dict[str, Sheet]:
    """Give the sheets of zones by their code; their titles are unlike those ``taken``.

    Each has a way back to the ``first`` sheet.
    """
    titles = sheet_titles(codes, taken)
    return {
        code: Sheet(title, _blocks(contents, code, first), listing=False)
        for code, title in zip(codes, titles, strict=True)
    }


def _blocks(contents: Contents, code: str, first: str) -> tuple[Block, ...]:
    said, language = words(contents.language), contents.language
    record = zone_record(contents, code)
    back = fact_block([(first, "", "")], language, links={first: first})
    blocks = [
        fact_block(record.facts, language, f"{record.code} {record.name}".strip()),
        fact_block(
            [(role, names or said["nobody"], "") for role, names in record.persons],
            language,
            said["persons"],
        ),
    ]
    if record.components is not None:
        listed = class_table(contents, record.components)
        blocks.append(replace(listed, caption=said["classes"]))
    if record.key_units is not None:
        units = record.key_units.drop(columns=ZONE_CODE)
        blocks.append(replace(key_unit_table(contents, units), caption=said["key_units"]))
    cells = cell_table(contents, record.cells, short=True)
    blocks.append(replace(cells, caption=said["cells"]))
    return back, *(block for block in blocks if len(block.table))
