"""A browser with the network cut, for the page benchmarks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Our page unpacks its layers first and says when it is ready; the others draw while they load.
_DRAWN = """const done = arguments[0], ours = typeof spatialreno === "object";
const look = () => ours && !spatialreno.ready ? requestAnimationFrame(look)
  : requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
look();"""


@contextmanager
def browser(patience_s: float = 240) -> Iterator[Any]:
    """Open Chromium, and close it again whatever happens."""
    from selenium import webdriver

    profile = tempfile.mkdtemp(prefix="reno-browser-")
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--window-size=1440,900", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_page_load_timeout(patience_s)
    driver.set_script_timeout(patience_s)
    try:
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def first_draw_s(driver: Any, page: Path) -> float:
    """Measure from opening a page to its second frame, in seconds; infinite when it takes too long."""
    from selenium.common.exceptions import TimeoutException, WebDriverException

    driver.get("about:blank")
    try:
        driver.get(page.resolve().as_uri())
        return float(driver.execute_async_script(_DRAWN)) / 1000
    except (TimeoutException, WebDriverException):
        return float("inf")
