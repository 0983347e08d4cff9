"""Values show themselves in a notebook, as folium maps and as plots; a hostile name is text in each of them."""

import ast
import html
import json
import re
from pathlib import Path

import folium
import pandas as pd
import pytest
from folium.plugins import DualMap
from maps.conftest import CRS, quarter
from maps.hostile import ALL, hostile
from maps.test_door import Reader

import spatialreno as sr
from spatialreno.area import assemble
from spatialreno.design import Design
from spatialreno.errors import InputError
from spatialreno.maps import inline, plot
from spatialreno.maps.drawing.sight import seen
from spatialreno.maps.words import safe_html as door
from spatialreno.maps.words.safe_html import clean

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


CLEAR = [sr.demolish("structures", where={"legality": "illegal"}), sr.demolish("walls", ids=["W1"])]


@pytest.fixture(scope="module")
def attacked(make_options):
    return make_options(hostile)


@pytest.fixture(scope="module")
def plain(options):
    return options


def area_of(text):
    return assemble(quarter(text), name="small", title=text("示例片区"), crs=CRS)


def run(cells, known):
    """Run cells as a notebook does: the value of the last expression of each is shown."""
    for cell in cells:
        parsed = ast.parse(cell)
        last = parsed.body.pop() if isinstance(parsed.body[-1], ast.Expr) else None
        exec(compile(parsed, "cell", "exec"), known)
        yield None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), known)


def test_the_notebook_shows_page_area_and_comparison(tmp_path, monkeypatch):
    sr.write_area(area_of(str), tmp_path / "small")
    cells = ["".join(c["source"]) for c in json.loads(NOTEBOOK.read_text())["cells"] if c["cell_type"] == "code"]
    cells = [cell.replace("data/geo/xigongdi", str(tmp_path / "small")) for cell in cells]
    shown = [value for value in run(cells, {}) if value is not None]
    area, plan, options, found, mine, page = shown
    assert "0号院" not in area._repr_html_() and area._repr_html_().count("<svg") == 1
    assert "示例片区" in area._repr_html_() and "围墙" in area._repr_html_()
    assert "拆违" in plan._repr_html_()
    assert options._repr_html_().count("<svg") == 2 and "现状" in options._repr_html_()
    assert "small" in found._repr_html_() and "<td" in found._repr_html_()
    assert "院界" in [getattr(child, "layer_name", "") for child in mine._children.values()]
    inside = re.search(r'srcdoc="([^"]*)"', page._repr_html_()).group(1)
    assert html.unescape(inside) == page.html()
    assert "现场记录" in page.html() and 'sandbox="allow-scripts' in page._repr_html_()


def test_a_hostile_name_is_text_in_every_cell(attacked, plain):
    for bad, good in [
        (attacked, plain),
        (area_of(hostile), area_of(str)),
        (sr.Scenario("a", hostile("拆"), CLEAR), sr.Scenario("a", "拆", CLEAR)),
    ]:
        read, same = Reader(inline(bad)), Reader(inline(good))
        assert read.tags == same.tags
        assert "script" not in read.tags
    assert clean(ALL) in Reader(inline(attacked)).words


def rendered(plan):
    return plan.get_root().render()


@pytest.mark.long
def test_a_hostile_name_is_text_in_an_ordinary_folium_map(attacked, plain):
    bad, good = rendered(sr.folium_map(attacked)), rendered(sr.folium_map(plain))
    assert Reader(bad).tags == Reader(good).tags
    for live in ("{{7*7}}", "<img src=x", "</script><script>alert(2)", "<svg/onload", "${alert", "`;alert"):
        assert live not in bad
    assert "&#123;&#123;7*7" in bad.replace("\\u0026", "&")


