"""What the commands share: their options, their exit codes, and how they tell what is wrong."""

from __future__ import annotations

import traceback
import warnings
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridgeo.errors import GridGeoError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OK, FAULTY, NOT_RUN = 0, 1, 2
"""Exit codes: no fault found; faults found and written down; it could not run."""

app = typer.Typer(
    help="Turn a city's administrative areas into a grid that can be managed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class PlaceOutside(StrEnum):
    """What to do with components outside every cell."""

    KEEP = "keep"
    NEAREST = "nearest"
    RAISE = "raise"


class LanguageOption(StrEnum):
    """Language of maps, and of what is printed."""

    EN = "en"
    ZH = "zh"


Text = str | None
Out = Annotated[Path, typer.Option(help="Folder to write into.")]
AreaCode = Annotated[
    str, typer.Option(help="Column with the area's code; several, joined by commas, make it.")
]
AreaLayer = Annotated[Text, typer.Option(help="Layer of the areas in a GeoPackage.")]
AreasCrs = Annotated[Text, typer.Option(help="CRS of the areas where their file does not say.")]
CellCode = Annotated[
    Text, typer.Option(help="Column of the cells with their code, or several; cell_code.")
]
CellAreaCode = Annotated[
    Text, typer.Option(help="Column of the cells with their area's code; area_code.")
]
CellsLayer = Annotated[Text, typer.Option(help="Layer of the cells in a GeoPackage.")]
CellsCrs = Annotated[Text, typer.Option(help="CRS of the cells where their file does not say.")]
InLanguage = Annotated[LanguageOption, typer.Option(help="Language of the maps.")]
ToldIn = Annotated[LanguageOption, typer.Option("--language", help="Language of what is printed.")]
OutFaults = Annotated[Path | None, typer.Option(help="GeoPackage of the faults, a layer a kind.")]
OutJson = Annotated[Path | None, typer.Option(help="The report as JSON.")]
EachFile = list[str] | None


def column_names(names: str) -> list[str]:
    """Take names apart that are joined by commas."""
    return [name.strip() for name in names.split(",")]


def refuse_overwriting(written: Sequence[Path | None], read: Sequence[Path | None]) -> None:
    """Refuse to write over what is read, or twice to one place."""
    taken = {path.resolve() for path in read if path}
    for path in filter(None, written):
        if path.resolve() in taken:
            raise InputError(f"{str(path)!r} is named twice; write to another file.")
        taken.add(path.resolve())


@contextmanager
def guarded() -> Iterator[None]:
    """Say what is wrong with the input in one paragraph; exit 1 is for faults found alone."""
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            yield
        except typer.Exit:
            raise
        except GridGeoError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(NOT_RUN) from error
        except Exception as error:  # any other is our own fault, and still no verdict
            traceback.print_exc()
            raise typer.Exit(NOT_RUN) from error


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    typer.echo(f"warning: {message}", err=True)
