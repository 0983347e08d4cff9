"""Layer dictionaries: one CSV a layer is its schema, its defaults, its manual and its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from spatialreno.catalog.read_only import ReadOnly
from spatialreno.catalog.tables import LAYER_TABLES, Row, Table
from spatialreno.errors import refuse_other_languages

Dtype = Literal["str", "int", "float", "bool"]
Status = Literal["required", "optional", "derived"]
_DTYPES: dict[str, Dtype] = {name: name for name in get_args(Dtype)}
_STATUSES: dict[str, Status] = {name: name for name in get_args(Status)}
TABLES_WITHOUT_ID = frozenset({"rights", "ballots"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layer: what it holds, in which unit and between which bounds, and what it is called.

    Attributes
    ----------
    least, most
        Bounds of a number, in its unit; None for none. What lies beyond is refused.
    usual
        Up to which a number is usual; what lies above is told.
    """

    column: str
    dtype: Dtype
    unit: str
    status: Status
    default: str
    allowed: tuple[str, ...]
    refers_to: str
    title_zh: str
    title_en: str
    aliases: tuple[str, ...]
    description: str
    least: float | None = None
    most: float | None = None
    usual: float | None = None

    def title(self, lang: str = "zh") -> str:
        """Name the column for people.

        Parameters
        ----------
        lang
            ``zh`` or ``en``.

        Returns
        -------
        str
            Its title.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> read_catalog().layers["walls"].columns["height_m"].title("en")
        'Height'
        """
        refuse_other_languages(lang, self.title_en)
        return self.title_en if lang == "en" else self.title_zh


@dataclass(frozen=True, slots=True)
class Layer:
    """One base layer or table: its geometry types (none for a table), its columns, and what it is to others.

    Attributes
    ----------
    lies_in_compound
        Each row is given the compound it stands in (``compound_id``).
    may_hold_rights
        A right may be held in its rows.
    natural_quantity
        The column that counts it where there is no price; ``count`` for pieces.
    theme
        How the page draws it: ``own`` (a drawing of its own), ``generic``, or ``none``.
    word
        Begins ids that are made for rows of a drawing, as in 楼-01.
    """

    name: str
    geometry: tuple[str, ...]
    title_zh: str
    title_en: str
    columns: Mapping[str, Column]
    lies_in_compound: bool = False
    may_hold_rights: bool = False
    natural_quantity: str = "count"
    theme: str = ""
    word: str = ""

    @property
    def is_table(self) -> bool:
        """Tell whether rows have no geometry."""
        return not self.geometry

    @property
    def has_id(self) -> bool:
        """Tell whether rows are named by an id of their own."""
        return self.name not in TABLES_WITHOUT_ID

    def of_status(self, *status: Status) -> list[str]:
        """List the columns of the given statuses, in order.

        Parameters
        ----------
        *status
            ``required``, ``optional`` or ``derived`` (worked out, never read).

        Returns
        -------
        list of str
            In the order of the dictionary.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> read_catalog().layers["walls"].of_status("derived")
        ['compound_a', 'compound_b', 'length_m']
        """
        return [c.column for c in self.columns.values() if c.status in status]

    def title(self, lang: str = "zh") -> str:
        """Name the layer for people.

        Parameters
        ----------
        lang
            ``zh`` or ``en``.

        Returns
        -------
        str
            Its title.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> read_catalog().layers["walls"].title(), read_catalog().layers["walls"].title("en")
        ('围墙', 'Walls')
        """
        refuse_other_languages(lang, self.title_en)
        return self.title_en if lang == "en" else self.title_zh


def read_layers(tables: Mapping[str, Table]) -> ReadOnly[str, Layer]:
    """Read all layer dictionaries, in the order of the table ``layers``."""
    return ReadOnly({row["layer"]: _read_layer(row, tables) for row in tables["layers"].records()})


def _read_layer(row: Row, tables: Mapping[str, Table]) -> Layer:
    dictionary = tables.get(f"{LAYER_TABLES}{row['layer']}")
    columns = [_column(r) for r in dictionary.records()] if dictionary else []
    return Layer(
        name=row["layer"],
        geometry=_split(row["geometry"]),
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        columns=ReadOnly({c.column: c for c in columns}),
        lies_in_compound=row["lies_in_compound"] == "yes",
        may_hold_rights=row["may_hold_rights"] == "yes",
        natural_quantity=row["natural_quantity"] or "count",
        theme=row["theme"] or ("generic" if row["geometry"] else ""),
        word=row["word"],
    )


def _column(row: Row) -> Column:
    return Column(
        column=row["column"],
        dtype=_DTYPES[row["dtype"]],
        unit=row["unit"],
        status=_STATUSES[row["status"]],
        default=row["default"],
        allowed=_split(row["allowed"]),
        refers_to=row["refers_to"],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        aliases=tuple(dict.fromkeys((*_split(row["aliases"]), *_split(row["title_zh"])))),
        description=row["description"],
        least=_bound(row["min"], "0" if row["dtype"] in ("int", "float") else ""),
        most=_bound(row["max"], "1" if row["unit"] == "share" else ""),
        usual=_bound(row["warn"]),
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _bound(text: str, default: str = "") -> float | None:
    """Read a bound; a number for which none is stated is not below zero, and a share not above one."""
    said = text or default
    return float(said) if said else None
