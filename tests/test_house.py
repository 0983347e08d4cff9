"""The house: a room imports only from rooms below it, and the package opens quickly."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src" / "spatialreno"
ORDER = [
    "cli", "maps", "comparison", "design", "indicators", "programme", "community", "works", "siting", "walk", "blocks",
    "land", "optimise", "scenario", "scale", "formats", "area", "catalog", "errors",
]  # fmt: skip
HEAVY = ("geopandas", "pandas", "shapely", "folium", "osmnx", "networkx", "osmium", "highspy", "numpy")


def _room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    """Name the rooms a file imports at run time; what stands under TYPE_CHECKING is for the reader."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for part in block.body
        for node in ast.walk(part)
    }
    names = set()
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("spatialreno."):
            names.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {a.name.split(".")[1] for a in node.names if a.name.startswith("spatialreno.")}
    return names


@pytest.mark.parametrize("path", sorted(SRC.rglob("*.py")), ids=lambda p: str(p.relative_to(SRC)))
def test_arrows_point_down(path: Path) -> None:
    room = _room(path)
    if room in ("__init__", "__main__"):
        return
    assert room in ORDER, f"{room} is no room of the house"
    up = sorted(name for name in _imports(path) if ORDER.index(name) < ORDER.index(room))
    assert not up, f"{path.relative_to(SRC)} imports upwards: {', '.join(up)}"


def test_no_file_imports_a_relative_room() -> None:
    for path in SRC.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level], path


def test_importing_the_package_brings_nothing_heavy() -> None:
    code = f"import spatialreno, sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_brings_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv=['spatialreno','--help']\nfrom spatialreno.cli import main\n"
        f"try: main()\nexcept SystemExit: pass\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
