"""A page in English has no sentence in Chinese, and one in Chinese none in English: only names are as they are."""

from __future__ import annotations

import re

import pytest
from conftest import at
from scenario.yards import two_yards

import spatialreno as sr

HAN = re.compile(r"[\u4e00-\u9fff]+")
NAMES = {"一号院", "二号院", "第一毛纺厂", "街道办", "国办发", "号", "建科", "国办函"}  # holders and documents


@pytest.fixture(scope="module")
def options() -> sr.Comparison:
    opened = sr.Scenario("open", "opened", [
        sr.demolish("walls", between=["C1", "C2"]),
        sr.build("facilities", "F9", kind="canteen", geometry=at(15, 15), area_m2=100),
    ])  # fmt: skip
    return sr.compare(two_yards(), [opened])


def han(html: str) -> set[str]:
    unseen = r"<script.*?</script>|<style.*?</style>"
    shown = re.sub(unseen, "", html, flags=re.S)
    return set(HAN.findall(shown))


def residents(options: sr.Comparison, lang: str) -> sr.Page:
    return sr.maps.draw_residents(options, lang=lang).together


@pytest.mark.parametrize("form", [sr.draw, sr.report, residents])
def test_english_pages_hold_no_chinese_but_names(options: sr.Comparison, form: object) -> None:
    assert han(form(options, lang="en").html()) <= NAMES  # type: ignore[operator]


def test_notes_are_told_in_the_language_asked_for(options: sr.Comparison) -> None:
    zh, en = options.notes(), options.notes(lang="en")
    assert len(zh) == len(en)
    assert not any(HAN.search(text) for _, text in en if not text.startswith("ballots"))
