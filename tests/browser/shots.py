"""Pictures of every page at every stand, to be looked at: what no assertion sees is seen there.

    python -m tests.browser.shots                  all, wide and narrow, light and dark, in each language
    python -m tests.browser.shots board-annulled   those whose name begins so

Know before changing: they go to tests/browser/shots, which is not kept in the repository.
"""

import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from languages import codes
from tests.browser.conftest import FLAGS, program
from tests.browser.stands import STANDS, browsing, look, standing

SHOTS = Path(__file__).parent / "shots"
WIDTHS, SCHEMES = (1280, 360), ("light", "dark")


def main(begins: list[str]) -> None:
    """Takes the pictures, and says where they are."""
    SHOTS.mkdir(exist_ok=True)
    names = [name for name in STANDS if name.startswith(tuple(begins) or "")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=FLAGS)
        with browsing(browser) as page:
            for name, lang in product(names, codes()):
                with standing(page, name, lang):
                    for width, scheme in product(WIDTHS, SCHEMES):
                        look(page, name, width, scheme=scheme, height=900)
                        page.screenshot(path=SHOTS / f"{name}-{lang}-{width}-{scheme}.png", full_page=True)
                sys.stderr.write(f"{name} {lang}\n")
        browser.close()
    sys.stderr.write(f"in {SHOTS}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
