"""How far a long work is, and what it has to say, once."""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from gridgeo.io import ComponentChunks


@contextmanager
def parts_read(parts: ComponentChunks) -> Iterator[Callable[[], None]]:
    """Show how much of a file is done; gives the function that says that a part is."""
    with tqdm(
        total=parts.n_bytes, desc="geocode", unit="B", unit_scale=True, delay=1, leave=False
    ) as bar:

        def advance() -> None:
            bar.update(parts.bytes_read - bar.n)

        yield advance


@contextmanager
def said_once() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Pass on the first warning of many parts that differ in their numbers alone."""
    said: set[str] = set()

    @contextmanager
    def listening() -> Iterator[None]:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            yield
        for one in heard:
            kind = re.sub(r"[\d,.%]+", "", str(one.message))
            if kind not in said:
                warnings.warn(one.message, stacklevel=4)
            said.add(kind)

    yield listening


@contextmanager
def steps(name: str, total: int) -> Iterator[Callable[[str], None]]:
    """Show a bar for work above a second; gives the function that says which step begins."""
    with tqdm(total=total, desc=name, unit="step", delay=1, leave=False) as bar:

        def begin(step: str) -> None:
            bar.set_description(f"{name}: {step}", refresh=False)
            bar.update()

        yield begin
