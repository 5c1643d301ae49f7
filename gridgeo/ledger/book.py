"""frames -> ledger: a workbook, or a folder of tables."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import pandas as pd

from gridgeo._books import Block, Sheet, continued, sheet_titles, without_long_texts
from gridgeo._names import one_line
from gridgeo.errors import InputError
from gridgeo.files import BookLook, staged, write_frame, write_workbook
from gridgeo.ledger.contents import gather
from gridgeo.ledger.tables import Findings, crs_of, fact_block, ledger_tables, summary
from gridgeo.ledger.words import headings, words
from gridgeo.ledger.zone_sheets import chosen_zones, zone_sheets
from gridgeo.validate import require_option

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from gridgeo.ledger.contents import Contents
    from gridgeo.schema import Language

LedgerForm: TypeAlias = Literal["xlsx", "csv", "parquet"]

TABLES: Final = (
    "summary",
    "zones",
    "cells",
    "classes",
    "zone_classes",
    "staff",
    "key_units",
    "faults",
)
"""What a ledger may hold, in the order of its sheets; in a folder these are the names of files."""

_FONTS: Final = {"en": "Calibri", "zh": "Microsoft YaHei"}
_COLORS: Final = {"summary": "#1F3864", "faults": "#C00000"}


def write_ledger(  # noqa: PLR0913 - the frames of every stage, all named, most of them optional
    path: str | os.PathLike[str],
    *,
    cells: pd.DataFrame,
    zones: pd.DataFrame | None = None,
    components: pd.DataFrame | None = None,
    staff: pd.DataFrame | None = None,
    key_units: pd.DataFrame | None = None,
    areas: pd.DataFrame | None = None,
    classes: pd.DataFrame | None = None,
    reports: Findings | Sequence[Findings] = (),
    per_zone: bool | Sequence[str] = False,
    form: LedgerForm | None = None,
    title: str | None = None,
    source: str | None = None,
    language: Language = "en",
) -> Path:
    """Write the ledger of a grid: what there is, who is in charge of it, and what is at fault.

    The sheets are: summary; zones with their persons; cells; components by class, and by zone and
    class; staff with their zones; key units; faults. Those of which nothing is given are left out.
    Totals are values, and agree with the frames: what lies in no zone or no cell has its own row.

    Parameters
    ----------
    path
        A workbook ``.xlsx``, or a folder for ``form="csv"`` or ``"parquet"``. Files are replaced
        whole or not at all.
    cells
        ``cell_code`` (unique text) and ``area_m2``; ``zone_code``, ``area_code`` and ``kind``
        where known. All other columns are listed behind these.
    zones
        ``zone_code`` (unique text); ``zone_name``, ``load``, a column of persons for each role
        and ``<role>_id`` with their ``staff_id``, several joined by "; ", where known. Without
        them zones are listed as the cells name them.
    components
        Geocoded: ``cell_code``, ``class_code``. Rows are counted; ``length_m`` of lines and
        ``area_m2`` of polygons are taken or measured, as :func:`gridgeo.count_by_cell` does.
    staff
        ``staff_id`` (unique text) and ``name``; ``role`` and all else where known.
    key_units
        ``name``, ``kind``, and ``cell_code`` or points that find their cells here.
    areas
        ``area_code`` and ``area_name``, to name the areas of the cells.
    classes
        Names of classes, as :func:`gridgeo.component_classes` gives them; else those that the
        components have.
    reports
        What checks found, one or several: a ``CoverageReport`` and its like.
    per_zone
        Whether each zone gets a sheet of its own (一格一册), or the codes of those that do: facts,
        persons, components by class, key units, cells. Only in a workbook.
    form
        ``"xlsx"``, ``"csv"`` or ``"parquet"``; by the ending of the path, and csv for a folder,
        where not given. Headings of a csv are those of the workbook, its encoding is UTF-8 with
        the mark that spreadsheets look for; columns of parquet are called as in the frames.
    title
        Stands on the summary and at the head of printed pages.
    source
        Where the data come from.
    language
        ``"en"`` or ``"zh"``: of headings, titles and what the library itself says.

    Returns
    -------
    Path
        The workbook or the folder.

    Raises
    ------
    SchemaError, CodeError
        A frame lacks a column; codes are missing, repeated, or name what is not there; ``zones``
        do not fit their ``cells``.
    InputError
        An option is unknown, the path does not fit the form, or a file cannot be written.
    TooLargeError
        More zones than a workbook should have sheets.

    Warns
    -----
    UserWarning
        Zones name persons who are not in ``staff``; they are listed behind all others. Or texts are
        longer than a cell of a workbook holds: they are cut there, and stand in full on a sheet of
        their own.

    Examples
    --------
    >>> import gridgeo as gg
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> areas = gg.datasets.read_sample("communities")
    >>> cells = gg.areas_to_cells(areas)
    >>> cells["zone_code"] = cells["area_code"]
    >>> lamps = gg.geocode(gg.datasets.read_sample("components"), cells)
    >>> with TemporaryDirectory() as folder:
    ...     book = gg.write_ledger(
    ...         Path(folder, "ledger.xlsx"), cells=cells, components=lamps, language="zh"
    ...     )
    ...     book.name
    'ledger.xlsx'
    """
    path = Path(path)
    form = _form(path, form)
    checks = _checks(reports)
    contents = gather(
        cells,
        zones=zones,
        components=components,
        key_units=key_units,
        areas=areas,
        classes=classes,
        language=language,
    )
    codes = chosen_zones(contents, per_zone)
    if codes and form != "xlsx":
        raise InputError("`per_zone` gives sheets of a workbook; write a path that ends in .xlsx.")
    tables = ledger_tables(contents, staff=staff, reports=checks)
    about = _about(contents, cells, title, source)
    facts = summary(contents, tables, reports=checks, about=about)
    if form == "xlsx":
        return _write_book(path, _laid_out(contents, facts, tables, codes), about, language)
    return _write_folder(path, form, facts, tables)


def _checks(reports: Findings | Sequence[Findings]) -> list[Findings]:
    """Give reports as a list, and refuse what is none."""
    several = reports if isinstance(reports, Sequence) else [reports]
    for check in several:
        if not isinstance(check, Findings):
            raise InputError(
                "`reports` must be what checks give, such as a CoverageReport, not "
                f"{type(check).__name__}."
            )
    return [*several]


def _form(path: Path, form: LedgerForm | None) -> LedgerForm:
    ending = path.suffix.lower()
    if form is None:
        form = "xlsx" if ending == ".xlsx" else "csv"
        if ending in (".csv", ".parquet", ".xls", ".ods"):
            raise InputError(
                f"{path.name!r}: a ledger is a workbook, .xlsx, or a folder of tables; name a "
                "folder, and form='csv' or 'parquet'."
            )
    require_option(form, get_args(LedgerForm), "form")
    if (form == "xlsx") != (ending == ".xlsx"):
        raise InputError(f"{path.name!r} does not fit form={form!r}; only a workbook is an .xlsx.")
    return form


def _about(
    contents: Contents, cells: pd.DataFrame, title: str | None, source: str | None
) -> dict[str, str]:
    said = words(contents.language)
    return {
        "title": said["title"] if title is None else one_line(title),
        "date": f"{datetime.now(tz=UTC).astimezone():%Y-%m-%d}",
        "crs": crs_of(cells, contents.language),
        "source": one_line(source or ""),
    }


def _laid_out(
    contents: Contents, facts: list[Block], tables: Mapping[str, Block], codes: Sequence[str]
) -> list[Sheet]:
    """Lay tables out as the sheets of a workbook, each zone of ``codes`` on one of its own."""
    said = words(contents.language)
    keys = [key for key in TABLES if key in tables]
    summed, *titles = sheet_titles([said["summary"], *(said[key] for key in keys)])
    listed = {
        key: continued(Sheet(title, (tables[key],), color=_COLORS.get(key, "")))
        for key, title in zip(keys, titles, strict=True)
    }
    taken = [sheet.title for sheets in listed.values() for sheet in sheets]
    own = zone_sheets(contents, codes, taken=[summed, *taken, said["long_texts"]], first=summed)
    if own:
        ways = {code: sheet.title for code, sheet in own.items()}
        listed["zones"] = [_with_links(sheet, ways) for sheet in listed["zones"]]
    sheets = [sheet for several in listed.values() for sheet in several]
    blocks = (*facts, _index(sheets, contents.language))
    first = Sheet(summed, blocks, listing=False, color=_COLORS["summary"])
    return [first, *sheets, *own.values()]


def _write_book(
    path: Path, sheets: list[Sheet], about: Mapping[str, str], language: Language
) -> Path:
    said = words(language)
    sheets, long = without_long_texts(sheets)
    if len(long):
        n = int((long["part"] == 1).sum())
        warnings.warn(
            f"{n:,} texts are longer than the 32,767 characters of a cell; they are cut there, and "
            f"stand in full on the sheet {said['long_texts']!r}.",
            stacklevel=3,
        )
        sheets += continued(Sheet(said["long_texts"], (Block(long, headings(language)),)))
    imprint = said["list"].join(text for text in (about["source"], about["date"]) if text)
    look = BookLook(about["title"], imprint, said["page"], _FONTS[language])
    return write_workbook(sheets, path, look)


def _index(sheets: Sequence[Sheet], language: Language) -> Block:
    """List the sheets with their numbers of rows, each with a way to it."""
    said = words(language)
    rows = [(sheet.title, len(sheet.blocks[0].table), said["rows"]) for sheet in sheets]
    links = {sheet.title: sheet.title for sheet in sheets}
    return fact_block(rows, language, said["contents"], links=links)


def _with_links(sheet: Sheet, titles: Mapping[str, str]) -> Sheet:
    """Give the codes in the first column a way to the zone's own sheet."""
    (block,) = sheet.blocks
    return replace(sheet, blocks=(replace(block, links=titles),))


def _write_folder(
    path: Path, form: LedgerForm, facts: list[Block], tables: Mapping[str, Block]
) -> Path:
    told = pd.concat([block.table for block in facts], ignore_index=True)
    told["value"] = [_as_text(value) for value in told["value"]]
    blocks = {"summary": Block(told.astype("str"), facts[0].headings), **tables}
    with staged(path) as part:
        for key, block in blocks.items():
            table = block.headed() if form == "csv" else block.table
            write_frame(table, part / f"{key}.{form}")
    # A table of an earlier ledger that this one does not have would seem to be of this one.
    for key in set(TABLES) - set(blocks):
        (path / f"{key}.{form}").unlink(missing_ok=True)
    return path


def _as_text(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
