"""The pictures of the documents show what the product says: one script draws them and writes their figures down."""

from __future__ import annotations

import hashlib
import json

import pytest
from conftest import EXAMPLE, ROOT

from spatialreno.scenario import read_scenario

FIGURES = json.loads((ROOT / "docs" / "figures.json").read_text(encoding="utf-8"))
OPTIONS = ("clear", "partial", "opened", "full")
AGAIN = "run scripts/draw_docs.py"


@pytest.mark.parametrize("name", FIGURES["pictures"])
def test_each_picture_is_the_one_its_figures_were_written_with(name):
    assert hashlib.sha256((ROOT / "docs" / name).read_bytes()).hexdigest() == FIGURES["pictures"][name], AGAIN


def test_the_pictures_tell_fourteen_rows_and_every_option():
    assert len(FIGURES["leaders"]) == 14
    assert all(list(row) == ["today", *OPTIONS] for row in FIGURES["leaders"].values())


def test_their_figures_are_those_of_the_product(example):
    """What can be reckoned without walking: metres of wall, illegal floor, what is built, places."""
    told = FIGURES["leaders"]
    for name in OPTIONS:
        plan = read_scenario(EXAMPLE / "scenarios" / f"{name}.toml")
        acts, after = plan.ledger(example).drop_duplicates(["verb", "layer", "id"]), plan.apply(example)
        walls = acts[(acts["verb"] == "demolish") & (acts["layer"] == "walls")]["id"]
        assert told["拆除围墙"][name] == round(example.walls["length_m"].reindex(walls).sum()), AGAIN
        gone = example.structures[~example.structures.index.isin(after.structures.index)]
        illegal = gone.loc[gone["legality"] == "illegal", "floor_area_m2"].sum()
        assert told["拆除认定违建（建筑面积）"][name] == round(illegal), AGAIN
        built = acts[(acts["verb"] == "build") & (acts["layer"] == "facilities")]
        assert told["新增设施 / 设施面积 / 绿地广场"][name].split(" / ")[0] == str(len(built)), AGAIN
        places = after.parking["places"].groupby(after.parking["kind"]).sum()
        said = " / ".join(f"{places[kind]:.0f}" for kind in ("car", "ebike", "charging"))
        assert told["机动车 / 非机动车 / 充电泊位"][name] == said, AGAIN
