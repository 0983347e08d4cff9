"""The command line itself: its options, and what every command does first."""

from __future__ import annotations

import atexit
import gc
import inspect
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, cast

import typer

from spatialreno.cli.output import complain, say, say_notes, speak_chinese
from spatialreno.errors import InputError, RenoError

if TYPE_CHECKING:
    from spatialreno import Comparison, Scenario, StudyArea
    from spatialreno.comparison import People

Command = TypeVar("Command", bound=Callable[..., Any])
_SELDOM = (300_000, 20, 20)  # tables hold many small things that stay: looking for circles among them took a tenth
_tables: ContextVar[Path | None] = ContextVar("tables", default=None)  # what --catalog named, for this command
OwnTables = Annotated[
    Path | None, typer.Option("--catalog", help="Folder of tables (costs.csv …) that lie over the area's own")
]


_anew: ContextVar[bool] = ContextVar("anew", default=False)  # whether --no-cache was said
NoCache = Annotated[bool, typer.Option("--no-cache", help="Work out anew what an earlier command has compared")]


class App(typer.Typer):
    """The command line; what reads an area takes ``--catalog`` too, and what compares options ``--no-cache``."""

    def command(self, name: str | None = None, *, compares: bool = False, **more: Any) -> Callable[[Command], Command]:
        """Register a command, as ``typer.Typer.command`` does; ``compares`` when it calls ``compared``."""
        register = super().command(name, **more)

        def take(command: Command) -> Command:
            reads = "Area" in command.__annotations__.values()
            register(_in_plain_words(_with_options(command, compares=compares) if reads else command))
            return command

        return take


def _in_plain_words(command: Command) -> Command:
    """Let a command hold words as Python does: in tables of some hundred rows arrow's way costs a tenth more."""

    @wraps(command)
    def run(**given: Any) -> Any:
        import pandas as pd

        with pd.option_context("mode.string_storage", "python"):
            return command(**given)

    return cast(Command, run)


def _with_options(command: Command, *, compares: bool) -> Command:
    """Give a command the options that ``load`` and ``compared`` look at."""
    signature = inspect.signature(command, eval_str=True)
    more: dict[str, Any] = {"own_tables": OwnTables} | ({"no_cache": NoCache} if compares else {})
    defaults = {"own_tables": None, "no_cache": False}
    options = [inspect.Parameter(k, inspect.Parameter.KEYWORD_ONLY, default=defaults[k], annotation=more[k])
               for k in more]  # fmt: skip

    @wraps(command)
    def run(*, own_tables: Path | None = None, no_cache: bool = False, **given: Any) -> Any:
        _tables.set(own_tables)
        _anew.set(no_cache)
        return command(**given)

    told: Any = run  # functions have no such attribute of their own
    told.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *options])
    run.__annotations__ = {**command.__annotations__, **more}
    return cast(Command, run)


app = App(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="老旧小区改造 — plan the renewal of old residential compounds on a map.",
)

Area = Annotated[Path, typer.Argument(help="Area folder (with area.toml) or .gpkg", metavar="AREA")]
Scenarios = Annotated[
    list[Path] | None,
    typer.Argument(help="Scenario files; default: all of AREA/scenarios", metavar="SCENARIO", show_default=False),
]
OneScenario = Annotated[Path, typer.Argument(help="Scenario file (.toml)", metavar="SCENARIO")]
MaybeScenario = Annotated[Path | None, typer.Option("--scenario", "-s", help="First apply this scenario")]


def _one_form(context: typer.Context, value: bool) -> bool:
    """Refuse two forms before anything is read; click has not yet put this one among the parameters."""
    if value and (context.params.get("as_json") or context.params.get("as_csv")):
        raise typer.BadParameter("choose one of --json and --csv")
    return value


Strict = Annotated[bool, typer.Option("--strict", help="Refuse building on what stands, and acts on nothing")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON", callback=_one_form)]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write CSV", callback=_one_form)]
Norm = Annotated[str | None, typer.Option("--standard", help="Planning standard: a name or a .toml file")]
Lang = Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language")]
Told = Annotated[bool, typer.Option("--people/--no-people", help="Tell lifts, management, check-up, money too")]
Heavy = Annotated[
    bool | None,
    typer.Option("--heavy/--no-heavy", help="Draw heavy layers too, or not (default: up to 300 compounds)"),
]
Seconds = Annotated[
    float | None,
    typer.Option("--seconds", help="Stop after so many seconds with what is proven (default: after so much work)"),
]
Budget = Annotated[float | None, typer.Option("--budget", help="Yuan for the menu in AREA/community/menu.csv")]

Designed = Annotated[
    Path | None, typer.Option("--design", help="Folder that `design --frontier -o` wrote: people over money too")
]

Works = Annotated[
    str, typer.Option("--works", help="Joint works in each option: heat, dig, lifts (comma-joined); or none")
]


