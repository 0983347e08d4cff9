"""Lines of the tables: signs, rounding, better or worse, and titles."""

import math

import pytest

from spatialreno.errors import InputError
from spatialreno.maps.content.indicator_tables import amount, indicator_lines, leader_lines, signed
from spatialreno.maps.words.words import checked, legend_words


def test_change_is_signed_and_judged(options):
    lines = {line.key: line for line in indicator_lines(options, "opened", "zh")}
    walls, basket = lines["wall_length_m"], lines["basket_general:basic"]
    assert (walls.today, walls.value, walls.change, walls.sense) == (
        "280",
        "200",
        "▼ 80",
        1,
    )  # fewer walls is better
    assert (basket.today, basket.value, basket.change, basket.sense, basket.unit) == (
        "50.0",
        "70.0",
        "▲ 20.0",
        1,
        "%",
    )
    assert (basket.meets, basket.estimated) == (False, True)
    assert lines["covered:health_station"].change == "0"
    assert lines["covered:health_station"].title == "步行可达居民占比：社区卫生服务站"


def test_only_the_area_is_listed(options):
    assert "residents" not in {line.key for line in indicator_lines(options, "today", "zh")}


@pytest.mark.parametrize(
    ("change", "unit", "decimals", "written"),
    [(0.0004, "share", 3, "0"), (-3.6, "m", 0, "▼ 4"), (math.nan, "m", 0, "—"), (0.05, "share", 3, "▲ 5.0")],
)
def test_signed(change, unit, decimals, written):
    assert signed(change, unit, decimals) == written


def test_missing_amount_is_a_dash():
    assert amount(math.nan, "m", 1) == "—"


def test_leaders_table_keeps_the_order_of_options(options):
    walls, cost = leader_lines(options, "zh")
    assert walls == ("拆", "拆除围墙", "m", ["0", "0", "80"])
    assert cost == ("钱", "总投资 / 户均", "万元 / 元", ["—", "4.2 / 583", "100 / 13\u202f889"])


def test_unknown_language_is_told():
    with pytest.raises(InputError, match='"zh" or "en"'):
        checked("fr")


def test_both_languages_have_every_class():
    assert legend_words("zh").keys() == legend_words("en").keys()
