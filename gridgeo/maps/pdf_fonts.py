"""Fonts of a PDF as its readers expect them: outlines of TrueType where it says TrueType.

matplotlib embeds any font as TrueType (``pdf.fonttype`` 42), also Noto Sans CJK, whose outlines
are of the other kind that OpenType has (CFF). Some readers and printers then refuse the font
(matplotlib issue 20870), and its own remedy, Type 3, is what print shops turn away. Here such
outlines are drawn anew as TrueType: same glyphs, same numbers, same widths.
"""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Final

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

if TYPE_CHECKING:
    from pathlib import Path

_FONT_FILE: Final = re.compile(rb"/FontFile2 (\d+) 0 R")
_CFF: Final = b"OTTO"
_TRUETYPE: Final = "\x00\x01\x00\x00"
_MAX_ERROR: Final = 1.0
"""Of 1,000 units of a letter's height: a hundredth of a millimetre on the largest title."""


def mend_fonts(path: Path) -> None:
    """Put TrueType outlines into a PDF of matplotlib in place of CFF ones.

    The new fonts are appended as an update, which leaves every other byte where it was; a file
    without such fonts stays as it is.
    """
    pdf = path.read_bytes()
    fonts = {number: _stream(pdf, number) for number in sorted(set(_font_files(pdf)))}
    mended = {n: _truetype(font) for n, font in fonts.items() if font.startswith(_CFF)}
    if mended:
        path.write_bytes(pdf + _update(pdf, mended))


def _font_files(pdf: bytes) -> list[int]:
    return [int(number) for number in _FONT_FILE.findall(pdf)]


def _stream(pdf: bytes, number: int) -> bytes:
    start = pdf.index(b"\n%d 0 obj" % number)
    begin = pdf.index(b"stream\n", start) + len(b"stream\n")
    # The end of compressed bytes is known to themselves, whatever they hold.
    return zlib.decompressobj().decompress(pdf[begin:])


def _update(pdf: bytes, fonts: dict[int, bytes]) -> bytes:
    """Write objects anew, a table of where they are, and a trailer that points to the old one."""
    written, places = b"\n", {}
    for number, font in fonts.items():
        packed = zlib.compress(font)
        places[number] = len(pdf) + len(written)
        head = b"<< /Length %d /Length1 %d /Filter /FlateDecode >>" % (len(packed), len(font))
        written += b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, head, packed)
    table = b"".join(b"%d 1\n%010d 00000 n \n" % place for place in places.items())
    before = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    trailer = pdf[pdf.rindex(b"trailer") : pdf.rindex(b"startxref")].rstrip()
    trailer = trailer.removesuffix(b">>") + b"/Prev %s >>" % before
    end = b"\nstartxref\n%d\n%%%%EOF\n" % (len(pdf) + len(written))
    return written + b"xref\n" + table + trailer + end


def _truetype(data: bytes) -> bytes:
    """Draw the outlines of a font as TrueType does: with curves of second degree."""
    font = TTFont(BytesIO(data))
    order, shapes = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        # Outlines run the other way round in TrueType.
        shapes[name].draw(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    widths = font["hmtx"].metrics
    for name, glyph in glyphs.items():
        glyph.recalcBounds(font["glyf"])
        widths[name] = (widths[name][0], getattr(glyph, "xMin", 0))
    _count_points(font)
    for table in ("CFF ", "VORG"):
        if table in font:
            del font[table]
    font.sfntVersion = _TRUETYPE
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def _count_points(font: TTFont) -> None:
    """Make the table of limits the one of TrueType; fontTools fills in what it can count."""
    limits = font["maxp"] = newTable("maxp")
    limits.tableVersion = 0x00010000
    limits.numGlyphs = len(font.getGlyphOrder())
    for name in (
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
        "maxComponentDepth",
        "maxPoints",
        "maxContours",
        "maxCompositePoints",
        "maxCompositeContours",
    ):
        setattr(limits, name, 0)
    limits.maxZones = 1
