"""The live services of OpenStreetMap, played on loopback: one question each, kept; every way it can go wrong."""

import json
import socket
import threading
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest
from formats.osm_town import two_compounds
from typer.testing import CliRunner

import spatialreno as sr
from spatialreno.cli.app import app
from spatialreno.errors import InputError
from spatialreno.formats.osm.fetch import OsmService

WEST, SOUTH, EAST, NORTH = two_compounds().lonlat()
RING = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
YARD = {"type": "Polygon", "coordinates": [RING]}
WIDE = {"type": "Polygon", "coordinates": [[[112, 34], [113, 34], [113, 35], [112, 34]]]}
SPOT = {"type": "Point", "coordinates": [(WEST + EAST) / 2, (SOUTH + NORTH) / 2]}
PLACES = {"西工地": YARD, "河南": WIDE, "钟楼": SPOT}


def nominatim(query):
    if query not in PLACES:
        return []
    place = {"lat": str((SOUTH + NORTH) / 2), "lon": str((WEST + EAST) / 2), "importance": 0.5, "display_name": query}
    return [place | {"boundingbox": [str(SOUTH), str(NORTH), str(WEST), str(EAST)], "geojson": PLACES[query]}]


def overpass():
    """Answer with the town of the import's own tests, as Overpass writes it."""
    elements = []
    for item in ElementTree.fromstring(two_compounds().text()):
        if item.tag == "bounds":
            continue
        row = {"type": item.tag, "id": int(item.get("id"))}
        row |= {"lat": float(item.get("lat")), "lon": float(item.get("lon"))} if item.tag == "node" else {}
        row |= {"nodes": [int(n.get("ref")) for n in item.iter("nd")]} if item.tag == "way" else {}
        tags = {t.get("k"): t.get("v") for t in item.iter("tag")}
        elements.append(row | ({"tags": tags} if tags else {}))
    return {"version": 0.6, "osm3s": {"timestamp_osm_base": "2026-03-02T04:05:06Z"}, "elements": elements}


class Played(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlparse(self.path)
        if parts.path.endswith("/status"):
            self.answer(
                "Connected as: 1\nCurrent time: x\nAnnounced endpoint: none\nRate limit: 2\n2 slots available now.\n"
            )
            return
        self.server.asked.append(parts.path)
        self.server.agents.add(self.headers["User-Agent"])
        self.answer(json.dumps(nominatim(parse_qs(parts.query)["q"][0])))

    def do_POST(self):
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append(self.path)
        self.server.queries.append(body["data"][0])
        self.answer(self.server.reply, self.server.code)

    def answer(self, text, code=200):
        raw = text.encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)  # OSMnx waits for strangers' sake; loopback is ours
    played = ThreadingHTTPServer(("127.0.0.1", 0), Played)
    played.asked, played.queries, played.agents = [], [], set()
    played.reply, played.code = json.dumps(overpass()), 200
    thread = threading.Thread(target=played.serve_forever)
    thread.start()
    yield played
    played.shutdown()
    thread.join()
    played.server_close()


@pytest.fixture
def service(server, tmp_path):
    home = f"http://127.0.0.1:{server.server_port}"
    return OsmService(f"{home}/", f"{home}/api", tmp_path / "cache")


@pytest.mark.long
def test_a_place_is_fetched_as_its_extract_is_imported(service, tmp_path):
    fetched = sr.formats.fetch_osm("西工地", name="town", service=service)
    extract = sr.import_osm(two_compounds().save(tmp_path / "town.osm"), name="town", bounds=two_compounds().lonlat())
    for name in fetched.catalog.layers:
        assert list(fetched.layer(name).index) == list(extract.layer(name).index)
    assert abs(fetched.walls.length_m.sum() - extract.walls.length_m.sum()) < 0.1
    assert fetched.meta["source"] == "OpenStreetMap"
    assert fetched.meta["licence"].startswith("ODbL")
    assert (fetched.meta["date"], fetched.title) == ("2026-03-02", "西工地")
    assert "fetched" in set(fetched.report.rule)


