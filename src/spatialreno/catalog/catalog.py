"""The catalog: every table of norms, prices, kinds and words that the tool works with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from spatialreno.catalog.differs import own_lines, own_rows_of
from spatialreno.catalog.layers import Layer, read_layers
from spatialreno.catalog.overlay import lay_over, references
from spatialreno.catalog.own_rows import Own, own_of, read_own, template
from spatialreno.catalog.read_only import ReadOnly
from spatialreno.catalog.tables import LAYER_TABLES, Row, Table, package_tables
from spatialreno.errors import Fault, InputError, nearest, refuse_other_languages

if TYPE_CHECKING:
    import pandas as pd

    from spatialreno.catalog.standard import Standard

OWN_COLUMNS = ["table", "key", "column", "was", "now", "source", "date", "file"]
_GIVEN = "given in a script"


@dataclass(frozen=True, eq=False, repr=False)
class Catalog:
    """Norms, prices, kinds and words as tables; it rides on the area and is never changed.

    Attributes
    ----------
    tables
        Every table by name, with its schema; the dictionary of a layer is ``layers/<layer>``.
    standards
        Planning standards of one's own by name, as TOML; those of the package are beside them.
    """

    tables: Mapping[str, Table]
    standards: Mapping[str, str] = field(default_factory=lambda: ReadOnly[str, str]({}))

    @cached_property
    def layers(self) -> Mapping[str, Layer]:
        """Layer dictionaries by layer name."""
        return read_layers(self.tables)

    @cached_property
    def constants(self) -> Mapping[str, float]:
        """Tolerances, default values and limits on what is read by key, in the unit their row states."""
        rows = [row for table in ("constants", "limits") for row in self.tables[table].records()]
        return ReadOnly({row["key"]: float(row["value"]) for row in rows})

    @property
    def facilities(self) -> pd.DataFrame:
        """Facility kinds: titles, map label, category, footprint; index ``kind``."""
        return self.frame("facilities")

    @property
    def groups(self) -> pd.DataFrame:
        """Walking groups with their speeds in m/s; index ``group``."""
        return self.frame("groups")

    @property
    def indicators(self) -> pd.DataFrame:
        """Indicators: titles, unit, level, which way is better; index ``indicator``."""
        return self.frame("indicators")

    @property
    def costs(self) -> pd.DataFrame:
        """Unit prices by layer, verb and kind, in yuan; all of them estimates."""
        return self.frame("costs")

    @property
    def osm_kinds(self) -> pd.DataFrame:
        """OpenStreetMap tags and the layer and kind each stands for."""
        return self.frame("osm_kinds")

    @property
    def heat_stations(self) -> pd.DataFrame:
        """Footprint of a heat-exchange station by the floor area it heats."""
        return self.frame("heat_stations")

    @property
    def heat_intensity(self) -> pd.DataFrame:
        """Heat load in W/m² by use, year built and insulation."""
        return self.frame("heat_intensity")

    @property
    def heat_pipes(self) -> pd.DataFrame:
        """Heat pipes by nominal diameter: inner diameter, casing, price of a pair; index ``dn``."""
        return self.frame("heat_pipes")

    @property
    def pipe_kinds(self) -> pd.DataFrame:
        """Buried kinds: width taken up, least slope, rank, place in the advised order; index ``kind``."""
        return self.frame("pipe_kinds")

    @property
    def pipe_clearances(self) -> pd.DataFrame:
        """Horizontal clearances between two kinds, by the code and reduced with approval, in metres."""
        return self.frame("pipe_clearances")

    @cached_property
    def _words(self) -> dict[tuple[str, str, str], dict[str, str]]:
        rows = self.tables["words"].records()
        return {(row["layer"], row["column"], row["value"]): row for row in rows}

    def word(self, layer: str, column: str, value: str, lang: str = "zh") -> str:
        """Say a value of a closed vocabulary; a value without a word of its own stays as it is.

        Parameters
        ----------
        layer, column
            Where the value stands: the same value means one thing in one column and another in the next. Without a
            layer, what results hold: ``payer``, ``holder``, ``cause``, ``fire``, ``truth``, ``checkup``,
            ``unit``, ``verb``, ``leaders``, ``bill``, ``results``.
        value, lang
            The value, and ``zh`` or ``en``.

        Returns
        -------
        str
            Its title in that language.

        Raises
        ------
        InputError
            The language is neither.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> [read_catalog().word("buildings", column, "mixed") for column in ("use", "structure")]
        ['商住混合', '砖混']
        """
        refuse_other_languages(lang, "word")
        row = self._words.get((layer, column, value))
        return row[f"title_{lang}"] if row else value

    def both(self, layer: str, column: str, value: str) -> tuple[str, str]:
        """Say a value in Chinese and in English.

        Parameters
        ----------
        layer, column, value
            As for ``word``.

        Returns
        -------
        tuple of str
            Chinese, English.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> read_catalog().both("buildings", "structure", "mixed")
        ('砖混', 'brick and concrete')
        """
        return self.word(layer, column, value, "zh"), self.word(layer, column, value, "en")

    def frame(self, table: str) -> pd.DataFrame:
        """Return one table with numbers as numbers: a copy, by its key where that is one column and an index helps.

        Parameters
        ----------
        table
            Name of a table, such as ``costs``; ``tables`` lists them.

        Returns
        -------
        DataFrame
            A row a row of the table; index ``kind``, ``group``, ``indicator`` or ``dn`` for those keyed by it.

        Raises
        ------
        InputError
            There is no such table; the nearest names are told.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> read_catalog().frame("facilities").loc["pharmacy", "title_en"]
        'Pharmacy'
        """
        if table not in self._frames:
            frame = self._table(table).frame
            self._frames[table] = frame.set_index(_INDEX[table]) if table in _INDEX else frame
        return self._frames[table].copy()  # deep: a column's array may be written to past pandas

    def entry(self, table: str, key: str) -> Mapping[str, Any] | None:
        """Return one row of a table that has a key, with numbers as numbers; None where there is no such row.

        Parameters
        ----------
        table
            One that ``frame`` gives with an index: facilities, groups, indicators, heat_pipes or pipe_kinds.
        key
            Its key, such as ``"pharmacy"``.

        Returns
        -------
        Mapping or None
            Cells by column, closed against changes.

        Raises
        ------
        InputError
            There is no such table, or it is not keyed so.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> read_catalog().entry("facilities", "pharmacy")["title_en"], read_catalog().entry("facilities", "casino")
        ('Pharmacy', None)
        """
        if table not in _INDEX:
            self._table(table)
            raise InputError(f"{table}: its rows have no key of one column. Look them up in frame({table!r}).")
        if table not in self._entries:
            self._entries[table] = cast(dict[str, dict[str, Any]], self.frame(table).to_dict("index"))
        found = self._entries[table].get(key)
        return None if found is None else ReadOnly(found)

    @cached_property
    def _entries(self) -> dict[str, dict[str, dict[str, Any]]]:
        return {}

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        return {}

    def rows(self, table: str) -> list[dict[str, str]]:
        """Return one table as rows of text, just as it is printed; they are the caller's own.

        Parameters
        ----------
        table
            Name of a table, such as ``costs``.

        Returns
        -------
        list of dict of str to str
            Text by column, empty for an empty cell.

        Raises
        ------
        InputError
            There is no such table; the nearest names are told.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> [row["value"] for row in read_catalog().rows("constants") if row["key"] == "persons_per_household"]
        ['2.5']
        """
        return self._table(table).records()

    def template(self, table: str) -> str:
        """Write one table as CSV to fill in: the rows that hold now, without the source that an own row must name.

        Parameters
        ----------
        table
            Name of a table, such as ``costs``.

        Returns
        -------
        str
            CSV text; to be laid over the catalog as ``costs.csv`` of a folder (``with_folder``).

        Raises
        ------
        InputError
            There is no such table; the nearest names are told.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> read_catalog().template("groups").splitlines()[0]
        'group,title_zh,title_en,speed_m_s,source,confidence,clear_width_m,steps,level_diff_m,limits_source,limits_confidence,date'
        """
        return template(self._table(table).schema, self.rows(table))

    def standard(self, name: str | Path) -> Standard:
        """Read a planning standard by its name, here or in the package, or by a file's path.

        Parameters
        ----------
        name
            Such as ``gb50180-2018`` (``sr.catalog.standard_names()``), or the path of a ``.toml`` file.

        Returns
        -------
        Standard
            Its levels, services and limits, each with its clause.

        Raises
        ------
        InputError
            There is no such standard or file, or it is no standard: all its faults.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> read_catalog().standard("gb50180-2018").minutes["15min"]
        15.0
        """
        from spatialreno.catalog.standard import read_standard

        return read_standard(name, own=self.standards)

    def with_rows(
        self,
        tables: Mapping[str, Any],
        *,
        source: str = _GIVEN,
        date: str = "",
        standards: Mapping[str, str] = ReadOnly({}),
    ) -> Catalog:
        """Return a catalog in which some rows replace or join those that are here.

        Parameters
        ----------
        tables
            By table: a DataFrame or a list of rows with the table's columns; for ``constants`` also key to value.
            A row replaces the one of the same key, else it joins. Cells left empty stay as they were.
        source, date
            Where rows come from that do not say so themselves.
        standards
            Planning standards by name, as the text of a TOML file.

        Returns
        -------
        Catalog
            With a digest of its own; ``own_rows`` tells what differs from the package.

        Raises
        ------
        InputError
            Every unknown table or column, impossible value and duplicate key, by table and row.

        Examples
        --------
        >>> from spatialreno.catalog import read_catalog
        >>> dear = read_catalog().with_rows({"constants": {"persons_per_household": 3}}, source="census", date="2025")
        >>> dear.constants["persons_per_household"], read_catalog().constants["persons_per_household"]
        (3.0, 2.5)
        """
        own = own_of(tables, source=source, date=date)
        own.standards = dict(standards)
        for name in sorted(set(tables) - {row.table for row in own.rows}):  # a table without rows is one all the same
            if not name.startswith(LAYER_TABLES):
                self._table(name)
        return self._with(own, dated=False)

    def with_folder(self, folder: str | Path) -> Catalog:
        """Return a catalog in which the tables of a folder replace or join rows, as ``read_catalog`` reads them.

        Parameters
        ----------
        folder
            CSV files named after tables, ``layers/`` and ``standards/`` as ``read_catalog`` takes them.

        Returns
        -------
        Catalog
            With a digest of its own; ``own_rows`` tells what differs from the package.

        Raises
        ------
        InputError
            There is no such folder; or every unknown table or column, impossible value and duplicate key.

        Examples
        --------
        >>> from pathlib import Path
        >>> import tempfile
        >>> from spatialreno.catalog import read_catalog
        >>> row = "key,value,unit,source,date\\npersons_per_household,3,person,census,2025-06-01\\n"
        >>> with tempfile.TemporaryDirectory() as home:
        ...     count = (Path(home) / "constants.csv").write_text(row)
        ...     read_catalog().with_folder(home).constants["persons_per_household"]
        3.0
        """
        return self._with(read_own(Path(folder), self.tables), dated=True)

    @property
    def own_rows(self) -> pd.DataFrame:
        """Tell what differs from the package: columns table, key, column, was, now, source, date, file.

        A row that replaced one of the package has a line for each cell that says something else now; one that
        joined, or that says the same from another source, has one line with an empty ``column``.
        """
        import pandas as pd

        found = [line for name, table in self.tables.items() for line in own_lines(name, table)]
        found += [["standards", name, "", "", "", "", "", f"standards/{name}.toml"] for name in self.standards]
        return pd.DataFrame(found, columns=OWN_COLUMNS, dtype="str")

    def own_tables(self) -> dict[str, list[Row]]:
        """Give the rows that are not the package's, by table: what a folder of one's own would hold."""
        return {name: rows for name, table in self.tables.items() if (rows := own_rows_of(name, table))}

    @cached_property
    def digest(self) -> str:
        """Sixteen hex digits that change when any cell of any table does."""
        told = hashlib.sha256()
        for name in sorted(self.tables):
            told.update(f"{name} {self.tables[name].digest}\n".encode())
        for name in sorted(self.standards):
            told.update(f"{name} {self.standards[name]}\n".encode())
        return told.hexdigest()[:16]

    def __eq__(self, other: object) -> bool:
        """Two catalogs are equal when every cell is."""
        return isinstance(other, Catalog) and self.digest == other.digest

    def __hash__(self) -> int:
        """Hash by digest."""
        return int(self.digest, 16)

    def __repr__(self) -> str:
        """Read the catalog aloud."""
        own = {name: len(rows) for name, rows in self.own_tables().items()}
        told = ", ".join(f"{count} in {name}" for name, count in own.items()) or "none"
        return f"Catalog of {len(self.tables)} tables; rows of one's own: {told}"

    def _table(self, name: str) -> Table:
        if name not in self.tables:
            near = nearest(name, self.tables)
            raise InputError(f"{name}: no such table. Tables: {', '.join(self.tables)}.{near}")
        return self.tables[name]

    def _with(self, own: Own, *, dated: bool) -> Catalog:
        tables, laid, faults = lay_over(self.tables, own.rows, dated=dated)
        catalog = Catalog(tables, ReadOnly({**self.standards, **own.standards}))
        faults = [*own.faults, *faults, *references(laid, tables, catalog.layers)]
        if not faults:
            faults += _standard_faults(own, catalog)
        if faults:
            raise InputError.of(faults)
        return catalog


_INDEX = {"facilities": "kind", "groups": "group", "indicators": "indicator", "heat_pipes": "dn", "pipe_kinds": "kind"}


def read_catalog(*overlays: str | Path) -> Catalog:
    """Read the catalog that ships with the package, and lay tables of one's own over it.

    Parameters
    ----------
    overlays
        Folders of CSV files that are named after tables and have their columns (``costs.csv``), with dictionaries of
        layers in ``layers/`` and planning standards in ``standards/``; a later folder lies over an earlier one.
        Rows replace those of the same key or join them, and say their ``source`` and ``date``.
        ``spatialreno catalog costs --template`` writes a table to fill in.

    Returns
    -------
    Catalog

    Raises
    ------
    InputError
        Every unknown table or column, impossible value and duplicate key, by file and row.

    Examples
    --------
    >>> read_catalog().constants["persons_per_household"]
    2.5
    """
    catalog = _package_catalog()
    for folder in overlays:
        catalog = catalog.with_folder(folder)
    return catalog


@lru_cache(maxsize=1)
def _package_catalog() -> Catalog:
    return Catalog(package_tables())


def _standard_faults(own: Own, catalog: Catalog) -> list[Fault]:
    """Read every standard that was brought, now that the kinds it may name are known."""
    found: list[Fault] = []
    for name in own.standards:
        try:
            strange = sorted(set(catalog.standard(name).kinds) - set(catalog.facilities.index))
        except InputError as error:
            found += error.faults or [_of_standard(name, str(error))]
            continue
        if strange:
            found.append(_of_standard(name, f"judges kinds that facilities does not have ({', '.join(strange)})"))
    return found


def _of_standard(name: str, message: str) -> Fault:
    return Fault("standards", (), "catalog", message, "Correct the file", file=f"standards/{name}.toml")