def works_named(text: str) -> list[str]:
    """Read what works are asked for."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return [] if names == ["none"] else names


def main() -> None:
    """Run the command line; whatever goes wrong is one clear message and exit code 1.

    Raises
    ------
    SystemExit
        With code 0 when the command has done, 1 after a message, 2 for words that the command line does not know.

    Examples
    --------
    >>> import sys
    >>> import subprocess
    >>> subprocess.run([sys.executable, "-m", "spatialreno", "no-such-command"], capture_output=True).returncode
    2
    """
    gc.set_threshold(*_SELDOM)
    atexit.register(gc.freeze)  # else a process that ends looks for circles in all it holds, up to a tenth of its time
    speak_chinese()
    say_notes()
    try:
        app()
    except RenoError as error:
        complain(str(error))
        sys.exit(1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough
        sys.exit(0)
    except OSError as error:  # a full disk, a folder that went away
        complain(f"{error.filename or 'output'}: {error.strerror or error}. Choose another place, or make room.")
        sys.exit(1)
    except UnicodeEncodeError as error:
        if "surrogates" not in error.reason:
            raise
        complain("words: this console hands over letters that nobody can read. Set PYTHONUTF8=1, or LC_ALL=C.UTF-8.")
        sys.exit(1)
    except Exception as error:
        if os.environ.get("SPATIALRENO_DEBUG"):
            raise
        complain(
            f"{type(error).__name__}: {error}. This is a fault of spatialreno; "
            "set SPATIALRENO_DEBUG=1 to see where, and report it."
        )
        sys.exit(1)


def load(path: Path) -> StudyArea:
    """Read an area and say so."""
    import spatialreno as sr

    say(f"read {path}")
    area, saved = sr.read_area(path, catalog=_tables.get()), fabric_file(path)
    if saved.is_file():
        try:
            fits = sr.walk.load_fabric(area, saved)
        except InputError as error:
            say(str(error))
        else:
            say(f"{saved}: used" if fits else f"{saved}: of other data; write it again: spatialreno fabric {path}")
    return area


def fabric_file(path: Path) -> Path:
    """Name the file beside an area that keeps its walk fabric."""
    return path / "fabric.npz" if path.is_dir() else path.with_suffix(".fabric.npz")


def changed(area: StudyArea, scenario: Path | None) -> StudyArea:
    """Apply a scenario file, if one is named."""
    return area if scenario is None else plan_for(area, scenario).apply(area)


def plan_for(area: StudyArea, path: Path) -> Scenario:
    """Read a scenario file for an area, and tell its acts that choose nothing there."""
    import spatialreno as sr

    plan = sr.read_scenario(path)
    tell_unmatched(area, plan)
    return plan


def tell_unmatched(area: StudyArea, *plans: Scenario) -> None:
    """Tell the acts of plans that choose nothing, or set what is so already."""
    for line in [line for plan in plans for line in plan.without_effect(area)]:
        say(line)


def scenarios_for(area: Path, given: list[Path] | None) -> list[Scenario]:
    """Read the scenarios that are named, else all beside the area."""
    from spatialreno.scenario import read_scenario

    return [read_scenario(path) for path in given] if given else scenarios_of(area)


def scenarios_of(area: Path) -> list[Scenario]:
    """Read all scenario files beside an area, in their author's order."""
    from spatialreno.scenario import read_scenarios

    folder = scenarios_folder(area)
    if not (found := read_scenarios(folder)):
        raise InputError(f"{folder}: holds no scenario (*.toml). Write one, or name scenario files.")
    return found


def compared(
    area: Path,
    scenarios: list[Path] | None,
    standard: str | None,
    works: str = "heat,dig",
    *,
    strict: bool = False,
    today_alone: bool = False,
    alone: bool = False,
) -> Comparison:
    """Compare options, each with its joint works; an area without any is refused, or told as it stands.

    ``today_alone`` takes an area that has no options, ``alone`` takes none of any area.
    """
    import spatialreno as sr

    read = load(area)
    norm = standard_for(read, standard)
    asked = works_named(works)
    bare = alone or (today_alone and not scenarios and not _has_scenarios(area))
    options = [] if bare else scenarios_for(area, scenarios)
    tell_unmatched(read, *options)
    if _anew.get():
        return sr.compare(read, options, standard=norm, works=asked, strict=strict, progress=say)
    return sr.comparison.compare_once(read, options, standard=norm, works=asked, strict=strict, progress=say)


def _has_scenarios(area: Path) -> bool:
    return any(scenarios_folder(area).glob("*.toml"))


def scenarios_folder(area: Path) -> Path:
    """Name the folder of scenarios beside an area."""
    return (area.parent if area.suffix == ".gpkg" else area) / "scenarios"


def gathered(
    options: Comparison,
    area: Path,
    budget: float | None,
    start: str | None = None,
    design: Path | None = None,
    out: Path = Path(),
) -> People:
    """Gather what a page tells about people; the menu of the area's folder where there is a budget."""
    import spatialreno as sr
    from spatialreno.works import sun_is_known

    file = area / "community" / "menu.csv"
    asked = budget is not None and file.is_file()
    menu = sr.community.read_menu(file, catalog=options.today.catalog) if asked else None
    say("lifts, management, check-up")
    if not sun_is_known():
        say("left out: sun on windows beside lifts. It needs pvlib: pip install 'spatialreno[people]'")
    money = None if design is None else sr.design.Frontier.read(design, beside=out.parent)
    return sr.comparison.gather_people(options, menu=menu, budget_yuan=budget, start=start, frontier=money)


def standard_for(area: StudyArea, given: str | None) -> str:
    """Take the standard that is named, else the area's own."""
    return given or str(area.meta.get("standard") or "gb50180-2018")
