"""Write a comparison for Excel, QGIS and the file: whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.community import checkup_lines
from spatialreno.comparison.clusters import by_cluster
from spatialreno.comparison.written.gpkg_project import embed_options
from spatialreno.files import MANIFEST, put_whole, write_gpkg, write_sheet
from spatialreno.scenario import write_scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialreno.comparison.sheet import Compared

# What a plan is read by is written for every option, changed or not; other layers where some option changed them.
_ALWAYS = ("walls", "gates", "structures", "buildings", "paths", "facilities", "open_spaces")


def write_comparison(comparison: Compared, folder: Path) -> list[Path]:
    """Write every table, layer and scenario beside the folder, then move them in.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    return put_whole(folder, lambda new: _write_files(comparison, new), manifest=MANIFEST)


def write_postgis_results(comparison: Compared, url: str, schema: str) -> list[str]:
    """Write a comparison into a schema of PostGIS, all of it in one transaction or nothing.

    Parameters
    ----------
    comparison
        Its tables keep the names of the files that ``Comparison.write`` makes; the layers of all options lie in
        one table each (``options_walls``, ``options_blocks``, …), told apart by the column ``option``.
    url, schema
        As for ``read_postgis``. Layers of an area in the same schema stay as they are; of earlier results
        nothing is left.

    Returns
    -------
    list of str
        The tables written; the table ``spatialreno_results`` tells where they come from.

    Raises
    ------
    InputError
        The database cannot be reached, or does not let this user write there; nothing has changed then.

    Examples
    --------
    >>> import spatialreno as sr
    >>> area = sr.read_area("data/geo/xigongdi")
    >>> options = sr.compare(area, sr.read_scenario("data/geo/xigongdi/scenarios/full.toml"))  # doctest: +SKIP
    >>> write_postgis_results(options, "postgresql://planner@bureau/renewal", "xigongdi")  # doctest: +SKIP
    """
    from spatialreno.formats import write_results

    layers: dict[str, dict[str, Any]] = {}
    for option in comparison.areas:
        for name, frame in _layers_of(comparison, option).items():
            layers.setdefault(f"options_{name}", {})[option] = frame
    joined = {name: _by_option(frames, index=False) for name, frames in sorted(layers.items())}
    return write_results({**_tables(comparison), **joined}, url, schema, said=comparison.provenance)


def _write_files(comparison: Compared, folder: Path) -> None:
    for name, table in _tables(comparison).items():
        write_sheet(table, folder / f"{name}.csv")
    layers = _layers(comparison)
    write_gpkg({"_".join(key): frame for key, frame in layers.items()}, folder / "options.gpkg")
    embed_options(comparison, layers, folder / "options.gpkg")
    text = json.dumps(comparison.provenance, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "provenance.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / "scenarios").mkdir()
    for scenario in comparison.scenarios:
        write_scenario(scenario.placed(comparison.today), folder / "scenarios" / f"{scenario.name}.toml")


def _tables(comparison: Compared) -> dict[str, pd.DataFrame]:
    return {
        "leaders": comparison.leaders().reset_index(),
        "change": comparison.change(rounded=True).reset_index(),
        "indicators": comparison.table(rounded=True).reset_index(),
        "ledger": _by_option(comparison.ledgers, index=False),
        "bill": comparison.bill().lines,
        "access": _by_option({k: e.access for k, e in comparison.evaluations.items()}, index=False),
        "gains": _by_option(comparison.gained),
        "blocks": _by_option({k: b.drop(columns="geometry") for k, b in comparison.blocks.items()}),
        "consents": _by_option({k: c.asked for k, c in comparison.consents.items()}, index=False),
        "votes": _by_option({k: c.votes for k, c in comparison.consents.items()}, index=False),
        "to_win": _by_option({k: c.to_win() for k, c in comparison.consents.items()}, index=False),
        "checkup": _checkup(comparison).round({"before": 1, "value": 1, "target": 1, "missing": 1}),
        **_clusters(comparison),
        "notes": pd.DataFrame(comparison.notes(), columns=["option", "note"]),
    }


def _clusters(comparison: Compared) -> dict[str, pd.DataFrame]:
    table = by_cluster(comparison)
    return {"clusters": table.reset_index()} if len(table) else {}


def _checkup(comparison: Compared) -> pd.DataFrame:
    """Measure every lack, with the words that stand on pages beside."""
    catalog = comparison.today.catalog
    told = {k: t.assign(result=checkup_lines(t, catalog)["结果"]) for k, t in comparison.checkups.items()}
    return _by_option(told, index=False)


def _by_option(tables: Mapping[str, pd.DataFrame], *, index: bool = True) -> pd.DataFrame:
    rows = [(t.reset_index() if index else t).assign(option=k) for k, t in tables.items() if len(t)]
    if not rows:
        return pd.DataFrame({"option": []})
    joined: pd.DataFrame = pd.concat(rows, ignore_index=True)
    joined.insert(0, "option", joined.pop("option"))
    return joined


def _layers(comparison: Compared) -> dict[tuple[str, str], Any]:
    return {(k, name): frame for k in comparison.areas for name, frame in _layers_of(comparison, k).items()}


def _layers_of(comparison: Compared, option: str) -> dict[str, Any]:
    area = comparison.areas[option]
    frames = {
        "blocks": comparison.blocks[option],
        "freed_land": comparison.freed[option],
        "isochrones": comparison.isochrones[option],
        **{name: area.layer(name) for name in _written_layers(comparison)},
    }
    layers = {name: frame.reset_index() for name, frame in frames.items() if len(frame)}
    change = comparison.reach_changes[option]
    if len(change):
        layers["isochrone_change"] = change
    return {**layers, "scores": _scores(comparison, option)}


def _written_layers(comparison: Compared) -> list[str]:
    """Name the drawn layers to write: those a plan is read by, and every other that some option changed."""
    drawn = [name for name, layer in comparison.today.catalog.layers.items() if not layer.is_table]
    changed = {act.layer for scenario in comparison.scenarios for act in scenario.interventions}
    return [name for name in drawn if name in _ALWAYS or name in changed]


def _scores(comparison: Compared, option: str) -> Any:
    homes = comparison.areas[option].buildings[["name", "geometry"]]
    return homes.join(comparison.gained[option], how="inner").reset_index()
