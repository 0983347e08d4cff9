"""Run the scripts of ``docs/gallery``: their pictures, what they print, and a notebook of each.

    python scripts/draw_gallery.py              everything anew
    python scripts/draw_gallery.py walls sweep  only these

Pictures and notebooks lie beside the scripts; ``docs/gallery/figures.json`` holds what was printed and tells pictures
apart. A test holds notebooks against scripts and pictures against figures; the long run runs every script.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GALLERY = ROOT / "docs" / "gallery"
DRAWN = ROOT / "out" / "gallery"


def scripts() -> list[str]:
    """Name the scripts of the gallery."""
    return sorted(path.stem for path in GALLERY.glob("*.py"))


def run(name: str) -> list[str]:
    """Run one script as a reader does, from the root of the repository; gives the lines it prints."""
    DRAWN.mkdir(parents=True, exist_ok=True)
    told = {**os.environ, "MPLBACKEND": "agg", "PYTHONUTF8": "1"}
    asked = [sys.executable, str(GALLERY / f"{name}.py")]
    done = subprocess.run(asked, cwd=ROOT, env=told, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr}")
    return [line.rstrip() for line in done.stdout.splitlines()]


def notebook(name: str) -> str:
    """Write a script as a notebook: ``# %%`` begins a cell, ``# %% [markdown]`` one of text."""
    cells: list[dict[str, Any]] = []
    for number, part in enumerate((GALLERY / f"{name}.py").read_text(encoding="utf-8").split("# %%")[1:]):
        head, _, body = part.partition("\n")
        text = "markdown" in head
        lines = [line.removeprefix("# ") if text else line for line in body.strip("\n").split("\n")]
        source = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
        cell = {"cell_type": "markdown" if text else "code", "id": f"{name}-{number}", "metadata": {}, "source": source}
        cells.append(cell if text else {**cell, "execution_count": None, "outputs": []})
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def digest(path: Path) -> str:
    """Tell one picture from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main(names: list[str]) -> None:
    """Run scripts, and write pictures, notebooks and figures."""
    kept = GALLERY / "figures.json"
    figures = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    for name in names or scripts():
        lines = run(name)
        picture = Path(shutil.copyfile(DRAWN / f"{name}.png", GALLERY / f"{name}.png"))
        figures[name] = {"printed": lines, "picture": digest(picture)}
        (GALLERY / f"{name}.ipynb").write_text(notebook(name), encoding="utf-8", newline="\n")
        print(name, *lines, sep="\n  ")
    text = json.dumps(dict(sorted(figures.items())), ensure_ascii=False, indent=1)
    kept.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
