"""Draw the pictures of ``docs`` anew, and write down the figures that they show.

Run ``python scripts/draw_docs.py``; it takes some minutes and needs Chromium (``pip install '.[test]'``). A test holds
``docs/figures.json`` against the product, and each picture against the figures it was drawn with.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import spatialreno as sr
from spatialreno.community import checkup_lines

ROOT = Path(__file__).parents[1]
AREA = ROOT / "data" / "geo" / "xigongdi"
OPTIONS = ("clear", "partial", "opened", "full")
WALLS = ("W04", "W10", "W16", "W18", "W21")
SIZE = (1400, 1040)


def main(folder: Path) -> None:
    """Compare the example's options, take the pictures and write the figures."""
    today = sr.read_area(AREA)
    scenarios = [sr.read_scenario(AREA / "scenarios" / f"{name}.toml") for name in OPTIONS]
    options = sr.compare(today, scenarios, works=True)
    table = options.leaders()
    with tempfile.TemporaryDirectory() as beside:
        page = sr.draw(options).save(Path(beside) / "page.html")
        tried = sr.live(today).save(Path(beside) / "live.html")
        take(folder, page, tried)
    figures = {
        "leaders": {str(title): {k: row[k] for k in options.areas} for title, row in table.iterrows()},
        "units": {str(title): row["unit"] for title, row in table.iterrows()},
        "checkup": {k: found["state"].value_counts().sort_index().to_dict() for k, found in options.checkups.items()},
        "pictures": {name: digest(folder / name) for name in ("xigongdi.png", "page.png", "live.png")},
    }
    text = json.dumps(figures, ensure_ascii=False, indent=1, default=str)
    (folder / "figures.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    print(table.rename(columns=options.titles).to_string())
    print(checkup_lines(options.checkups["full"], today.catalog).to_string())


def digest(path: Path) -> str:
    """Tell one picture from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def take(folder: Path, page: Path, tried: Path) -> None:
    """Take three pictures: the page, its swipe, and the live page with some walls down."""
    driver = browser()
    try:
        driver.get(page.as_uri())
        driver.save_screenshot(str(folder / "xigongdi.png"))
        driver.find_element("css selector", ".swipe-on").click()
        driver.save_screenshot(str(folder / "page.png"))
        driver.get(tried.as_uri())
        for wall in WALLS:
            driver.execute_script("spatialreno.toggle('walls', arguments[0])", wall)
        driver.save_screenshot(str(folder / "live.png"))
    finally:
        driver.quit()


def browser() -> Any:
    """Start Chromium without a window."""
    from selenium import webdriver

    wanted = webdriver.ChromeOptions()
    wanted.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    size = "--window-size={},{}".format(*SIZE)
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", size):
        wanted.add_argument(word)
    return webdriver.Chrome(options=wanted, service=webdriver.ChromeService(shutil.which("chromedriver") or ""))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