@pytest.mark.long
def test_the_same_question_is_asked_once_and_politely(service, server):
    first = sr.formats.fetch_osm("西工地", service=service)
    asked = len(server.asked)
    assert sr.formats.fetch_osm("西工地", service=service).fingerprint == first.fingerprint
    assert len(server.asked) == asked == 2
    assert len(server.queries) == 1
    assert "landuse" in server.queries[0]
    assert all(agent.startswith("spatialreno/") for agent in server.agents)
    sr.formats.fetch_osm("西工地", service=service, fresh=True)
    assert len(server.asked) == 2 * asked


def test_osmnx_is_left_as_it_was(service):
    from osmnx import settings

    before = {k: v for k, v in vars(settings).items() if not k.startswith("_")}, socket.getaddrinfo
    sr.formats.fetch_osm("西工地", service=service)
    assert ({k: v for k, v in vars(settings).items() if not k.startswith("_")}, socket.getaddrinfo) == before


def test_around_a_point(service):
    area = sr.formats.fetch_osm("钟楼", around_m=400, service=service)
    west, south, east, north = area.walls.total_bounds
    assert max(east - west, north - south) < 800
    assert len(area.compounds) == 2


@pytest.mark.parametrize(
    ("place", "more", "told"),
    [
        ("钟楼", {}, r"钟楼: is not mapped with a boundary.*--around"),
        ("河南", {}, r"河南: is 92.* by 11.* km, more than 5 km"),
        ("亚特兰蒂斯", {}, r"亚特兰蒂斯: no answer that can be used .*0 results"),
        ("亚特兰蒂斯", {"around_m": 100}, r"亚特兰蒂斯: no answer that can be used"),
        ("西工地", {"around_m": -1}, "expected more than 0"),
        (" ", {}, "place is empty"),
    ],
)
def test_places_that_cannot_be_fetched(place, more, told, service):
    with pytest.raises(InputError, match=told):
        sr.formats.fetch_osm(place, service=service, **more)


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    ("reply", "code", "told"),
    [
        ("{}", 504, "the service is busy. Try again later"),
        ("<html>", 200, "no answer that can be used"),
        ("[]", 200, "no answer that can be used"),
        ('{"elements": []}', 200, "nothing of use lies inside"),
        ('{"elements": [{"type": "node"}]}', 200, "no answer that can be used"),
        ('{"elements": [{"type": "node", "id": 1, "lat": "x", "lon": 1}]}', 200, "no answer that can be used"),
        ('{"elements": [7]}', 200, "no answer that can be used"),
        ("<html>no</html>", 500, "no answer that can be used"),
    ],
)
def test_answers_that_cannot_be_used(reply, code, told, service, server):
    server.reply, server.code = reply, code
    with pytest.raises(InputError, match=told):
        sr.formats.fetch_osm("西工地", service=service)


def test_without_a_network_the_way_out_is_told(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        home = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(
            InputError, match=r"cannot be reached .*Check the network\. Or work without .* use import-osm"
        ):
            sr.formats.fetch_osm("西工地", service=OsmService(f"{home}/", f"{home}/api", tmp_path / "cache"))
    assert not list(tmp_path.rglob("*.json"))


def test_the_command_writes_an_area(service, tmp_path):
    out = tmp_path / "town"
    addresses = ["--nominatim", service.nominatim, "--overpass", service.overpass, "--cache", str(service.cache)]
    done = CliRunner().invoke(app, ["fetch-osm", "西工地", "-o", str(out), *addresses])
    assert done.exit_code == 0, done.output
    area = sr.read_area(out)
    assert (area.name, area.title, area.meta["date"]) == ("town", "西工地", "2026-03-02")
    assert area.meta["licence"].startswith("ODbL")
    assert not set(sr.check_area(out).severity) & {"error"}
