"""The page of a design: every step is on it, hostile names stay text, and no script runs."""

from __future__ import annotations

from dataclasses import replace

from design_yards import yard

import spatialreno as sr


def test_the_page_tells_the_answer_and_every_step() -> None:
    found = sr.design_openings(yard(), goal="covered:kindergarten", candidates=["walls", "paths"], max_m=20)
    html = sr.maps.draw_design(found).html()
    assert html == sr.maps.draw_design(found).html()
    for word in ("方案生成", "已证明", "W1/", "逐个挑选"):
        assert word in html
    assert html.count('type="radio"') == len({one.cost_yuan for one in [*found.designs(), found]})
    assert "<script" not in html
    assert "Step along" in sr.maps.draw_design(found, lang="en").html()


def test_hostile_names_are_text() -> None:
    found = sr.design_openings(yard(), goal="covered:kindergarten", candidates=["walls"])
    bad = replace(found, chosen=("<script>alert(1)</script>",), status="stopped", bound=120.0)
    html = sr.maps.draw_design(replace(bad, question=found.question), [bad]).html()
    assert "<script>" not in html
    assert "不超过 120" in html
