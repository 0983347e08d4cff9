"""Write the reference pages of the handbook from the program: commands, names, indicators, layers, norms, prices."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import click
import typer

import spatialreno as sr
from spatialreno.catalog import Catalog, read_catalog, standard_names

ROOMS = (
    "area", "catalog", "scenario", "formats", "land", "blocks", "walk", "siting", "works", "community", "programme",
    "indicators", "design", "comparison", "maps", "optimise",
)  # fmt: skip


def write_reference(folder: Path) -> list[Path]:
    """Write every page; a page that is right already is left alone, so that a second build is quick."""
    folder.mkdir(exist_ok=True)
    catalog = read_catalog()
    pages = {"commands": commands_page(), "indicators": indicators_page(catalog), "layers": layers_page(catalog),
             "norms": norms_page(catalog), "tables": tables_page(catalog), "names": names_page()}  # fmt: skip
    pages |= {f"api-{room}": room_page(room) for room in ROOMS}
    written = []
    for name, text in pages.items():
        path = folder / f"{name}.md"
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


# ---- commands


def commands() -> dict[str, click.Command]:
    """List the commands of the program by name."""
    from spatialreno.cli.app import app

    group = cast(click.Group, typer.main.get_command(app))
    return dict(sorted(group.commands.items()))


def commands_page() -> str:
    """Describe every command, its arguments and options."""
    parts = ["# 命令手册 Commands", "由程序自己写出：`spatialreno 命令 --help` 打印的是同样的话。"]
    for name, command in commands().items():
        parts += [f"## {name}", _literal(inspect.cleandoc(command.help or ""))]
        rows = [(_usage(p), _plain(getattr(p, "help", "") or "")) for p in command.params if p.name != "help"]
        parts.append(_table(("参数 Argument", "说明 Meaning"), rows))
    return _page(parts)


def _usage(param: Any) -> str:
    if isinstance(param, click.Argument):
        return f"`{(param.name or '').upper()}`"
    return "`" + ", ".join([*param.opts, *param.secondary_opts]) + "`"


# ---- names


def public_names(room: str) -> list[str]:
    """List what a room gives to others, as its face writes it down."""
    face = Path(inspect.getfile(getattr(sr, room))).with_suffix(".pyi")
    parts = ast.parse(face.read_text("utf-8")).body
    return sorted({alias.name for part in parts if isinstance(part, ast.ImportFrom) for alias in part.names})


def names_page() -> str:
    """List the names at the top of the package with the first line of what they do."""
    names = sorted(n for n in sr.__all__ if not inspect.ismodule(getattr(sr, n)) and not n.startswith("_"))
    rows = [(f"`sr.{n}`", _first_line(getattr(sr, n))) for n in names]
    rooms = [(f"`sr.{room}`", f"[{len(public_names(room))} 个名字](api-{room}.md)") for room in ROOMS]
    return _page([
        "# 顶层名字 Names at the top", "写一行 `import spatialreno as sr` 就可直接用的；其余在各自的房间里。",
        _table(("名字 Name", "做什么 What it does"), rows),
        "## 房间 Rooms",
        _table(("房间 Room", "参考 Reference"), rooms),
    ])  # fmt: skip


def room_page(room: str) -> str:
    """Describe every public name of a room with its signature and its docstring."""
    told = "这个房间给出的每个名字，连同签名和说明，由程序自己写出；说明是英文，例子都在测试里跑过。"
    parts = [f"# sr.{room}", told, _first_line(getattr(sr, room))]
    for name in public_names(room):
        thing = getattr(getattr(sr, room), name)
        parts += [f"## {name}", _literal(_signature(room, name, thing))]
        if callable(thing) and thing.__doc__:
            parts.append(_literal(inspect.cleandoc(thing.__doc__)))
        elif not callable(thing):
            parts.append(_literal(repr(thing)[:400]))
    return _page(parts)


def _signature(room: str, name: str, thing: Any) -> str:
    try:
        return f"sr.{room}.{name}{inspect.signature(thing)}"
    except (TypeError, ValueError):
        return f"sr.{room}.{name}"


# ---- tables of the catalog


def indicators_page(catalog: Catalog) -> str:
    """List every indicator with its unit, levels and meaning, and the columns of the tables that tell them."""
    rows = [
        (f"`{name}`", f"{r['title_zh']} {r['title_en']}", r["unit"], r["level"].replace("|", "、"), r["description"])
        for name, r in catalog.indicators.iterrows()
    ]
    return _page([
        "# 指标与结果列 Indicators and columns",
        "每一行是目录 `indicators` 的一行；片区自己的行见[东西放在哪里](../where.md)。带冒号的按类型、层级或成套分开。",
        _table(("代码 Code", "指标 Indicator", "单位 Unit", "层级 Level", "说明 Meaning"), rows),
        "## 结果表的列 Columns of result tables",
        "结果表的列写在各函数的 Returns 一节：见各房间的参考页。下面是带列说明的名词。",
        *[f"### {noun.__name__}\n\n{_literal(inspect.cleandoc(noun.__doc__ or ''))}"
          for noun in (sr.Evaluation, sr.Comparison, sr.Solution, sr.scenario.Bill)],
    ])  # fmt: skip


def layers_page(catalog: Catalog) -> str:
    """List every layer and its columns, as ``spatialreno schema`` prints them."""
    parts = ["# 图层与字段 Layers and columns", "每个图层有哪些字段。`spatialreno schema 图层` 打印同样的表。"]
    for name, layer in catalog.layers.items():
        parts.append(f"## {name} {layer.title('zh')} {layer.title('en')}")
        rows = [
            (f"`{c.column}`", c.title_zh, c.dtype, c.unit, c.status, "、".join(c.allowed), c.description)
            for c in layer.columns.values()
        ]
        heads = ("字段 Column", "中文", "类型 Type", "单位 Unit", "必填 Status", "取值 Allowed", "说明 Meaning")
        parts.append(_table(heads, rows))
    return _page(parts)


def norms_page(catalog: Catalog) -> str:
    """List what each standard asks for, with clause and confidence."""
    parts = [
        "# 标准及其可信度 Norms and their confidence",
        "read 读过原文，secondary 转引，memory 凭记忆待核，memory-low 记忆不准，assumed 假定。先看可信度，再用数字。",
    ]
    for name in standard_names():
        norm = catalog.standard(name)
        rows = [
            (f"`{kind}`", row["level"], f"{row['radius_m']:g}", row["clause"], row["confidence"])
            for kind, row in norm.table.iterrows()
        ]
        parts += [f"## {name} {norm.title_zh}", _table(("类型", "层级", "半径（米）", "条文", "可信度"), rows)]
    return _page(parts)


def tables_page(catalog: Catalog) -> str:
    """List the tables of the catalog, which of them take rows of one's own, and their columns."""
    told = "随软件带的表。`spatialreno catalog 表名` 打印；`--template` 写出可填的表。"
    parts = ["# 目录的表 Tables of the catalog", told]
    for name, table in sorted(catalog.tables.items()):
        if name.startswith("layers/"):
            continue
        own = "可添自己的行 takes own rows" if table.schema.own else "随软件固定 fixed"
        rows = [(f"`{c.column}`", c.title_zh, c.title_en, c.dtype) for c in table.schema.columns]
        parts += [f"## {name} {table.schema.title('zh')}", f"{own}，{len(table.cells)} 行。"]
        parts.append(_table(("列 Column", "中文", "English", "类型 Type"), rows))
    return _page(parts)


# ---- Markdown


def _first_line(thing: Any) -> str:
    return _plain((inspect.getdoc(thing) or "").split("\n")[0])


def _plain(text: str) -> str:
    return " ".join(text.replace("|", "¦").replace("<", "‹").replace("$", "＄").split())


def _literal(text: str) -> str:
    fence = "````" if "```" in text else "```"
    return f"{fence}text\n{text}\n{fence}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_plain(str(cell)) for cell in row) + " |" for row in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


if __name__ == "__main__":
    write_reference(Path(__file__).parent / "reference_pages")
