"""Standards are rows: they are complete, cite themselves, extend one another, and say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from spatialreno.catalog import read_catalog
from spatialreno.catalog.standard import Standard, read_standard, standard_names
from spatialreno.errors import InputError

GB = "gb50180-2018"


def local(folder: Path, text: str, name: str = "local") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_national_standard_says_what_it_says() -> None:
    table = read_standard(GB).table
    assert table.loc["kindergarten", ["level", "radius_m"]].tolist() == ["5min", 300.0]
    assert table.loc["health_centre", ["level", "radius_m"]].tolist() == ["15min", 1000.0]
    assert table.loc["waste_collection", "radius_m"] == 400.0


@pytest.mark.parametrize("name", standard_names())
def test_every_kind_and_category_is_in_the_catalog(name: str) -> None:
    norm, facilities = read_standard(name), read_catalog().facilities
    assert set(norm.kinds) <= set(facilities.index)
    assert set(facilities.loc[list(norm.kinds), "category"]) <= set(norm.score.categories)
    assert norm.name == name


@pytest.mark.parametrize("name", standard_names())
def test_a_radius_that_the_text_does_not_give_is_marked_assumed(name: str) -> None:
    norm = read_standard(name)
    without = {s.kind for s in norm.services if s.radius_m is None}
    table = norm.table.loc[sorted(without)]
    assert without and (table["confidence"] == "assumed").all()
    assert (table["radius_m"] == table["level"].map({k: v.distance_m for k, v in norm.levels.items()})).all()


def test_a_second_standard_judges_other_kinds_by_rows_alone() -> None:
    national, community = read_standard(GB), read_standard("wzsq-2020")
    assert "junior_school" in national.kinds and "junior_school" not in community.kinds
    assert community.table.loc["kindergarten", "level"] == "10min"


def test_a_local_standard_names_only_what_differs(tmp_path: Path) -> None:
    path = local(
        tmp_path,
        'name = "local"\nextends = "gb50180-2018"\ndrop = ["bank"]\n'
        '[[services]]\nkind = "kindergarten"\nradius_m = 250\n'
        "[score]\nfade = 0.5\n[levels.5min]\ndistance_m = 250\n",
    )
    norm, parent = read_standard(path), read_standard(GB)
    changed = norm.table.loc["kindergarten"]
    assert changed["radius_m"] == 250 and changed["clause"] == parent.table.loc["kindergarten", "clause"]
    assert set(parent.kinds) - set(norm.kinds) == {"bank"}
    assert norm.table.loc["recycling_point", "radius_m"] == 250  # no radius of its own: follows its level
    assert norm.score.fade == 0.5 and norm.score.categories == parent.score.categories
    same = [k for k in norm.kinds if k not in {"kindergarten", "recycling_point", "public_toilet", "canteen"}]
    pd.testing.assert_frame_equal(norm.table.loc[same], parent.table.loc[same])


def test_a_local_standard_may_extend_a_local_standard(tmp_path: Path) -> None:
    local(tmp_path, 'name = "province"\nextends = "gb50180-2018"\n[score]\nfade = 0.25\n', "province")
    city = local(tmp_path, 'name = "city"\nextends = "province"\n', "city")
    assert (read_standard(city).name, read_standard(city).score.fade) == ("city", 0.25)


def test_standards_in_a_circle_are_refused(tmp_path: Path) -> None:
    local(tmp_path, 'name = "a"\nextends = "b"\n', "a")
    path = local(tmp_path, 'name = "b"\nextends = "a"\n', "b")
    with pytest.raises(InputError, match=r"circle \(b > a > b\)"):
        read_standard(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "x"\nextends = "gb50180-2018"\nradius = 3\n', "radius"),
        ('name = "x"\nextends = "nowhere"\n', "'nowhere' is not known"),
        ('name = "x"\nextends = "gb50180-2018"\ndrop = ["moon_base"]\n', "moon_base"),
        ('name = "x"\ndrop = ["bank"]\n', "drop needs extends"),
        (
            'name = "x"\nextends = "gb50180-2018"\n[[services]]\nkind = "plaza"\nlevel = "9min"\n',
            "obligation",
        ),
        ('name = "x"\n[levels', "not readable"),
        ('name = "x"\nextends = "gb50180-2018"\n[[services]]\nkind = "bank"\nlevel = "9min"\n', "9min"),
        (
            'name = "x"\nextends = "gb50180-2018"\n[[baskets]]\nid = "four"\nneeds = { a = ["moon"] }\n',
            "moon",
        ),
        ('name = "x"\nextends = "gb50180-2018"\nservices = 3\n', "services"),
        ('name = "x"\nextends = "gb50180-2018"\ndrop = ["kindergarten"]\n', "kindergarten"),
    ],
)
def test_what_is_wrong_is_named_with_the_file(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        read_standard(local(tmp_path, text))
    assert words in str(error.value) and ("local.toml" in str(error.value) or words.startswith("'nowhere'"))


def test_unknown_names_and_files_are_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"gb50180-2018, wzsq-2020"):
        read_standard("gb")
    with pytest.raises(InputError, match=r"no file missing\.toml"):
        read_standard("missing.toml")


def test_a_standard_cannot_be_changed() -> None:
    norm = read_standard(GB)
    with pytest.raises(ValidationError):
        norm.name = "other"  # type: ignore[misc]
    assert isinstance(norm, Standard)


def test_catalog_tables_agree_with_one_another() -> None:
    catalog = read_catalog()
    kinds = catalog.facilities
    assert kinds["label_en"].str.casefold().is_unique and kinds["label_en"].str.len().between(1, 2).all()
    assert kinds["label"].is_unique and (kinds["label"].str.len() == 1).all() and kinds.index.is_unique
    sized = kinds.dropna(subset=["footprint_m2"])
    assert (sized["least_width_m"] ** 2 <= sized["footprint_m2"]).all()  # the footprint can be that wide
    assert set(catalog.groups.index) == {"general", "elderly", "child", "wheelchair"}
    assert set(catalog.indicators["better"]) == {"up", "down", "none"} and catalog.indicators.index.is_unique
