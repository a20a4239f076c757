"""Cut the three bundled fonts from their full originals: `python cut.py FOLDER`, FOLDER holding the originals.

Each result carries a name of its own, as the licence asks of a changed font with a reserved name. Needs fonttools.
The figures of the sans are made tabular for good, so that a changing number never shifts its neighbours.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2002, 0x2009, 0x200A, *range(0x2010, 0x2028), 0x202F, 0x2030]
LATIN += [0x2032, 0x2033, 0x2039, 0x203A, *range(0x2070, 0x209D), 0x20AC]
SIGNS = [*range(0x370, 0x400), *range(0x2190, 0x2200), *range(0x2200, 0x2300), *range(0x2318, 0x2328), 0x2303, 0x21E7]
SIGNS += [*range(0x25A0, 0x2600), 0x2713, 0x2717]


def hangul() -> list[int]:
    """The 2,350 syllables of KS X 1001, its Hangul letters, and the punctuation that goes with them."""
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF))
    return [ord(pair.decode("euc_kr")) for pair in pairs] + [*range(0x3000, 0x3020), *range(0x3131, 0x318F)]


FONTS = [
    # original, result, family, style, weight, code points, tabular figures
    ("Inter-Regular.otf", "sans-regular.otf", "nbgrad Sans", "Regular", 400, LATIN + SIGNS, True),
    ("Inter-Medium.otf", "sans-medium.otf", "nbgrad Sans", "Medium", 500, LATIN + SIGNS, True),
    ("Inter-SemiBold.otf", "sans-semibold.otf", "nbgrad Sans", "SemiBold", 600, LATIN + SIGNS, True),
    ("NanumGothic.ttf", "hangul-regular.ttf", "nbgrad Hangul", "Regular", 400, LATIN + hangul(), False),
    ("JetBrainsMono-Regular.ttf", "mono-regular.ttf", "nbgrad Mono", "Regular", 400, LATIN + SIGNS, False),
    ("JetBrainsMono-Medium.ttf", "mono-medium.ttf", "nbgrad Mono", "Medium", 500, LATIN + SIGNS, False),
]


def make_figures_tabular(font: TTFont) -> None:
    """Point every code point at the glyph its `tnum` feature would choose."""
    table = font["GSUB"].table
    lookups = {i for r in table.FeatureList.FeatureRecord if r.FeatureTag == "tnum" for i in r.Feature.LookupListIndex}
    swap: dict[str, str] = {}
    for index in lookups:
        for subtable in table.LookupList.Lookup[index].SubTable:
            swap |= getattr(subtable, "ExtSubTable", subtable).mapping
    for cmap in font["cmap"].tables:
        if hasattr(cmap, "cmap"):
            cmap.cmap = {code: swap.get(glyph, glyph) for code, glyph in cmap.cmap.items()}


def rename(font: TTFont, family: str, style: str, weight: int) -> None:
    names = {1: family if weight in (400, 700) else f"{family} {style}", 2: "Regular", 4: f"{family} {style}"}
    names |= {6: f"{family}-{style}".replace(" ", ""), 16: family, 17: style}
    for record in list(font["name"].names):
        if record.nameID in (3, 21, 22, 25) or (record.nameID in names):
            font["name"].removeNames(nameID=record.nameID)
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    if "CFF " in font:
        top = font["CFF "].cff
        top.fontNames = [names[6]]
        top.topDictIndex[0].FamilyName, top.topDictIndex[0].FullName = family, names[4]


def cut(source: Path, target: Path, family: str, style: str, weight: int, codes: list[int], tabular: bool) -> None:
    font = TTFont(source)
    if tabular:
        make_figures_tabular(font)
    options = Options(layout_features=["kern", "ccmp", "locl", "mark", "mkmk"], hinting=False, desubroutinize=False)
    options.name_IDs, options.name_languages, options.notdef_outline = ["*"], ["*"], True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    rename(font, family, style, weight)
    font.save(target)


if __name__ == "__main__":
    for original, result, *rest in FONTS:
        cut(Path(sys.argv[1]) / original, Path(__file__).with_name(result), *rest)
        print(result, Path(__file__).with_name(result).stat().st_size)
