"""Chromium for the tests of the pages, and a gateway that does what a test says.

Know before changing: the browser is Debian's, with flags that keep it from calling home; every test gets a
fresh profile, and a page that logs an error, or breaks the content security policy, fails its test. It writes
in letters of the usual width; what may never be cut is marked `wide_letters` and asked in wider ones.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.browser import desk_night, fonts
from tests.browser.desk_gateway import DeskGateway, enter
from tests.browser.serve import Snapshot, TestGateway
from tests.patience import PATIENCE_S

expect.set_options(timeout=PATIENCE_S * 1000)
OFF = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess,"
    "AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,"
    "NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,"
    "ThirdPartyStoragePartitioning"
)
"""What the browser is to leave out: the pages of its address bar and a renderer in store, which every new
profile would start, at half the cost of a page; and what the driver leaves out, whose list this replaces."""
FLAGS = [
    f"--disable-features={OFF}",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenPage = Callable[..., Page]


def program() -> str | None:
    """The browser there is on this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """What drives the browsers of this folder; skipped, by name, where a part is missing.

    It ends with the folder, not with the session: while it runs, its event loop holds this thread, and no
    asynchronous test elsewhere could run.
    """
    absent = fonts.missing() if program() else ["chromium"]
    if absent:
        pytest.skip(f"not installed: apt-get install {' '.join(absent)}")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that writes as most readers' do."""
    with _browser(driver, fonts.USUAL, tmp_path_factory) as browser:
        yield browser


@pytest.fixture(scope="package")
def wide_chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose letters are wider than almost any reader's."""
    with _browser(driver, fonts.WIDE, tmp_path_factory) as browser:
        yield browser


@contextmanager
def _browser(driver: Playwright, family: str, folders: pytest.TempPathFactory) -> Iterator[Browser]:
    env = fonts.environment(family, folders.mktemp("fonts"))
    browser = driver.chromium.launch(executable_path=program(), args=FLAGS, env=env)
    yield browser
    browser.close()


@pytest.fixture
def ends() -> Iterator[ExitStack]:
    """What pages ask: it ends when they have been left, in whatever order a test names its fixtures."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def gateway(ends: ExitStack) -> Callable[..., TestGateway]:
    """Makes gateways and stops them at the end."""

    def make(snapshot: Snapshot, **hello: Any) -> TestGateway:
        made = TestGateway(snapshot, **hello)
        ends.callback(made.stop)
        return made

    return make


@pytest.fixture
def open_page(request: pytest.FixtureRequest, ends: ExitStack) -> Iterator[OpenPage]:
    """Opens pages in fresh profiles; at the end no page may have complained."""
    wide = request.node.get_closest_marker("wide_letters")
    browser: Browser = request.getfixturevalue("wide_chromium" if wide else "chromium")
    contexts = []
    complaints: list[str] = []

    def make(url: str, *, width: int = 1280, height: int = 900, **settings: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: _note(complaints, said.type, said.text))
        page.goto(url)
        return page

    yield make
    for context in contexts:
        context.close()
    assert [] == complaints


@pytest.fixture
def desk(ends: ExitStack) -> Callable[..., DeskGateway]:
    """Makes gateways with a desk and stops them at the end."""

    def make(*contests: Any, **more: Any) -> DeskGateway:
        made = DeskGateway(desk_night.desk(*contests, **more))
        ends.callback(made.stop)
        return made

    return make


@pytest.fixture
def come(open_page: OpenPage) -> Callable[..., Page]:
    """Opens the desk and signs in."""

    def opened(at: DeskGateway, token: str = "sandik_second", *, lang: str = "en", **how: Any) -> Page:
        page = open_page(f"{at.url}desk?lang={lang}", **how)
        enter(page, token)
        return page

    return opened


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that look at the same stand follow one another, so that each stand is opened once.

    pytest orders them by the place of a parameter in its list, which differs from one test to the next.
    """
    first: dict[Any, int] = {}
    keys = [_stand(item) for item in items]
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    order = sorted(range(len(items)), key=lambda place: first[keys[place]] if keys[place] else place)
    items[:] = [items[place] for place in order]


def _stand(item: pytest.Item) -> tuple[str, Any] | None:
    """The file and the stand of a test that is given an open one."""
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return (str(item.path), given["seen"]) if "seen" in given else None


def _note(complaints: list[str], kind: str, text: str) -> None:
    """Errors count, but not those the browser itself logs for an address that cannot be reached."""
    if kind == "error" and "Failed to load resource" not in text and "WebSocket connection" not in text:
        complaints.append(text)
