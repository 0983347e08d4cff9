"""Every public function says what it does, what it takes and gives, what it refuses, and shows it once."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Callable, Iterator
from doctest import DocTestParser
from typing import Any

import pytest

import spatialreno as sr

docscrape = pytest.importorskip("numpydoc.docscrape", reason="numpydoc brings Sphinx: pip install '.[dev]'")

ROOMS = sorted(room.name for room in pkgutil.iter_modules(sr.__path__) if not room.name.startswith("_"))


def subjects() -> dict[str, dict[str, Callable[..., Any]]]:
    """Give by room each function of its face, and ``Noun.method`` for what users call on the nouns they meet."""
    found: dict[str, dict[str, Callable[..., Any]]] = {room: {} for room in ROOMS}
    for room in ROOMS:
        face = importlib.import_module(f"spatialreno.{room}")
        names = getattr(face, "__all__", [name for name in vars(face) if not name.startswith("_")])
        for thing in [getattr(face, name) for name in names]:
            if inspect.isfunction(thing) and _room(thing) == room:
                found[room][thing.__qualname__] = thing
    for noun in _met():
        for method in _methods(noun):
            found[_room(method)][method.__qualname__] = method
    return {room: dict(sorted(functions.items())) for room, functions in found.items()}


def _room(thing: Any) -> str:
    return str([*inspect.unwrap(thing).__module__.split("."), ""][1])


def _met() -> set[type]:
    """Name the nouns that scripts are given: those of ``sr`` itself, and what these and its functions answer with."""
    nouns = {name: noun for room in ROOMS for name, noun in _classes(importlib.import_module(f"spatialreno.{room}"))}
    given = [getattr(sr, name) for name in sr.__all__]
    met = {thing for thing in given if inspect.isclass(thing)}
    fresh: list[Any] = [*filter(inspect.isfunction, given), *(method for noun in met for method in _methods(noun))]
    while fresh:
        words = set(re.findall(r"\w+", " ".join(str(inspect.signature(one).return_annotation) for one in fresh)))
        new = {nouns[word] for word in words & set(nouns)} - met
        met |= new
        fresh = [method for noun in new for method in _methods(noun)]
    return met


def _classes(face: Any) -> Iterator[tuple[str, type]]:
    for name in getattr(face, "__all__", vars(face)):
        thing = getattr(face, name)
        if inspect.isclass(thing) and thing.__module__.startswith("spatialreno."):
            yield name, thing


def _methods(noun: type) -> Iterator[Callable[..., Any]]:
    """Give what a user calls or reads on a noun: methods, and the getters of properties."""
    for base in [base for base in noun.__mro__ if base.__module__.startswith("spatialreno.")]:
        for thing in [thing for name, thing in vars(base).items() if not name.startswith("_")]:
            found = next((f for f in (getattr(thing, n, None) for n in ("fget", "func", "__func__")) if f), thing)
            if inspect.isfunction(found) and inspect.unwrap(found).__module__.startswith("spatialreno."):
                yield found


def faults(name: str, function: Callable[..., Any]) -> Iterator[str]:
    """Say what the docstring of a function leaves out."""
    told = docscrape.FunctionDoc(function, doc=inspect.getdoc(function) or "")
    summary = told["Summary"]
    if len(summary) != 1 or not summary[0].endswith((".", "。")):
        yield "no summary of one line"
    parameters = list(inspect.signature(function).parameters.values())
    bound = "." in name and parameters[0].name in ("self", "cls")
    parameters = parameters[bound:]
    yield from _of_parameters(parameters, told)
    returned = str(inspect.signature(function).return_annotation)
    alone = bound and not parameters  # a property, or a method that reads like one: its line may say what it gives
    if returned != "None" and "NoReturn" not in returned and not (told["Returns"] or told["Yields"] or alone):
        yield "no Returns"
    named = {word for entry in told["Raises"] for word in re.findall(r"\w+", entry.type or entry.name)}
    yield from (f"Raises names no {error}" for error in sorted(_raised(function) - named))
    shown = "\n".join(told["Examples"])
    if not alone and ">>> " not in shown:
        yield "no example"
    yield from (f"its example imports no {word}" for word in sorted(_unknown(shown) - {name.partition(".")[0]}))


def _of_parameters(parameters: list[inspect.Parameter], told: Any) -> Iterator[str]:
    entries = [entry for section in ("Parameters", "Other Parameters") for entry in told[section]]
    yield from (f"{entry.name} is not described" for entry in entries if not (entry.type or "".join(entry.desc)))
    names = {name.strip("* ") for entry in entries for name in entry.name.split(",")}
    wanted = {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    yield from (f"{name} is no parameter told of" for name in sorted(wanted - names))
    beyond = names - {p.name for p in parameters}
    if len(wanted) == len(parameters):
        yield from (f"{name} is told of but taken by nobody" for name in sorted(beyond))
    elif not beyond and not names & ({p.name for p in parameters} - wanted):
        yield "what its ** takes is not told of"


def _unknown(shown: str) -> set[str]:
    """Name what an example uses and neither makes nor imports: whoever copies it could not run it."""
    tree = ast.parse("".join(example.source for example in DocTestParser().get_examples(shown)))
    nodes = list(ast.walk(tree))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    made |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    made |= {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    made |= {(n.asname or n.name).partition(".")[0] for n in nodes if isinstance(n, ast.alias)}
    return {node.id for node in names} - made - set(dir(builtins))


def _raised(function: Callable[..., Any]) -> set[str]:
    """Name the errors that the function's own body raises."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    made = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    return {call.func.id for call in made if isinstance(call.func, ast.Name) and call.func.id[0].isupper()}


SUBJECTS = subjects()


@pytest.mark.every_day
@pytest.mark.parametrize("room", ROOMS)
def test_public_functions_say_all(room: str) -> None:
    """Name, section by section, what a docstring leaves out."""
    lacks = {name: list(faults(name, function)) for name, function in SUBJECTS[room].items()}
    assert {name: what for name, what in lacks.items() if what} == {}


def test_the_judge_refuses_what_it_should() -> None:
    def poor(width_m: float, *, at: str) -> float:
        """Give the width.

        Parameters
        ----------
        width_m
            In metres.
        depth_m
            In metres.

        Examples
        --------
        >>> poor(Path("wall").stat().st_size, at="")
        """
        if at:
            raise ValueError("no")
        return width_m

    assert list(faults("poor", poor)) == [
        "at is no parameter told of", "depth_m is told of but taken by nobody", "no Returns",
        "Raises names no ValueError", "its example imports no Path",
    ]  # fmt: skip
    assert "no summary of one line" in list(faults("bare", lambda: None))
