"""Frames and plain values -> files, whole or not at all."""

from gridgeo.files.frames import write_frame, write_json, write_layers
from gridgeo.files.parts import write_parts
from gridgeo.files.places import replacing, staged

__all__ = ["replacing", "staged", "write_frame", "write_json", "write_layers", "write_parts"]
