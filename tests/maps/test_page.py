"""The page as text: the same bytes, nothing from outside, and no name that is more than a name."""

import dataclasses
import itertools
import re

import pytest
from maps.conftest import CRS, frame, quarter, rect
from maps.hostile import ALL, PAYLOADS
from maps.test_door import Reader

from spatialreno.area import assemble
from spatialreno.comparison.money.funding import fund
from spatialreno.errors import InputError
from spatialreno.maps import draw
from spatialreno.maps.drawing import themes
from spatialreno.maps.drawing.style import styles
from spatialreno.maps.drawing.themes import asked_for
from spatialreno.maps.page.panel import left_out_line
from spatialreno.maps.words.words import legend_words
from spatialreno.scenario import Bill


@pytest.mark.long
def test_same_options_same_bytes(make_options, page):
    assert draw(make_options()).html() == page.html()


def test_nothing_is_fetched(page):
    """No element names an address, and no style sheet a file."""
    read = Reader(re.sub(r"(?s)<(script|style)>.*?</\1>", "", page.html()))
    assert not {"src", "href", "srcset", "action", "style"} & set(read.attributes)
    assert "link" not in read.tags
    assert not re.search(
        r"url\((?!data:|#|\$|\\)",
        re.sub(r"(?s)<script>.*?</script>", "", page.html()).replace("url(#default#VML)", ""),
    )
    assert "default-src &#39;none&#39;" in page.html() or "default-src 'none'" in page.html()


def test_policy_names_every_script(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page.html())
    assert policy is not None
    assert policy.group(1).count("'sha256-") == page.html().count("<script>")
    assert "unsafe-inline" not in policy.group(1).partition("script-src")[2]


def test_unchanged_features_are_stored_once(page):
    """Of four outlines of today's two buildings in three options, two are stored."""
    theme = re.search(r'spatialreno\.layer\([^,]*, (\{[^\n]*"key":"buildings".*?\})\);', page.html())
    assert theme is not None
    assert theme.group(1).count('"home"') == 2


@pytest.mark.long
def test_invented_data_say_so(page, make_options):
    assert "示意数据（虚构几何，公开总量）" in page.html()
    assert "示意数据（虚构几何，公开总量）" not in draw(make_options(invented=False)).html()


def test_every_drawn_class_has_a_style_and_a_word(page):
    drawn = set(re.findall(r'"((?:line|area|gate|structure|score|reach|block|pipe)-[\w-]+)~?"', page.html()))
    assert drawn - {"reach-origin"} <= set(styles())  # a disc, drawn by the style sheet
    named = {re.sub(r"^block-\d$", "block", name) for name in drawn} - {"block-single"}
    assert named <= set(legend_words("zh"))


@pytest.mark.long
def test_hostile_names_are_text_in_every_element(page, attacked_page):
    """Titles, tabs, tables, footer: the same elements as with harmless names, and the payload to read.

    A long title is repeated for whoever points at its head: only ``title`` may be had once more.
    """
    plain, attacked = Reader(page.html()), Reader(attacked_page.html())
    assert attacked.tags == plain.tags
    assert [name for name in attacked.attributes if name != "title"] == [n for n in plain.attributes if n != "title"]
    assert attacked.words.count(ALL) >= 12


def test_hostile_names_are_data_in_scripts(attacked_page):
    html = attacked_page.html()
    assert html.lower().count("</script") == html.lower().count("<script>")
    assert "49" not in re.findall(r"中墙 (.{0,4})", html)[0]
    assert "{{7*7}}" in html


@pytest.mark.long
def test_every_name_with_another_payload(make_options, page):
    """One after the other, so that what one begins no other ends in the same name."""
    turn = itertools.cycle(PAYLOADS)
    html = draw(make_options(lambda name: next(turn))).html()
    assert Reader(html).tags == Reader(page.html()).tags


@pytest.mark.long
@pytest.mark.parametrize("payload", PAYLOADS)
def test_each_payload_alone(make_options, page, payload):
    html = draw(make_options(lambda name: payload)).html()
    assert Reader(html).tags == Reader(page.html()).tags


