"""The handbook's reference is written by the program: it leaves no command, name, indicator or layer out."""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer
from conftest import ROOT

import spatialreno as sr
from spatialreno.cli.app import app

DOCS = ROOT / "docs"
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_command_and_option_is_there(reference: ModuleType) -> None:
    page = reference.commands_page()
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == sorted(COMMANDS)
    for command in COMMANDS.values():
        assert all(option in page for param in command.params for option in param.opts if option.startswith("--"))


def test_every_name_is_there_with_what_it_says(reference: ModuleType) -> None:
    for room in reference.ROOMS:
        page = reference.room_page(room)
        assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == reference.public_names(room)
    tops = reference.names_page()
    assert all(f"`sr.{name}`" in tops for name in ("read_area", "compare", "StudyArea", "design_openings"))


def test_every_indicator_layer_norm_and_table_is_there(reference: ModuleType) -> None:
    catalog = sr.read_catalog()
    assert all(f"`{name}`" in reference.indicators_page(catalog) for name in catalog.indicators.index)
    layers = reference.layers_page(catalog)
    assert all(f"`{column}`" in layers for layer in catalog.layers.values() for column in layer.columns)
    assert all(f"## {name} " in reference.tables_page(catalog) for name in catalog.tables if "/" not in name)
    assert "gb50180-2018" in reference.norms_page(catalog)


def test_every_page_stands_in_the_table_of_contents() -> None:
    listed = re.findall(r"^([\w*/-]+)$", (DOCS / "index.md").read_text("utf-8"), flags=re.MULTILINE)
    pages = {p.stem for p in DOCS.glob("*.md")} - {"index"}
    assert not {page for page in pages if not any(Path(page).match(name) for name in listed)}


def test_every_page_begins_in_chinese(reference: ModuleType) -> None:
    catalog = sr.read_catalog()
    pages = {path.name: path.read_text("utf-8") for path in DOCS.glob("*.md")}
    pages |= {room: reference.room_page(room) for room in reference.ROOMS}
    pages |= {"commands": reference.commands_page(), "names": reference.names_page()}
    pages |= {"layers": reference.layers_page(catalog), "tables": reference.tables_page(catalog)}
    for name, text in pages.items():
        heading, first = [part.strip() for part in text.split("\n\n") if part.strip()][:2]
        assert heading.startswith("# "), name
        assert re.search(r"[\u4e00-\u9fff]", first[:20]), f"{name}: {first[:40]}"


def test_search_cuts_chinese_by_two_characters() -> None:
    pytest.importorskip("sphinx")
    sys.path.insert(0, str(DOCS))
    try:
        search = importlib.import_module("chinese_search").ChineseSearch({})
    finally:
        sys.path.remove(str(DOCS))
    assert search.split("围墙长度 walls，墙") == ["围墙", "墙长", "长度", "walls", "墙"]
    assert (search.stem("walls"), search.stem("围墙")) == ("wall", "围墙")


def test_pages_of_values_survive_hostile_words(reference: ModuleType) -> None:
    assert reference._plain("a|b <script> $x$") == "a¦b ‹script> ＄x＄"


def test_licences_are_listed_and_none_is_proprietary() -> None:
    listing = [sys.executable, str(ROOT / "scripts" / "licences.py")]
    ran = subprocess.run(listing, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "geopandas" in ran.stdout
    assert "gurobipy" not in ran.stdout
