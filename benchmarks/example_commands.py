"""CPU seconds of the commands of a working day: the demo from nothing, all forms at once, then each command on its own.

    python benchmarks/example_commands.py [AREA | COUNT] [COMMAND ...]

Each command is a process of its own. The first works everything out and keeps it (a fresh ``SPATIALRENO_CACHE``), the
later ones take what is kept. A COUNT makes up an area of so many compounds; without one it is ``data/geo/xigongdi``.
Kernels are compiled before anything is measured, and modules, as they are where the package is installed.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from walk_district import district

import spatialreno as sr

EXAMPLE = Path("data/geo/xigongdi")
ALL = "report DIR"
FORMS = ("html", "pdf", "xlsx", "gpkg", "dxf")
SCENARIO = """name = "clear"
title = "拆违"
[[demolish]]
layer = "structures"
where = { legality = "illegal" }
"""


def area_of(told: str, folder: Path) -> Path:
    """Name the folder of an area that is there, or make one up of so many compounds."""
    if not told.isdigit():
        return Path(told)
    made = folder / "area"
    sr.write_area(district(int(told)), made)
    (made / "scenarios").mkdir()
    (made / "scenarios" / "clear.toml").write_text(SCENARIO, encoding="utf-8")
    return made


def commands(area: Path, out: Path) -> dict[str, list[str]]:
    """List the commands by name, the ones that work everything out first."""
    here, option = str(area), str(sorted((area / "scenarios").glob("*.toml"))[-1])
    first = {"demo": ["demo", "-o", f"{out}/demo", "--map", f"{out}/demo.html"]} if area == EXAMPLE else {}
    return {
        **first,
        ALL: ["report", here, "-o", f"{out}/all"],
        "compare": ["compare", here, "-o", f"{out}/tables"],
        "map": ["map", here, "-o", f"{out}/map.html"],
        **{form: ["report", here, "-o", f"{out}/report.{form}"] for form in FORMS},
        "sheets": ["sheets", here, option, "-o", f"{out}/sheets.pdf"],
        "sheets again": ["sheets", here, option, "-o", f"{out}/sheets.pdf"],
        "live": ["live", here, "-o", f"{out}/live.html"],
    }


def cpu_s(words: list[str], cache: Path) -> float:
    """Run one command to its end and give the CPU seconds that it took, its children included."""
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "spatialreno", *words],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "SPATIALRENO_CACHE": str(cache)},
    )  # fmt: skip
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Run the commands asked for, or all of them, and print what each took."""
    told = sys.argv[1] if len(sys.argv) > 1 else str(EXAMPLE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        every = commands(area_of(told, folder), folder)
        asked = sys.argv[2:] or list(every)
        sr.compare(district(2), [])  # compiles the kernels
        compileall.compile_dir(Path(sr.__file__).parent, quiet=1)  # as an installer does
        for command in asked:
            print(f"{command:20} {cpu_s(every[command], folder / 'kept'):6.1f} CPU s", flush=True)
        if asked[0] != ALL and ALL in asked:
            print(f"{ALL + ' alone':20} {cpu_s(every[ALL], folder / 'anew'):6.1f} CPU s")


if __name__ == "__main__":
    main()
