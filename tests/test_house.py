"""The house: arrows point down, between rooms by their faces, inside a room from sub-room to sub-room; no circles."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx as nx

SRC = Path(__file__).parent.parent / "src" / "spatialreno"
ORDER = [
    "cli", "maps", "comparison", "design", "indicators", "programme", "community", "works", "siting", "walk", "blocks",
    "land", "optimise", "scenario", "scale", "formats", "files", "area", "catalog", "errors", "_version",
    "_types", "_angles",
]  # fmt: skip
# Sub-rooms of a room, high to low; "." is what lies in the room itself.
INSIDE = {
    "maps": [
        "outputs", "live_page", "paper", "residents", "proposals", "notebook", "page", "first_minute", "lettering",
        "drawing", "content", "charts", "words",
    ],
    "walk": ["trials", "reach", "centrelines", "access", "state", "search", "fabric", "millimetres"],
    "formats": ["postgis", "areas", "osm", "readers"],
    "land": [".", "footprints", "fire", "lanes", "free", "geometry"],
    "works": [".", "lifts", "dig", "heat"],
    "optimise": ["steiner", "."],
    "community": ["upkeep", "casework", ".", "checkups", "consents", "voting"],
    "design": [".", "together", "grouping", "visits", "tiles", "proof", "question"],
    "comparison": ["districts", "sweeps", ".", "year", "money", "written", "after"],
    "area": [".", "rules", "facts", "place"],
}  # fmt: skip
MOST_FILES = 13
HEAVY = ("geopandas", "pandas", "shapely", "folium", "osmnx", "networkx", "osmium", "highspy", "numpy")
FILES = sorted(SRC.rglob("*.py"))
DOORS = ("__init__", "__main__")


def _told(path: Path) -> str:
    return str(path.relative_to(SRC))


def _room(path: Path) -> str:
    return path.relative_to(SRC).parts[0].removesuffix(".py")


def _inside(path: Path) -> str:
    parts = path.relative_to(SRC).parts
    return parts[1] if len(parts) > 2 else "."


def _file_of(module: str) -> Path | None:
    """Find the file of a module of ours; None for a name that is no module."""
    here = SRC.joinpath(*module.split(".")[1:])
    for path in (here.with_suffix(".py"), here / "__init__.py"):
        if path.exists():
            return path
    return None


@cache
def _imports(path: Path, *, typing_too: bool = False) -> tuple[tuple[str, str], ...]:
    """Name what a file imports of ours, as (module, name); what stands under TYPE_CHECKING is for the reader."""
    return tuple(_walked(_tree(path), typing_too))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _walked(node: ast.AST, typing_too: bool) -> Iterator[tuple[str, str]]:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.If) and "TYPE_CHECKING" in ast.dump(part.test) and not typing_too:
            continue
        if isinstance(part, ast.ImportFrom) and (part.module or "").split(".")[0] == "spatialreno":
            yield from ((str(part.module), alias.name) for alias in part.names)
        elif isinstance(part, ast.Import):
            yield from ((alias.name, "") for alias in part.names if alias.name.split(".")[0] == "spatialreno")
        yield from _walked(part, typing_too)


def _ends(path: Path, *, typing_too: bool = False) -> Iterator[Path]:
    """Follow each import to the file that it leads to; a face leads on to nobody."""
    for module, name in _imports(path, typing_too=typing_too):
        end = (_file_of(f"{module}.{name}") if name else None) or _file_of(module)
        if end is not None and end.stem not in DOORS:
            yield end


def test_every_file_lies_in_a_room_and_a_sub_room_that_the_order_names() -> None:
    assert not {_room(path) for path in FILES} - {*ORDER, *DOORS}
    inside = [path for path in FILES if _room(path) in INSIDE and path.stem != "__init__"]
    assert inside
    assert not [_told(path) for path in inside if _inside(path) not in INSIDE[_room(path)]]


def test_arrows_between_rooms_point_down() -> None:
    up = [
        f"{_told(path)} imports {module}"
        for path in FILES
        for module, _ in _imports(path)
        if _room(path) not in DOORS and "." in module and ORDER.index(module.split(".")[1]) < ORDER.index(_room(path))
    ]
    assert not up


def test_arrows_inside_a_room_point_down() -> None:
    up = []
    for path in [path for path in FILES if _room(path) in INSIDE and path.stem != "__init__"]:
        order = INSIDE[_room(path)]
        ends = [end for end in _ends(path) if _room(end) == _room(path)]
        higher = [_told(end) for end in ends if order.index(_inside(end)) < order.index(_inside(path))]
        up += [f"{_told(path)} imports {end}" for end in higher]
    assert not up


def test_other_rooms_are_entered_by_their_face() -> None:
    past = [
        f"{_told(path)} goes past the face of {module}"
        for path in FILES
        for module, _ in _imports(path, typing_too=True)
        if module.count(".") > 1 and module.split(".")[1] != _room(path) and _room(path) not in DOORS
    ]
    assert not past


def test_what_is_private_stays_in_its_file() -> None:
    taken = [
        f"{_told(path)} takes {module}.{name}"
        for path in FILES
        for module, name in _imports(path, typing_too=True)
        if name[:1] == "_" != name[1:2]
    ]
    assert not taken


def test_no_files_go_round_in_a_circle() -> None:
    files = [path for path in FILES if path.stem not in DOORS]
    arrows = nx.DiGraph((_told(path), _told(end)) for path in files for end in _ends(path, typing_too=True))
    assert not [sorted(circle) for circle in nx.strongly_connected_components(arrows) if len(circle) > 1]


def test_no_folder_is_a_heap() -> None:
    full = {
        _told(folder): count
        for folder in [path for path in SRC.rglob("*") if path.is_dir()]
        if (count := len([path for path in folder.glob("*.py") if path.stem not in DOORS])) > MOST_FILES
    }
    assert not full


def test_no_file_imports_a_relative_room() -> None:
    for path in FILES:
        assert not [n for n in ast.walk(_tree(path)) if isinstance(n, ast.ImportFrom) and n.level], path


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


def test_what_is_kept_is_written_without_the_makers_of_walks_and_digs() -> None:
    """Machine code and graphs cost half a second that a command with a warm cache has no use for."""
    code = (
        "import sys\nfrom spatialreno.comparison import Comparison, compare_once\n"
        "from spatialreno.walk import change_of\n"
        "from spatialreno.maps.paper import cad, pdf, qgis, workbook\nfrom spatialreno.maps.page import page\n"
        "from spatialreno.works import Dig, HeatPlan\n"
        "print([m for m in ('numba', 'networkx', 'highspy', 'matplotlib', 'ezdxf') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


MOST_ANY = 0.01  # 0.009 was reached on 2026-11-30; it only goes down


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    spec = function.args
    return [a for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs) if a.arg not in ("self", "cls")]


def test_few_parameters_may_be_anything() -> None:
    """Exactly ``Any``, outside compiled kernels, whose decorator types them."""
    told = [
        parameter.annotation
        for path in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not any("compiled" in ast.unparse(d) or "njit" in ast.unparse(d) for d in node.decorator_list)
        for parameter in _parameters(node)
    ]
    anything = sum(isinstance(one, ast.Name) and one.id == "Any" for one in told)
    assert anything / len(told) <= MOST_ANY


def test_types_of_arrays_are_named_once() -> None:
    """They stand in ``_types.py``; nobody writes another name for one of them."""
    known = _array_types(SRC / "_types.py")
    assert known
    assert not [_told(path) for path in FILES if path.name != "_types.py" and _array_types(path) & known]


def test_angles_come_from_the_one_file_that_has_them_alike_on_every_processor() -> None:
    """Kernels take theirs from the C library."""
    taken = re.compile(r"\bnp\.(sin|cos|tan|arcsin|arccos|arctan|arctan2|sinh|cosh|tanh)\b")
    known = {"_angles.py", "sight_kernels.py"}
    assert not [_told(path) for path in FILES if path.name not in known and taken.search(path.read_text())]


def _array_types(path: Path) -> set[str]:
    named = [node.value for node in _tree(path).body if isinstance(node, ast.Assign)]
    return {ast.unparse(value).removeprefix("npt.") for value in named if isinstance(value, ast.Subscript)}
