"""The command line: the same verbs on files."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from gridgeo.cli import checks, mapping, placing, plans
from gridgeo.cli.options import app

__all__ = ["app", "checks", "mapping", "placing", "plans"]


@app.callback()
def _main() -> None:
    """Turn a city's administrative areas into a grid that can be managed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A console that cannot write Chinese shows escapes instead of failing at the end.
            stream.reconfigure(errors="backslashreplace")
