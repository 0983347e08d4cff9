"""Write a comparison for Excel, QGIS and the file: whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.formats.manifest import MANIFEST
from spatialreno.formats.tables import write_gpkg, write_sheet
from spatialreno.formats.whole import put_whole
from spatialreno.scenario import write_scenario
from spatialreno.walk.reach import change_of

if TYPE_CHECKING:
    from spatialreno.comparison.options import Comparison

# Base layers a plan may change: written into the GeoPackage for each option.
_CHANGING = ("walls", "gates", "structures", "buildings", "paths", "facilities", "open_spaces")


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write every table, layer and scenario beside the folder, then move them in.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    return put_whole(folder, lambda new: _write_files(comparison, new), manifest=MANIFEST)


def _write_files(comparison: Comparison, folder: Path) -> None:
    for name, table in _tables(comparison).items():
        write_sheet(table, folder / f"{name}.csv")
    write_gpkg(_layers(comparison), folder / "options.gpkg")
    text = json.dumps(comparison.provenance, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "provenance.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / "scenarios").mkdir()
    for scenario in comparison.scenarios:
        write_scenario(scenario.placed(comparison.today), folder / "scenarios" / f"{scenario.name}.toml")


def _tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    return {
        "leaders": comparison.leaders().reset_index(),
        "change": comparison.change().reset_index(),
        "indicators": comparison.table().reset_index(),
        "ledger": _by_option(comparison.ledgers, index=False),
        "bill": comparison.bill(),
        "access": _by_option({k: e.access for k, e in comparison.evaluations.items()}, index=False),
        "gains": _by_option(comparison.gained),
        "blocks": _by_option({k: b.drop(columns="geometry") for k, b in comparison.blocks.items()}),
        "consents": _by_option({k: c.asked for k, c in comparison.consents.items()}, index=False),
        "votes": _by_option({k: c.votes for k, c in comparison.consents.items()}, index=False),
        "to_win": _by_option({k: c.to_win() for k, c in comparison.consents.items()}, index=False),
        "notes": pd.DataFrame(comparison.notes(), columns=["option", "note"]),
    }


def _by_option(tables: Any, *, index: bool = True) -> pd.DataFrame:
    rows = [(t.reset_index() if index else t).assign(option=k) for k, t in tables.items() if len(t)]
    if not rows:
        return pd.DataFrame({"option": []})
    joined: pd.DataFrame = pd.concat(rows, ignore_index=True)
    joined.insert(0, "option", joined.pop("option"))
    return joined


def _layers(comparison: Comparison) -> dict[str, Any]:
    layers: dict[str, Any] = {}
    for option, area in comparison.areas.items():
        for name, frame in (
            ("blocks", comparison.blocks[option]),
            ("freed_land", comparison.freed[option]),
            ("isochrones", comparison.isochrones[option]),
            *((n, area.layer(n)) for n in _CHANGING),
        ):
            if len(frame):
                layers[f"{option}_{name}"] = frame.reset_index()
        change = change_of(next(iter(comparison.isochrones.values())), comparison.isochrones[option])
        if len(change):
            layers[f"{option}_isochrone_change"] = change
        layers[f"{option}_scores"] = _scores(comparison, option)
    return layers


def _scores(comparison: Comparison, option: str) -> Any:
    homes = comparison.areas[option].buildings[["name", "geometry"]]
    return homes.join(comparison.gained[option], how="inner").reset_index()
