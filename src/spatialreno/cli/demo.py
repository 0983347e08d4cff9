"""The main job on the shipped example."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from spatialreno.cli.app import scenarios_of
from spatialreno.cli.output import Form, say, shortfall, tell, tell_paths, tell_table
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno import Comparison

_IN_A_CLONE = Path("data/geo/xigongdi")
_STATION = "heat_exchange_station"


def example_folder() -> Path:
    """Find the example: in a clone beside the code, elsewhere the copy inside the package."""
    if (_IN_A_CLONE / "area.toml").is_file():
        return _IN_A_CLONE
    inside = Path(str(files("spatialreno"))) / "example" / "xigongdi"
    if (inside / "area.toml").is_file():
        return inside
    raise InputError(f"{_IN_A_CLONE}: the example is not here. Run from the root of a clone, or install the wheel.")


def run_demo(out: Path, page: Path, lang: Literal["zh", "en"]) -> None:
    """Compare the example's options, site its heat station, write map and report, print the paths."""
    import spatialreno as sr
    from spatialreno.cli.app import gathered
    from spatialreno.community import rules_are_known

    folder = example_folder()
    say(f"read {folder}")
    today = sr.read_area(folder)
    tell(today)
    scenarios = scenarios_of(folder)
    options = sr.comparison.compare_once(today, scenarios, standard="gb50180-2018", works=True, progress=say)
    tell_table(options.leaders(lang=lang).rename(columns=options.titles).reset_index(), Form.table, title=repr(options))
    for name in ("today", "opened"):
        say(f"site the heat-exchange station: {name}")
        _tell_station(options, name, lang)
    say("draw and write")
    written = options.write(out)
    if not rules_are_known():
        say("left out: the menu of works. It needs pabutools: pip install 'spatialreno[people]'")
    people = gathered(options, folder, today.catalog.constants["demo_menu_yuan"] if rules_are_known() else None)
    pages = [
        sr.report(options, lang=lang, people=people).save(out / "report.html"),
        sr.draw(options, lang=lang, people=people).save(page),
    ]
    tell_paths([*written, *pages])


def _tell_station(options: Comparison, name: str, lang: Literal["zh", "en"]) -> None:
    """Say where a station could stand, or what was asked for and what there is."""
    import spatialreno as sr

    area, title = options.areas[name], options.titles[name]
    solution = options.once(f"{_STATION} {name}", lambda: sr.site_facilities(area, _STATION, count=1))
    kind = str(area.catalog.facilities.at[_STATION, f"title_{lang}"])
    if solution.feasible:
        tell_table(solution.sites.drop(columns="geometry").reset_index(), Form.table, title=f"{title} · {kind}")
        return
    none = "无处可设" if lang == "zh" else "no place exists"
    missing = shortfall(solution, area.catalog, lang).drop(columns="what")
    tell_table(missing, Form.table, title=f"{title} · {kind}：{none}")
