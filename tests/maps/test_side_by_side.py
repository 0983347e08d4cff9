"""All options in one table: which rows, in which order, and whose change."""

import re

from spatialreno.maps.content.side_by_side import indicator_rows, indicators


def test_every_option_stands_beside_today(options):
    """Basket shares of 50, 60 and 70 per cent: one row, three values."""
    rows = {next(line for line in row if line).key: row for row in indicator_rows(options, "zh")}
    assert [line.value for line in rows["basket_general:basic"]] == ["50.0", "60.0", "70.0"]


def test_what_only_a_later_option_has_keeps_its_place(options, make_options):
    """A row that today lacks follows the row before which it does not stand."""
    some = make_options()
    table = some.evaluations["today"].table
    some.evaluations["today"].table = table.drop(index=("area", "small", "basket_general:basic"))
    keys = [next(line for line in row if line).key for row in indicator_rows(some, "zh")]
    assert keys == [next(line for line in row if line).key for row in indicator_rows(options, "zh")]
    row = next(row for row in indicator_rows(some, "zh") if row[1] and row[1].key == "basket_general:basic")
    assert (row[1].today, row[1].value) == ("—", "60.0")


def test_the_change_of_the_open_option_is_shown(options):
    """The others' changes are in the page, and hidden."""
    written = str(indicators(options, ["现状", "甲", "乙"], "zh", chosen=2)[0])
    written = next(row for row in written.split("<tr>") if ">60.0" in row)
    cells = re.findall(r'<td class="change better" data-only="(\d)"([^>]*)>([^<]*)<', written)
    assert [(at, "hidden" in more, text) for at, more, text in cells] == [
        ("1", True, "▲ 10.0"),
        ("2", False, "▲ 20.0"),
    ]


def test_one_table_for_all(page):
    """There is one panel for all tabs, and facilities one by one are folded."""
    assert page.html().count(' role="tabpanel"') == 1
    assert "逐项设施与其他指标 (1)" in page.html()
