"""The report: the same bytes, nothing that runs, sums by payer, a picture of each option."""

import itertools
import re

import pytest
from maps.hostile import ALL, PAYLOADS, hostile
from maps.test_door import Reader

from spatialreno.errors import InputError
from spatialreno.maps import report
from spatialreno.maps.content.indicator_tables import bill_lines


@pytest.fixture(scope="module")
def written(options):
    return report(options).html()


def test_same_options_same_bytes(make_options, written):
    assert report(make_options()).html() == written


def test_no_script_may_run_and_nothing_is_fetched(written):
    read = Reader(written)
    assert "script" not in read.tags and "link" not in read.tags
    assert "script-src 'none'" in written.replace("&#39;", "'")
    assert not {"src", "href", "style"} & set(read.attributes)


def test_bill_adds_up_by_payer(options):
    """City: 2 800 for clear, 2 800 + 8 400 + 16 000 = 27 200 for opened; the lane has a quantity and no cost."""
    lines = bill_lines(options, "zh")
    assert [line[:2] for line in lines] == [
        ["无单价", "道路、巷道、步道 · 改造"],
        ["无单价", "小计"],
        ["市、区财政", "拆除储藏棚"],
        ["市、区财政", "拆除砖墙"],
        ["市、区财政", "口袋公园"],
        ["市、区财政", "小计"],
        ["合计", ""],
    ]
    assert lines[0][3:] == ["—", "—", "90", "—"]
    assert lines[3][3:] == ["—", "—", "80", "8\u202f400"]
    assert lines[-1][3:] == ["", "2\u202f800", "", "27\u202f200"]


def test_each_option_has_its_picture(written):
    """The wall is grey today and orange where it goes; the widened lane is there only once."""
    pictures = re.findall(r"(?s)<svg.*?</svg>", written)
    pictures = [p for p in pictures if "50 m" in p]  # beside them stand charts
    assert len(pictures) == 3
    assert ["#d55e00" in p for p in pictures] == [False, True, True]
    assert ["#e69f00" in p for p in pictures] == [False, False, True]
    assert all("光明街" in p for p in pictures)


def test_a_point_is_where_it_should_be(written):
    """The middle wall from 100, 0 to 100, 80 stands 112 m from the left edge of a 224 × 104 m picture."""
    picture = re.search(r'(?s)<svg viewBox="0 0 224.0 104.0".*?</svg>', written)
    assert picture is not None
    assert "M112.0 92.0L112.0 12.0" in picture.group()


def is_text(make_options, written, text):
    read, plain = Reader(report(make_options(text)).html()), Reader(written)
    assert set(read.tags) == set(plain.tags)
    assert set(read.attributes) == set(plain.attributes)
    return read


@pytest.mark.long
def test_every_name_with_another_payload_is_text(make_options, written):
    """One after the other, so that what one begins no other ends in the same name."""
    turn = itertools.cycle(PAYLOADS)
    is_text(make_options, written, lambda name: next(turn))


@pytest.mark.long
@pytest.mark.parametrize("payload", PAYLOADS)
def test_each_payload_is_text(make_options, written, payload):
    is_text(make_options, written, lambda name: payload)


@pytest.mark.long
def test_hostile_names_are_text_and_can_be_read(make_options, written):
    assert is_text(make_options, written, hostile).words.count(ALL) >= 12


def test_english(options):
    html = report(options, lang="en").html()
    assert "Estimate by payer" in html and "投资估算" not in html


def test_unknown_language(options):
    with pytest.raises(InputError):
        report(options, lang="fr")


@pytest.mark.long
def test_in_a_browser(browser, options, tmp_path):
    browser.get(report(options).save(tmp_path / "report.html").as_uri())
    assert [entry["message"] for entry in browser.get_log("browser")] == []
    pictures = browser.find_elements("css selector", "svg.picture")
    assert len(pictures) == 4 and all(p.size["width"] > 300 for p in pictures)
