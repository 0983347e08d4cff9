"""Which rows of the catalog are the area's own: each named with what it replaces, its source and date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.maps.words.words import Lang, word

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog
    from spatialreno.comparison import Comparison


def own_values(options: Comparison, lang: Lang) -> list[str]:
    """Say each row that is not the package's in one sentence: table, what, was and is, source and date."""
    catalog = options.today.catalog
    return [
        _said({str(k): str(v) for k, v in row.items()}, catalog, lang) for row in catalog.own_rows.to_dict("records")
    ]


def _said(row: dict[str, str], catalog: Catalog, lang: Lang) -> str:
    if row["table"] not in catalog.tables:  # a planning standard
        return word("own_said", lang).format(
            table=word("standard", lang), what=row["key"], change="", source=row["file"], date=""
        )
    schema = catalog.tables[row["table"]].schema
    titles = {column.column: column.title(lang) for column in schema.columns}
    nothing = word("nothing", lang)
    change = {"column": titles.get(row["column"], ""), "was": row["was"] or nothing, "now": row["now"] or nothing}
    return word("own_said", lang).format(
        table=schema.title(lang),
        what=_what(row, catalog, lang),
        change=word("own_change", lang).format(**change) if row["column"] else "",
        source=row["source"],
        date=word("own_date", lang).format(date=row["date"]) if row["date"] else "",
    )


def _what(row: dict[str, str], catalog: Catalog, lang: Lang) -> str:
    """Name a row by its title in the table, or by its key."""
    table = catalog.tables[row["table"]]
    for found in table.records():
        if " ".join(filter(None, table.schema.key_of(found))) == row["key"]:
            return found.get(f"title_{lang}") or found.get(f"item_{lang}") or row["key"]
    return row["key"]
