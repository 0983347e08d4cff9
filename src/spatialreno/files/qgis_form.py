"""Forms of a QGIS layer: what columns are called, the words they take, their defaults and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree as Xml

_HARD = "1"  # constraint strength of QGIS: 1 refuses, 2 warns


@dataclass(frozen=True)
class FormField:
    """One column of a form.

    Attributes
    ----------
    column
        Its name in the table.
    title
        What it is called; its alias.
    dtype
        ``str``, ``int``, ``float`` or ``bool``.
    words
        Value to title, where only these are taken.
    required
        Whether it may not stay empty.
    unique
        Whether no value may stand twice.
    default
        Expression of QGIS that fills it; empty for none.
    least, most
        Bounds of a number.
    said
        What a person is told who breaks a bound.
    hidden
        Whether it is left out of the form.
    """

    column: str
    title: str = ""
    dtype: Literal["str", "int", "float", "bool"] = "str"
    words: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    unique: bool = False
    default: str = ""
    least: float | None = None
    most: float | None = None
    said: str = ""
    hidden: bool = False

    @property
    def check(self) -> str:
        """What must hold of the column, as an expression of QGIS; empty for nothing."""
        name = '"' + self.column.replace('"', '""') + '"'
        bounds = [f"{name} >= {self.least:g}"] if self.least is not None else []
        bounds += [f"{name} <= {self.most:g}"] if self.most is not None else []
        return f"{name} IS NULL OR ({' AND '.join(bounds)})" if bounds else ""


def add_form(layer: Xml.Element, fields: Sequence[FormField]) -> None:
    """Write the columns of a layer into its element: widgets, aliases, defaults and constraints."""
    parts = {name: Xml.SubElement(layer, name) for name in
             ("fieldConfiguration", "aliases", "defaults", "constraints", "constraintExpressions")}  # fmt: skip
    for place, one in enumerate(fields):
        _add_widget(parts["fieldConfiguration"], one)
        Xml.SubElement(parts["aliases"], "alias", index=str(place), field=one.column, name=one.title)
        filled = {"field": one.column, "expression": one.default, "applyOnUpdate": "0"}
        Xml.SubElement(parts["defaults"], "default", filled)
        _add_constraint(parts["constraints"], parts["constraintExpressions"], one)


def _add_widget(held: Xml.Element, one: FormField) -> None:
    wanted = Xml.SubElement(held, "field", name=one.column, configurationFlags="None")
    kind = "Hidden" if one.hidden else "ValueMap" if one.words else "CheckBox" if one.dtype == "bool" else "TextEdit"
    config = Xml.SubElement(Xml.SubElement(wanted, "editWidget", type=kind), "config")
    options = Xml.SubElement(config, "Option", type="Map")
    if kind == "ValueMap":
        words = Xml.SubElement(options, "Option", type="List", name="map")
        for value, title in one.words.items():
            Xml.SubElement(
                Xml.SubElement(words, "Option", type="Map"), "Option", type="QString", name=title, value=value
            )


def _add_constraint(held: Xml.Element, expressions: Xml.Element, one: FormField) -> None:
    """Say what may not be empty, stand twice or pass a bound; the numbers are those of QGIS: 1, 2 and 4."""
    sort = int(one.required) + 2 * int(one.unique) + 4 * int(bool(one.check))
    strength = {
        "notnull_strength": _HARD if one.required else "0",
        "unique_strength": _HARD if one.unique else "0",
        "exp_strength": _HARD if one.check else "0",
    }
    Xml.SubElement(held, "constraint", {"field": one.column, "constraints": str(sort), **strength})
    Xml.SubElement(expressions, "constraint", {"field": one.column, "exp": one.check, "desc": one.said})
