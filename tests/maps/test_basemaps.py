"""Maps underneath: none by default, on request only, with attribution, and the data stay true."""

import re

import pytest
from maps.conftest import chromium

from spatialreno.errors import InputError
from spatialreno.maps import draw


@pytest.fixture(scope="module")
def asking():
    """A browser of its own: with the network cut every tile fails, and the failures come in when they come."""
    with chromium() as driver:
        yield driver


def policy(html):
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert found is not None
    return dict(part.strip().split(" ", 1) for part in found.group(1).split(";"))


def test_none_by_default(page):
    html = page.html()
    assert policy(html)["img-src"] == "data:"
    assert not re.search(r"https://(?!leafletjs|github|developer|www\.w3)[\w.]*(tianditu|openstreetmap|autonavi)", html)


@pytest.mark.spread(1)
@pytest.mark.parametrize(
    ("base", "host", "said"),
    [("osm", "tile.openstreetmap.org", "OpenStreetMap"), ("gaode", "webrd01.is.autonavi.com", "高德"),
     ("tianditu", "t0.tianditu.gov.cn", "国家基础地理信息中心")],
)  # fmt: skip
@pytest.mark.long
def test_on_request_with_attribution(asking, options, tmp_path, base, host, said):
    page = draw(options, base=base)
    assert f"https://{host}" in policy(page.html())["img-src"]
    asking.get(page.save(tmp_path / "base.html").as_uri())
    assert said in asking.find_elements("css selector", ".attribution")[0].text


@pytest.mark.long
def test_the_key_stays_out_of_the_file_unless_asked(options, monkeypatch):
    monkeypatch.setenv("TIANDITU_KEY", "abc123secret")
    assert "abc123secret" not in draw(options, base="tianditu").html()
    assert "abc123secret" in draw(options, base="tianditu", write_key=True).html()
    monkeypatch.delenv("TIANDITU_KEY")
    with pytest.raises(InputError, match="TIANDITU_KEY"):
        draw(options, base="tianditu", write_key=True)


def test_unknown_base(options):
    with pytest.raises(InputError, match="osm"):
        draw(options, base="google")


@pytest.mark.long
def test_gaode_s_tiles_are_moved_and_the_data_are_not(asking, options, tmp_path):
    """In Luoyang GCJ-02 lies some 587 m off; the layer is laid out round the moved centre, the map is not."""
    asking.get(draw(options, base="gaode").save(tmp_path / "gaode.html").as_uri())
    away, shift, pixel = asking.execute_script(
        "const s = spatialreno, here = L.latLng(34.67, 112.43), c = s.map.getCenter(), z = s.map.getZoom();"
        "const tiles = s.baseLayers[0]._getTiledPixelBounds(c).getCenter();"
        "const plain = L.TileLayer.prototype._getTiledPixelBounds.call(s.baseLayers[0], c).getCenter();"
        "const zoom = s.baseLayers[0]._tileZoom, move = s.map.project(s.gcj(c), zoom).subtract(s.map.project(c, zoom));"
        "return [here.distanceTo(s.gcj(here)), [tiles.x - plain.x, tiles.y - plain.y], [move.x, move.y]]"
    )
    assert away == pytest.approx(587, abs=25)
    assert shift == pytest.approx(pixel, abs=1.5)
    paris = "const p = spatialreno.gcj(L.latLng(48.85, 2.35)); return [p.lat, p.lng]"
    assert asking.execute_script(paris) == [48.85, 2.35]
