"""The letters of the browser in tests: named, so that a page measures the same on every machine.

`usual`: Liberation Sans, as wide as Arial and about as wide as what most readers' systems have.
`wide`: DejaVu Sans, a seventh wider, which small Linux systems have alone: nothing may be cut there.

Know before changing: Debian's folders are named below; where they are not there, the tests of the pages are
skipped by name, since they would measure whatever letters there are.
"""

import os
from pathlib import Path

USUAL, WIDE = "Liberation Sans", "DejaVu Sans"
FOLDERS = {
    USUAL: (Path("/usr/share/fonts/truetype/liberation"), "fonts-liberation"),
    WIDE: (Path("/usr/share/fonts/truetype/dejavu"), "fonts-dejavu-core"),
}
"""Family → where Debian keeps it, and its package."""
_DIRS = "\n".join(f"<dir>{folder}</dir>" for folder, _ in FOLDERS.values())
CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
<cachedir>{kept}</cachedir>
<match target="pattern"><edit name="family" mode="append_last"><string>{family}</string></edit></match>
</fontconfig>
"""
"""Both families are there, since each has signs that the other lacks; any other name means `family`."""


def missing() -> list[str]:
    """The packages that would have to be installed."""
    return [package for folder, package in FOLDERS.values() if not folder.is_dir()]


def environment(family: str, folder: Path) -> dict[str, str | float | bool]:
    """What a browser is started with to write in `family`; its settings are kept in `folder`."""
    config = folder / "fonts.conf"
    config.write_text(CONFIG.format(folders=_DIRS, kept=folder / "kept", family=family), encoding="utf-8")
    return {**os.environ, "FONTCONFIG_FILE": str(config)}
