"""The table by payer: sums in 10 000 yuan, and yuan per household under them."""

import pandas as pd

from spatialreno.maps import draw
from spatialreno.maps.content.payers import payer_lines


def test_sums_and_shares_by_hand(options):
    """72 households; the shed costs 2 800, wall and shed 11 200 yuan; the lane has no price and counts nowhere."""
    assert payer_lines(options, "en") == [
        ("City and district", [("0", "0"), ("0.3", "39"), ("1.1", "156")]),
        ("Total", [("0", "0"), ("0.3", "39"), ("1.1", "156")]),
    ]


def test_two_payers_add_up(options, make_options):
    more = pd.DataFrame([{"option": "clear", "payer": "central", "cost_yuan": 720_000.0}])
    options = make_options()
    options.bill = lambda bill=options.bill: pd.concat([bill(), more])
    rows = dict(payer_lines(options, "en"))
    assert rows["Total"][1] == ("72.3", "10\u202f039") and rows["Total"][2] == ("1.1", "156")


def test_the_page_has_it_and_leaves_it_out_without_prices(options, make_options):
    assert "投资估算（按出资方）" in draw(options).html()
    bare = make_options()
    bare.bill = lambda bill=bare.bill: bill().iloc[:0]
    assert "投资估算（按出资方）" not in draw(bare).html()
