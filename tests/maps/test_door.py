"""The guarded door: no value becomes template, markup or script, and nothing is fetched."""

import html
import json
from html.parser import HTMLParser

import folium
import pytest
from branca.element import Element, JavascriptLink
from hypothesis import given
from hypothesis import strategies as st
from maps.hostile import PAYLOADS

from spatialreno.errors import InputError
from spatialreno.maps.words import safe_html as door

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


class Reader(HTMLParser):
    """What a browser would make of markup: its elements, their attributes, its text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str] = []
        self.words = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.words += data


@given(ANY_TEXT)
def test_text_reads_back_as_itself_and_holds_no_markup(value):
    written = door.text(value)
    assert html.unescape(written) == door.clean(value)
    assert not set("<>\"'`${}\\") & set(written)


@given(ANY_TEXT)
def test_data_reads_back_and_cannot_end_a_script(value):
    written = door.data({"name": [value]})
    assert json.loads(written) == {"name": [door.clean(value)]}
    assert not set("<>&\u2028\u2029") & set(written)


@pytest.mark.every_day
@pytest.mark.parametrize("payload", PAYLOADS)
def test_tag_keeps_a_payload_in_text_and_attribute(payload):
    read = Reader(door.tag("p", payload, title=payload))
    assert (read.tags, read.attributes, read.words) == (["p"], ["title"], payload)


def test_control_characters_become_visible():
    assert door.clean("a\x00b\x1bc\x7f") == "a␀b␛c␡"


def test_half_a_character_does_not_stop_the_page():
    door.clean("\ud800").encode("utf-8")


@pytest.mark.every_day
@pytest.mark.parametrize("payload", PAYLOADS)
def test_folium_sinks_are_literal_inside_the_guard(payload):
    """branca compiles rendered layers as Jinja; here ``{{7*7}}`` is not 49 and ``{#`` is no error."""
    with door.guarded():
        plan = folium.Map(location=[34.67, 112.43], tiles=None)
        shape = {
            "type": "Feature",
            "properties": {"name": payload},
            "geometry": {"type": "Point", "coordinates": [0, 0]},
        }
        shapes = {"type": "FeatureCollection", "features": [shape]}
        folium.GeoJson(shapes, name=payload, tooltip=folium.GeoJsonTooltip(["name"])).add_to(plan)
        folium.FeatureGroup(name=payload).add_to(plan)
        plan.get_root().html.add_child(Element(door.tag("p", payload)))
        for child in plan.get_root()._children.values():
            child.render()
        script = plan.get_root().script.render()
        shown = plan.get_root().html.render()
    assert (
        json.dumps(payload)[1:-1]
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("'", "\\u0027")
        .replace("&", "\\u0026")
        in script
    )
    assert payload in Reader(shown).words


def test_the_guard_opens_again_after_an_error():
    before = Element("{{ 6 * 7 }}").render()
    with pytest.raises(ValueError), door.guarded():
        assert Element("{{ 6 * 7 }}").render() == "{{ 6 * 7 }}"
        raise ValueError
    assert before == Element("{{ 6 * 7 }}").render() == "42"
    assert len(Element()._id) == 32


def test_an_unknown_address_is_an_error():
    with pytest.raises(InputError, match=r"https://example\.org/x\.js"):
        door.library("https://example.org/x.js")


def test_a_plugin_that_asks_for_the_net_is_refused():
    with door.guarded(), pytest.raises(InputError, match="fetched from the net"):
        plan = folium.Map(tiles=None)
        plan.get_root().header.add_child(JavascriptLink("https://cdn.example.org/plugin.js"))
        door.document(plan.get_root(), lang="zh", title="t")


def test_library_pictures_are_in_the_style_sheet():
    css = door.library("https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css")
    assert "url(images/" not in css
    assert css.count("url(data:image/png;base64,") == 3


def test_our_code_cannot_end_its_element():
    assert door._one_script("a='</SCRIPT>'; b='<!--'") == "<script>a='\\x3c/SCRIPT>'; b='\\x3c!--'</script>"
