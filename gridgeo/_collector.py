"""The garbage collector, held while millions of geometries are made."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def collector_held() -> Iterator[None]:
    """Hold the collector of reference cycles, and let it go on as it was afterwards.

    It counts every geometry as something that might be part of a cycle and walks over all of them
    again and again while they grow in number: a quarter of the time to cut a municipality.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