@pytest.mark.long
def test_an_ordinary_map_joins_others(plain):
    dual = DualMap(location=(34.6, 112.4), tiles=None)
    sr.folium_map(plain, option="today", m=dual.m1)
    sr.folium_map(plain, option="opened", m=dual.m2)
    assert len(dual.m1._children) > 3 and len(dual.m2._children) > 3
    mine = sr.folium_map(plain, layers="walls")
    late = folium.FeatureGroup(name="late").add_to(mine)
    text = rendered(mine)
    assert 0 < text.index(f"var {late.get_name()} =") < text.index("L.control.layers(")


@pytest.mark.long
def test_exploring_draws_on_a_map_that_is_given(plain):
    base = folium.Map(tiles=None)
    area = area_of(str)
    assert area.explore(m=base, layers=["walls"]) is base
    after = sr.Scenario("a", "拆", CLEAR).apply(area)
    assert after.explore(m=base, layers=["structures"]) is base and sr.folium_map(plain, layers="walls", m=base) is base
    groups = [child.layer_name for child in base._children.values() if isinstance(child, folium.FeatureGroup)]
    assert len(groups) == len(set(groups)) == 3
    pytest.importorskip("mapclassify")
    assert area.buildings.explore(m=base) is base and rendered(base).count("L.map(") == 1


@pytest.mark.long
def test_what_is_drawn_is_what_was_asked_for(plain):
    def groups(plan):
        return [child.layer_name for child in plan._children.values() if isinstance(child, folium.FeatureGroup)]

    assert groups(sr.folium_map(plain, layers=["walls"])) == ["围墙、出入口"]
    assert "楼栋生活圈得分" in groups(sr.folium_map(plain))
    assert "连片街区" not in groups(area_of(str).explore())
    plan = sr.Scenario("a", "拆", CLEAR)
    after = plan.apply(area_of(str))
    assert [seen(after, lang).titles["plan"] for lang in ("zh", "en")] == ["方案", "Option"]
    assert "#d55e00" in rendered(after.explore())
    with pytest.raises(InputError, match=r"no layer that can be drawn here.*Did you mean walls"):
        sr.folium_map(plain, layers=["wals"])
    with pytest.raises(InputError, match=r"no such option\. Options: today, clear, opened"):
        sr.folium_map(plain, option="full")
    with pytest.raises(InputError, match="lies nowhere by itself"):
        plan.explore()


def test_a_design_shows_its_openings(plain):
    table = pd.DataFrame([{"id": hostile("W1"), "layer": "walls", "cost_yuan": 5.0, "chosen": True, "asks": []}])
    design = Design(("W1",), "basket", 1.0, 2.0, 2.0, 5.0, 9.0, "proven", table, area=plain.today)
    shown = Reader(design._repr_html_())
    assert clean(ALL) in shown.words and "script" not in shown.tags
    with pytest.raises(InputError, match="stored without its area"):
        Design(("W1",), "basket", 1.0, 2.0, 2.0, 5.0, 9.0, "proven", table)._repr_html_()


@pytest.mark.long
def test_layers_of_ones_own_join_the_page(plain):
    def group():
        made = folium.FeatureGroup(name=hostile("踏勘"))
        folium.CircleMarker([34.67, 112.38], tooltip=door.text(hostile("桩"))).add_to(made)
        return made

    one, other = (sr.draw(plain, extra=[group()]).html() for _ in range(2))
    assert one == other
    assert "spatialreno.guest(" in one and "<img src=x" not in one
    kept = group()
    sr.draw(plain, extra=kept)
    assert kept._parent is None
    with pytest.raises(InputError, match=r"would fetch pictures.*is no folium layer"):
        sr.draw(plain, extra=[folium.TileLayer("OpenStreetMap"), "a name"])


def test_a_plot_takes_other_plots(plain):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    axes = plot(plain, option="opened", layers=["walls"])
    west, _, east, _ = plain.today.compounds.total_bounds
    assert axes.get_xlim()[0] < west and axes.get_xlim()[1] > east
    plain.today.buildings.plot(ax=axes)
    assert axes.get_title() == "拆墙并院"
    pyplot.close("all")
