"""Pictures of every page at every stand, to be looked at: what no assertion sees is seen there.

    python -m tests.browser.shots                  all, wide and narrow, light and dark, in each language;
                                                   graphics as they are on air, over a picture
    python -m tests.browser.shots board-annulled   those whose name begins so

Know before changing: they go to tests/browser/shots, which is not kept in the repository.
"""

import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from languages import codes
from tests.browser import fonts
from tests.browser.conftest import FLAGS, program
from tests.browser.stands import STANDS, browsing, look, standing

SHOTS = Path(__file__).parent / "shots"
WIDTHS, SCHEMES = (1280, 360), ("light", "dark")
ON_AIR = 1920
VIDEO = """html { background:
  radial-gradient(circle at 24% 18%, #5d7f9c 0 3%, transparent 6%),
  radial-gradient(circle at 43% 24%, #41607c 0 4%, transparent 7%),
  radial-gradient(circle at 61% 15%, #8a6a3c 0 2%, transparent 5%),
  radial-gradient(circle at 88% 30%, #5d7f9c 0 3%, transparent 7%),
  radial-gradient(ellipse at 68% 70%, #0a0f0d 0 18%, transparent 34%),
  linear-gradient(#2c3d4d, #141a20 75%) !important; }"""
"""Something dark and out of focus, as it lies under graphics on air."""


def main(begins: list[str]) -> None:
    """Takes the pictures, and says where they are."""
    SHOTS.mkdir(exist_ok=True)
    names = [name for name in STANDS if name.startswith(tuple(begins) or "")]
    with TemporaryDirectory() as kept, sync_playwright() as playwright:
        env = fonts.environment(fonts.USUAL, Path(kept))
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS, env=env)
        with browsing(browser) as page:
            for name, lang in product(names, codes()):
                with standing(page, name, lang):
                    if STANDS[name].frame:
                        look(page, name, ON_AIR)
                        page.add_style_tag(content=VIDEO)
                        page.screenshot(path=SHOTS / f"{name}-{lang}-{ON_AIR}.png")
                        continue
                    for width, scheme in product(WIDTHS, SCHEMES):
                        look(page, name, width, scheme=scheme, height=900)
                        page.screenshot(path=SHOTS / f"{name}-{lang}-{width}-{scheme}.png", full_page=True)
                sys.stderr.write(f"{name} {lang}\n")
        browser.close()
    sys.stderr.write(f"in {SHOTS}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
