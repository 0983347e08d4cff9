"""The gallery shows what its scripts make: pictures, printed lines and notebooks are those of the scripts."""

from __future__ import annotations

import ast
import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest
from conftest import ROOT

GALLERY = ROOT / "docs" / "gallery"
NAMES = sorted(path.stem for path in GALLERY.glob("*.py"))
FIGURES: dict[str, Any] = json.loads((GALLERY / "figures.json").read_text(encoding="utf-8"))
AGAIN = "run scripts/draw_gallery.py"


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_gallery", ROOT / "scripts" / "draw_gallery.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.every_day
@pytest.mark.parametrize("name", NAMES)
def test_picture_notebook_and_page_belong_to_the_script(name: str, drawing: ModuleType) -> None:
    assert drawing.digest(GALLERY / f"{name}.png") == FIGURES[name]["picture"], AGAIN
    assert (GALLERY / f"{name}.ipynb").read_text("utf-8") == drawing.notebook(name), AGAIN
    page = (ROOT / "docs" / "gallery.md").read_text("utf-8")
    assert all(f"gallery/{name}.{ending}" in page for ending in ("py", "png", "ipynb"))


def test_no_script_is_forgotten() -> None:
    assert set(NAMES) == set(FIGURES) and len(NAMES) >= 6


@pytest.mark.every_day
@pytest.mark.parametrize("name", NAMES)
def test_cells_of_notebooks_are_whole(name: str) -> None:
    book = json.loads((GALLERY / f"{name}.ipynb").read_text("utf-8"))
    assert (book["nbformat"], book["cells"][0]["cell_type"]) == (4, "markdown")
    code = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    assert len(code) >= 2
    for cell in code:
        ast.parse(cell)
    assert "".join(book["cells"][0]["source"]).startswith("# ")


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_each_script_runs_and_prints_what_the_handbook_says(name: str, drawing: ModuleType) -> None:
    pytest.importorskip("matplotlib")
    assert drawing.run(name) == FIGURES[name]["printed"], AGAIN