def test_english(options):
    html = draw(options, lang="en").html()
    assert '<html lang="en">' in html
    assert "Options compared" in html
    assert "汇报一张表" not in html


def test_unknown_language(options):
    with pytest.raises(InputError):
        draw(options, lang="fr")


def test_save_makes_folders_and_leaves_no_half_file(page, tmp_path):
    path = page.save(tmp_path / "new" / "page.html")
    assert path.read_text(encoding="utf-8") == page.html()
    assert [p.name for p in path.parent.iterdir()] == ["page.html"]


def test_a_failed_save_keeps_the_old_file(page, tmp_path):
    path = page.save(tmp_path / "page.html")
    broken = dataclasses.replace(page, _html="\ud800")
    with pytest.raises(InputError):
        broken.save(path)
    assert path.read_text(encoding="utf-8") == page.html()
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def _only_today(options, area):
    options.areas = {"today": area}
    options.notes = lambda lang: []
    nothing = Bill(options.bill().lines.iloc[:0], ("today",), 72.0)
    options.funding = lambda: fund(options.areas, nothing)
    return options


def test_today_alone_is_a_page(make_options):
    """Without any option there is one tab, nothing changes and nothing is new."""
    options = make_options()
    html = draw(_only_today(options, options.today)).html()
    assert html.count('id="tab-') == 1
    assert not re.search(r'"(?:line|area)-(?:gone|altered|built)~?",\[', html)


@pytest.mark.long
def test_sparse_areas_are_drawn(make_options):
    """Only compounds and buildings: no walls, streets, facilities, blocks or scores."""
    options, layers = make_options(), quarter(str)
    bare = {name: layers[name].iloc[:1] for name in ("compounds", "buildings")}
    for table in ("blocks", "freed", "isochrones"):
        setattr(options, table, {"today": getattr(options, table)["today"].iloc[:0]})
    html = draw(_only_today(options, assemble(bare, name="sparse", crs=CRS))).html()
    drawn = set(re.findall(r'"key":"(\w+)"', html))
    assert {"buildings", "compounds", "names"} <= drawn
    assert not {"walls", "streets", "facilities", "blocks", "freed", "isochrones", "structures"} & drawn


@pytest.mark.long
def test_a_new_square_gets_a_disc(make_options):
    """A plaza that a plan builds is marked like a new facility; one that stands is not."""
    options, layers = make_options(), quarter(str)
    plazas = [{"id": f"O{k}", "kind": "plaza", "geometry": rect(150, 45 + 12 * k, 10, 10)} for k in (0, 1)]
    for option, many in (("today", 1), ("clear", 1), ("opened", 2)):
        layers["open_spaces"] = frame(plazas[:many])
        options.areas[option] = assemble(layers, name="small", crs=CRS)
    html = draw(options).html()
    assert re.findall(r'\[0,\[[\d,]*\],(\[[^\]]*\]),[^{}]*,\{"alt":"广场","label":"场"\}', html) == [
        '[null,null,"facility-built"]'
    ]


def test_a_place_that_cannot_be_written_is_told(page, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        page.save(tmp_path / "file" / "page.html")


def test_what_is_heavy_is_asked_for_on_the_page_of_a_district(options, monkeypatch):
    """A small area is drawn whole; above a number of compounds the page leaves layers out and says how to get them."""
    assert not asked_for(options, heavy=None)
    assert not left_out_line(options, "zh", asked_for(options, heavy=True))
    monkeypatch.setattr(themes, "MOST_COMPOUNDS", 0)
    left = asked_for(options, heavy=None)
    said = str(left_out_line(options, "zh", left))
    titles = themes.theme_titles(options, "zh")
    assert left == asked_for(options, heavy=False) <= set(titles)
    assert all(titles[key] in said for key in left)
    assert "--heavy" in said
    assert not left & {theme.key for theme in themes.shown_themes(options, "zh")}, "shown at first, so never left out"
