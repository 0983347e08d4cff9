"""The four things that can go wrong, each told as what, where and the mend."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, Self

Severity = Literal["error", "warning", "note"]
_IDS_SHOWN = 8
_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Fault:
    """One finding about data: where it is, what is wrong and how to mend it."""

    layer: str
    ids: tuple[str, ...]
    rule: str
    message: str
    mend: str
    severity: Severity = "error"
    file: str = ""
    at: tuple[tuple[float, float], ...] = ()  # where, in the coordinate system of the area
    column: str = ""  # whose cells hold it, so that the table they came from can be named

    def __str__(self) -> str:
        """Read the finding aloud on one line."""
        where = f"{self.file}: {self.layer}" if self.file and self.file != self.layer else self.layer
        return f"{where}: {self.message}{_listed(self.ids)}. {self.mend}"


class RenoError(Exception):
    """Anything spatialreno refuses to do; its text says what, where and the mend."""

    def __init__(self, message: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> Self:
        """Gather all faults into one error, a line each.

        Parameters
        ----------
        faults
            What is wrong, in the order in which it is told.

        Returns
        -------
        RenoError
            Of the class that was asked, to be raised; ``faults`` holds them all.

        Examples
        --------
        >>> from spatialreno.errors import Fault, InputError
        >>> one = Fault("walls", ("W1",), "height", "higher than 6 m", "Correct height_m")
        >>> print(InputError.of([one, one]))
        2 faults found:
        - walls: higher than 6 m (W1). Correct height_m
        - walls: higher than 6 m (W1). Correct height_m
        """
        found = tuple(faults)
        head = f"{len(found)} faults found:\n- " if len(found) > 1 else ""
        return cls(head + "\n- ".join(str(fault) for fault in found), found)


class InputError(RenoError):
    """A file or a layer is not what it should be."""


class ScenarioError(RenoError):
    """A scenario contradicts itself or does not match the area."""


class InfeasibleError(RenoError):
    """No answer exists; the text says by how much."""


def nearest(given: str | Iterable[str], known: Iterable[str]) -> str:
    """Ask whether the known words nearest to those given were meant; nothing where none is near.

    Parameters
    ----------
    given
        A word, or several.
    known
        Words that there are.

    Returns
    -------
    str
        A question that begins with a blank, to stand behind a sentence; empty where none is near.

    Examples
    --------
    >>> nearest("wals", ["walls", "gates"]), nearest("xyz", ["walls"])
    (' Did you mean walls?', '')
    """
    names, words = [given] if isinstance(given, str) else [str(name) for name in given], [str(word) for word in known]
    near = dict.fromkeys(match for name in names for match in get_close_matches(str(name), words, n=2))
    return f" Did you mean {', '.join(near)}?" if near else ""


def refuse_other_languages(lang: str, what: str) -> None:
    """Refuse a language in which nothing has a title.

    Parameters
    ----------
    lang
        ``zh`` and ``en`` pass.
    what
        Who asks, for the message.

    Raises
    ------
    InputError
        It is another.

    Examples
    --------
    >>> refuse_other_languages("fr", "options")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: options: lang is "fr". Use "zh" or "en".
    """
    if lang not in _LANGUAGES:
        raise InputError(f'{what}: lang is "{lang}". Use "zh" or "en".')


def as_path(given: object, *, what: str) -> Path:
    """Take the path of a file or folder, and nothing else.

    Parameters
    ----------
    given
        Text, or what ``pathlib`` makes of it.
    what
        Who asks, for the message.

    Returns
    -------
    pathlib.Path
        The same path; whether anything lies there is asked by whoever reads it.

    Raises
    ------
    InputError
        It is something else, such as a study area or a number.

    Examples
    --------
    >>> as_path(5, what="read_area")
    Traceback (most recent call last):
    ...
    spatialreno.errors.InputError: read_area: int is no path. Give the path of a file or folder as text.
    """
    if not isinstance(given, str | os.PathLike):
        raise InputError(f"{what}: {type(given).__name__} is no path. Give the path of a file or folder as text.")
    return Path(given)


def _listed(ids: tuple[str, ...]) -> str:
    if not ids:
        return ""
    more = f" and {len(ids) - _IDS_SHOWN} more" if len(ids) > _IDS_SHOWN else ""
    return f" ({', '.join(ids[:_IDS_SHOWN])}{more})"
