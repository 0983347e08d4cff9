"""Eight options under long names, in both languages: every name, number and heading stands whole where it is shown."""

from __future__ import annotations

import pytest
from maps.conftest import CRS, quarter

from spatialreno.area import assemble
from spatialreno.comparison import compare
from spatialreno.maps import draw
from spatialreno.scenario import Scenario, alter, demolish

LONG = "第一机械制造总厂职工家属院及附属单身宿舍楼联合管理委员会代管区（原北区东段）"
# Cells that lie partly under the columns that stay in sight: what is seen of them reads as something else.
CUT = """const boxes = [...document.querySelectorAll('.leaders:not(.payers) .scroll')];
return boxes.filter(box => box.clientWidth).flatMap(box => {
  const edge = box.querySelector('thead [data-option="0"]').getBoundingClientRect().right;
  return [...box.querySelectorAll('thead th:not(:first-child, [data-option="0"])')].filter(th => {
    const own = th.getBoundingClientRect();
    return own.left < edge - 1 && own.right > edge + 1; }).map(th => th.textContent); })"""
COVERED = """const heads = [...document.querySelectorAll('.leaders:not(.payers) > .scroll tbody th')].slice(0, 3);
return heads.filter(th => {
  th.scrollIntoView({block: 'center'});
  const own = th.getBoundingClientRect(), top = document.elementFromPoint(own.right - 12, own.top + own.height / 2);
  return !th.contains(top); }).map(th => th.textContent)"""
WIDE = "const panel = document.querySelector('.panel'); return [panel.scrollWidth, panel.clientWidth]"
OVER = """return [...document.querySelectorAll('.leaders .group')].filter(g => g.checkVisibility()).filter(group => {
  const own = document.createRange(), next = group.nextElementSibling.getBoundingClientRect();
  own.selectNodeContents(group);
  const { right, bottom } = own.getBoundingClientRect();
  return right > next.left + 1 && bottom > next.top + 1; }).map(group => group.textContent)"""
READY = "const done = arguments[0], look = () => spatialreno.ready ? done() : setTimeout(look, 50); look()"


def opened(browser, page, path, width):
    browser.set_window_size(width, 768)
    browser.get("about:blank")
    browser.get(page.save(path).as_uri())
    browser.execute_async_script(READY)
    browser.execute_script("for (const fold of document.querySelectorAll('.panel details')) fold.open = true")
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_groups_stand_beside_or_above_their_lines(browser, options, tmp_path, lang):
    opened(browser, draw(options, lang=lang), tmp_path / "page.html", 1440)
    assert browser.execute_script("return document.querySelectorAll('.leaders .group').length") > 1
    assert browser.execute_script(OVER) == []


@pytest.fixture(scope="module")
def eight():
    layers = quarter(lambda name: f"{name}{LONG}")
    acts = {
        "nothing": [],
        "same": [demolish("walls", ids=["W1"])],
        "equal": [demolish("walls", ids=["W1"])],
        **{f"s{k}": [demolish("structures", ids=["S1"], phase=k)] for k in range(1, 5)},
        "all": [demolish("walls", ids=["W1"], phase=1), alter("paths", ids=["L2"], set={"width_m": 7.0}, phase=2),
                demolish("structures", ids=["S1", "S2"], phase=3),
                alter("gates", ids=["G1"], walkers="public", phase=4)],
    }  # fmt: skip
    plans = [Scenario(name, f"{LONG}{name}", own) for name, own in acts.items()]
    return compare(assemble(layers, name="long", title=LONG, crs=CRS), plans)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_is_cut_or_covered(browser, eight, tmp_path, lang):
    page = draw(eight, lang=lang)
    browser.set_script_timeout(120)
    for width in (1440, 1093):
        opened(browser, page, tmp_path / "page.html", width)
        assert browser.execute_script(CUT) == [] and browser.execute_script(COVERED) == []
        needed, there = browser.execute_script(WIDE)
        assert needed <= there
        names = "return [...document.querySelectorAll('.name bdi')].map(name => name.offsetWidth)"
        assert max(browser.execute_script(names)) <= 150
    told = {key: browser.execute_script(f"return document.querySelector('#tab-{key} > span').title") for key in (1, 8)}
    assert told == {1: f"{LONG}nothing", 8: f"{LONG}all"}
    said = "没有要花钱的措施" if lang == "zh" else "nothing that costs"
    browser.execute_script("document.querySelector('#tab-1').click()")
    verdicts = "return [...document.querySelectorAll('.verdict')].map(verdict => verdict.textContent).join()"
    assert said in browser.execute_script(verdicts)
    assert [entry["message"] for entry in browser.get_log("browser")] == []
