"""The table by payer: sums in 10 000 yuan, and yuan per household under them."""

from dataclasses import replace

import pandas as pd

from spatialreno.maps import draw
from spatialreno.maps.content.payers import class_lines, payer_lines, phase_lines
from spatialreno.maps.words.numbers import ten_thousands


def test_sums_and_shares_by_hand(options):
    """72 households; the shed costs 2 800, wall and shed and garden 27 200 yuan; the lane has no price and is told."""
    city = [("—", ""), ("0.3", "39"), ("2.7", "378")]
    assert payer_lines(options, "en") == [
        ("City and district", city),
        ("Total", city),
        ("Without a price (things, not counted)", [("—", ""), ("—", ""), ("1", "")]),
    ]


def test_classes_and_phases_add_up_to_the_total(options):
    assert dict(class_lines(options, "en")) == {
        "Improved": [("—", ""), ("0.3", "39"), ("1.1", "156")], "Raised": [("—", ""), ("0", "0"), ("1.6", "222")]
    }  # fmt: skip
    assert dict(phase_lines(options, "zh")) == {
        "第 1 期 拆违、拆墙": [("—", ""), ("0.3", "39"), ("1.1", "156")],
        "第 2 期 路面、绿化与设施": [("—", ""), ("0", "0"), ("1.6", "222")],
    }  # fmt: skip


def test_a_small_sum_is_not_written_as_nothing(make_options):
    """428 yuan are 0.043 in 10 000 yuan, 0.43 yuan are 0.000043; where one decimal tells something it is kept."""
    sums = [ten_thousands(yuan) for yuan in (428, 0.43, 2800, 499_600, 0)]
    assert sums == ["0.043", "0.000043", "0.3", "50.0", "0.0"]
    options = make_options()
    bill = options.bill()
    small = bill.lines.head(1).assign(payer="central", cost_yuan=428.0)
    options.bill = lambda: replace(bill, lines=small)
    assert dict(payer_lines(options, "en"))["Total"][1] == ("0.043", "6")


def test_two_payers_add_up(make_options):
    options = make_options()
    bill = options.bill()
    more = bill.lines.head(1).assign(payer="central", cost_yuan=720_000.0)
    options.bill = lambda: replace(bill, lines=pd.concat([bill.lines, more]))
    rows = dict(payer_lines(options, "en"))
    assert rows["Total"][1] == ("72.3", "10\u202f039") and rows["Total"][2] == ("2.7", "378")


def test_the_page_has_it_and_leaves_it_out_without_prices(page, make_options):
    assert "投资估算（按出资方、类别、分期）" in page.html()
    bare = make_options()
    empty = replace(bare.bill(), lines=bare.bill().lines.iloc[:0])
    bare.bill = lambda: empty
    assert "投资估算（按出资方" not in draw(bare).html()
