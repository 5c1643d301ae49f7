"""Files appear whole or not at all: written beside their place, moved in at the end."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gridgeo.errors import InputError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator


@contextmanager
def staged(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Collect files in a folder beside their place and move them in together at the end.

    Where anything is raised on the way, or one file cannot be moved in, the files that were there
    stay as they were, and a folder made for them is gone again.

    Raises
    ------
    InputError
        The folder cannot be made or written to, or a file cannot be moved to its place.
    """
    target = Path(folder)
    made: list[Path] = []
    try:
        with told(target):
            made += [one for one in (target, *target.parents) if not one.exists()]
            target.mkdir(parents=True, exist_ok=True)
            work = Path(tempfile.mkdtemp(dir=target, prefix=".part-"))
        new, old = work / "new", work / "old"
        try:
            new.mkdir()
            old.mkdir()
            yield new
            _move_in(new, target, old)
            shutil.rmtree(old, ignore_errors=True)
        finally:
            with suppress(OSError):
                old.rmdir()
            # An old file that could not be moved back is kept: the message says where.
            shutil.rmtree(new if old.exists() else work, ignore_errors=True)
    except BaseException:
        for one in made:
            with suppress(OSError):
                one.rmdir()
        raise


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path to write to; what stands there replaces ``path`` when all went well.

    Raises
    ------
    InputError
        As :func:`staged`.
    """
    path = Path(path)
    with told(path):
        _refuse_folder(path)
    with staged(path.parent) as part:
        yield part / path.name


def _move_in(new: Path, target: Path, old: Path) -> None:
    """Move files to their place, and all of them back where one of them cannot be moved."""
    moves = [(file, target / file.name) for file in sorted(new.iterdir())]
    several = len(moves) > 1  # one alone is replaced in one stroke
    if several:
        moves = [(place, old / place.name) for _, place in moves if place.exists()] + moves
    begun: list[tuple[Path, Path]] = []
    try:
        for start, end in moves:
            with told(target / end.name):
                _refuse_folder(target / end.name)
                if several:
                    begun.append((start, end))
                start.replace(end)
    except BaseException as error:
        for start, end in reversed(begun):
            with suppress(OSError):
                if end.exists() and not start.exists():
                    end.replace(start)
        if any(old.iterdir()):
            raise InputError(f"{error} The files that were there are in {str(old)!r}.") from error
        raise


def _refuse_folder(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError("there is a folder of this name")


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what the disk says into an error that names the path and the remedy."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: Exception) -> InputError:
    """Give the error that says why a path cannot be written, and the remedy."""
    reason = "; ".join(map(str, error.args))
    if isinstance(error, OSError):
        reason = error.strerror or reason
        reason += "; name another place, or close the program that has it open"
    return InputError(f"{str(path)!r} cannot be written: {reason}.")
