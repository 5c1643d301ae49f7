"""Frames and plain values -> files, whole or not at all."""

from gridgeo.files.frames import write_frame, write_json, write_layers
from gridgeo.files.parts import write_parts
from gridgeo.files.places import replacing, staged
from gridgeo.files.workbooks import BookLook, write_workbook

__all__ = [
    "BookLook",
    "replacing",
    "staged",
    "write_frame",
    "write_json",
    "write_layers",
    "write_parts",
    "write_workbook",
]
