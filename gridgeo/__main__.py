"""``python -m gridgeo``."""

from gridgeo.cli import app

app(prog_name="gridgeo")
