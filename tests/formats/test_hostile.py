"""Bad inputs without end: each is refused with file and mend, or mended and told; none runs, reads or hangs."""

import csv
import time
from importlib.resources import files

import pytest
from conftest import ROOT
from hostile_files import BAD, sound

from spatialreno import check_area, read_area
from spatialreno.errors import InputError
from spatialreno.formats.guard import guarded

SECONDS = 30
TOLD = "passwd:x:root:"


def test_there_are_many_and_the_folder_is_sound(tmp_path):
    assert len(BAD) >= 150
    assert set(check_area(sound(tmp_path / "yard")).severity) <= {"warning", "note"}


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_is_refused_with_its_file_or_told(name, tmp_path):
    folder = sound(tmp_path / "yard")
    BAD[name][1](folder)
    started = time.monotonic()
    try:
        area = read_area(folder)
    except InputError as error:
        told = str(error)
        assert any(part in told for part in [f.name for f in folder.iterdir()] + ["area.toml", "joins", "compounds"])
        assert TOLD not in told
        assert "error" in set(check_area(folder).severity)
    else:
        assert len(area.compounds) == 2
        assert len(area.report), f"{name} was accepted without a word"
    assert time.monotonic() - started < SECONDS


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (lambda: [0] * (400 * 10**6), "needs more memory"),
        (lambda: __import__("os").abort(), "broke the reader"),
        (lambda: 1 / 0, "cannot be read (division by zero)"),
        (lambda: time.sleep(9), "takes longer than"),
    ],
)
def test_a_reader_that_runs_wild_is_ended(work, told, tmp_path):
    with pytest.raises(InputError) as caught:
        guarded(work, tmp_path / "x.shp", seconds=1)
    assert "x.shp: " in str(caught.value)
    assert told in str(caught.value)


def test_every_kind_of_fault_in_the_docs_has_its_test():
    rows = list(csv.DictReader((files("spatialreno.catalog") / "faults.csv").read_text("utf-8").splitlines()))
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    for row in rows:
        assert f"| {row['fault']} | {row['where']} | {row['what_happens']} |" in text
    tested = {kind for kind, _ in BAD.values()} | set(ELSEWHERE)
    assert {row["test"] for row in rows} <= tested
    assert all((ROOT / "tests" / ELSEWHERE[t]).exists() for t in ELSEWHERE)


ELSEWHERE = {  # kinds of faults that other files of tests show
    "script": "formats/test_readers.py",
    "sheet": "formats/test_sheets.py",
    "ledger": "formats/test_sheets.py",
    "shift": "area/test_rules_near.py",
    "near": "area/test_rules_near.py",
    "repair": "area/test_rules_near.py",
    "ids": "formats/test_bad_input.py",
    "words": "formats/test_bad_input.py",
    "references": "area/test_check.py",
    "bomb": "formats/test_dxf.py",
}
