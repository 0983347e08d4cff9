"""Bad inputs without end: each is refused with file and mend, or mended and told; none runs, reads or hangs."""

import csv
import faulthandler
import os
import time
from importlib.resources import files

import pytest
from conftest import ROOT
from hostile_files import BAD, sound

from spatialreno import check_area, read_area
from spatialreno.errors import InputError
from spatialreno.files.child_process import guarded

SECONDS = 30
TOLD = "passwd:x:root:"


def test_there_are_many_and_the_folder_is_sound(tmp_path):
    assert len(BAD) >= 150
    assert set(check_area(sound(tmp_path / "yard")).severity) <= {"warning", "note"}


@pytest.mark.spread(16)
@pytest.mark.parametrize("name", sorted(BAD, key=lambda name: (BAD[name][0], name)))  # some of each kind every day
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


def _abort() -> None:
    faulthandler.disable()  # its end is meant, and nobody need read where it was
    os.abort()


@pytest.mark.parametrize(
    ("work", "told"),
    [
        (lambda: [0] * (400 * 10**6), "needs more memory"),
        (lambda: _abort(), "broke the reader"),
        (lambda: 1 / 0, "cannot be read (division by zero)"),
        (lambda: time.sleep(9), "takes longer than"),
    ],
)
def test_a_reader_that_runs_wild_is_ended(work, told, tmp_path):
    with pytest.raises(InputError) as caught:
        guarded(work, tmp_path / "x.shp", seconds=1)
    assert "x.shp: " in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.long
def test_a_child_that_hangs_at_its_start_is_tried_once_more(tmp_path):
    def work():
        if not (tmp_path / "before").exists():
            (tmp_path / "before").touch()
            time.sleep(9)
        return "read"

    assert guarded(work, tmp_path / "x.shp", seconds=1) == "read"


def test_every_kind_of_fault_in_the_docs_has_its_test():
    rows = list(csv.DictReader((files("spatialreno.catalog") / "faults.csv").read_text("utf-8").splitlines()))
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    for row in rows:
        assert f"| {row['fault']} | {row['where']} | {row['what_happens']} |" in text
    tested = {kind for kind, _ in BAD.values()} | set(ELSEWHERE)
    assert {row["test"] for row in rows} <= tested
    for places in ELSEWHERE.values():
        for place in places:
            file, name = place.split("::")
            assert f"def test_{name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), place


ELSEWHERE = {  # kinds of faults that other tests show
    "hour": (
        "test_first_hour.py::the_handbook_leads_from_raw_files_to_compared_options",
        "test_first_hour.py::templates_that_were_filled_in_are_an_area",
    ),
    "corpus": ("formats/test_corpus.py::it_is_read_or_refused_in_words",),
    "old": (
        "formats/test_old_workbooks.py::a_ledger_of_old_excel_is_read_as_one_of_today",
        "formats/test_old_workbooks.py::what_only_calls_itself_a_workbook_is_named",
    ),
    "packed": (
        "formats/test_packed_and_bound.py::one_of_several_files_in_an_archive_may_be_named",
        "formats/test_packed_and_bound.py::a_hidden_sheet_is_told_and_not_read",
        "formats/test_packed_and_bound.py::rows_by_stairwell_are_added_up_by_house",
        "formats/test_packed_and_bound.py::names_in_an_archive_are_read_as_windows_wrote_them",
        "formats/test_packed_and_bound.py::layers_of_a_drawing_bound_into_another_are_known",
        "formats/test_packed_and_bound.py::the_table_of_a_shapefile_alone_is_named",
    ),
    "lists": (
        "formats/test_lists_without_places.py::a_list_is_counted_by_compound_and_legality",
        "formats/test_lists_without_places.py::compounds_that_are_not_there_are_named_and_counted_in_the_area_alone",
        "formats/test_ledgers_as_kept.py::words_of_a_ledger_do_not_contradict_those_of_a_layer",
    ),
    "raw": (
        "formats/test_drawings_as_drawn.py::codes_of_one_layer_are_proposed_as_walls_sheds_and_houses",
        "formats/test_drawings_as_drawn.py::what_a_drawing_cannot_say_is_asked_for_with_the_words_that_are_open",
        "formats/test_adopt.py::columns_called_by_initials_are_known",
    ),
    "script": (
        "formats/test_readers.py::the_script_of_a_shapefile_is_found_and_told",
        "formats/test_sheets.py::csv_in_gbk_is_a_ledger_too",
        "formats/test_readers.py::a_name_cut_in_the_middle_of_a_character_is_told",
        "formats/test_readers.py::names_of_columns_cut_in_the_middle_of_a_character",
    ),
    "text": (
        "formats/test_text_as_it_comes.py::what_a_file_says_never_makes_rubbish_of_chinese",
        "formats/test_text_as_it_comes.py::a_one_byte_cpg_over_gbk_is_not_believed",
        "formats/test_text_as_it_comes.py::rows_that_are_marked_as_deleted_are_left_out_and_counted",
        "formats/test_text_as_it_comes.py::data_of_placemarks_keep_their_chinese_names",
        "formats/test_text_as_it_comes.py::a_drawing_in_gbk_is_read_whatever_its_code_page_says",
        "formats/test_shapes_as_they_come.py::half_a_character_is_refused_by_row",
    ),
    "held": ("formats/test_text_as_it_comes.py::edits_that_lie_beside_a_package_are_read_and_told",),
    "shapes": (
        "formats/test_shapes_as_they_come.py::arcs_are_chords_within_the_sagitta_and_told_by_row",
        "formats/test_shapes_as_they_come.py::a_ring_that_is_not_closed_is_closed_and_told",
        "formats/test_shapes_as_they_come.py::a_shape_that_cannot_be_drawn_is_named_by_its_row",
        "formats/test_shapes_as_they_come.py::walls_drawn_as_strips_are_lines_with_their_thickness",
        "formats/test_shapes_as_they_come.py::gates_drawn_as_lines_and_areas_are_points_as_wide",
        "formats/test_shapes_as_they_come.py::a_pipe_in_the_place_of_a_file_is_named",
    ),
    "named": (
        "formats/test_systems_as_stated.py::a_local_system_says_nothing_of_the_place",
        "formats/test_systems_as_stated.py::heights_do_not_make_another_system",
        "formats/test_systems_as_stated.py::an_old_datum_is_refused_until_its_shift_is_stated",
        "formats/test_systems_as_stated.py::metres_that_declare_nothing_are_where_area_toml_says",
    ),
    "drawn": (
        "formats/test_drawings_as_drawn.py::an_insert_whose_block_is_missing_is_warned_of",
        "formats/test_drawings_as_drawn.py::a_drawing_that_is_cut_short_says_so",
        "formats/test_drawings_as_drawn.py::a_multiline_is_the_wall_in_its_middle_with_its_thickness",
        "formats/test_drawings_as_drawn.py::objects_of_other_programs_are_warned_of_with_their_number",
        "formats/test_drawings_as_drawn.py::what_cannot_be_seen_is_left_out_and_warned_of",
        "formats/test_drawings_as_drawn.py::a_mirrored_block_lies_where_it_is_seen",
        "formats/test_drawings_as_drawn.py::a_block_that_is_flat_is_read_as_on_the_plan",
    ),
    "worth": (
        "area/test_bounds_and_doubles.py::unusual_numbers_are_warned_of",
        "area/test_bounds_and_doubles.py::walls_drawn_twice_are_warned_of_with_their_metres",
        "area/test_bounds_and_doubles.py::houses_drawn_twice_count_their_people_twice",
        "area/test_bounds_and_doubles.py::a_facility_that_nobody_can_walk_to_is_warned_of_with_its_distance",
        "area/test_bounds_and_doubles.py::characters_that_steer_terminals_are_named",
    ),
    "edited": (
        "formats/test_osm_as_edited.py::what_an_editor_deleted_is_gone_and_told",
        "formats/test_osm_as_edited.py::objects_that_were_not_yet_uploaded_keep_their_names",
        "formats/test_osm_as_edited.py::a_gate_drawn_from_post_to_post_stands_in_its_middle",
        "formats/test_osm_as_edited.py::answers_that_hold_nothing_to_draw",
    ),
    "kept": (
        "formats/test_ledgers_as_kept.py::a_strict_workbook_is_read",
        "formats/test_ledgers_as_kept.py::a_heading_of_two_rows_with_merged_cells",
        "formats/test_ledgers_as_kept.py::titles_totals_numbers_of_columns_and_remarks_are_no_rows",
        "formats/test_ledgers_as_kept.py::a_number_merged_over_rows_belongs_to_none_of_them",
        "formats/test_ledgers_as_kept.py::a_cell_that_cannot_be_read_is_blamed_on_its_ledger_and_row",
        "formats/test_ledgers_as_kept.py::all_keys_count",
        "formats/test_ledgers_as_kept.py::a_csv_of_any_script_parted_by_any_mark",
    ),
    "sheet": ("formats/test_sheets.py::households_of_a_ledger_are_spread_and_sum_to_it",),
    "ledger": (
        "formats/test_sheets.py::rows_without_a_place_are_listed_for_placing",
        "formats/test_sheets.py::a_ledger_that_does_not_do",
    ),
    "shift": (
        "area/test_rules_near.py::a_layer_in_the_coordinates_of_a_web_map_is_named",
        "area/test_rules_near.py::the_way_back_is_exact_to_a_millionth_of_a_metre",
    ),
    "near": (
        "area/test_rules_near.py::gaps_between_walls",
        "area/test_rules_near.py::a_building_across_a_boundary",
        "area/test_rules_near.py::overlapping_compounds_and_gates_off_their_wall_have_coordinates",
    ),
    "repair": (
        "area/test_rules_near.py::a_ring_that_touches_itself_is_rebuilt_and_a_bow_tie_is_not",
        "area/test_rules_near.py::parts_become_rows_with_ids_and_amounts_are_not_shared_out",
        "area/test_rules_near.py::repeated_points_are_told",
        "area/test_conform.py::heights_are_left_out_aloud",
        "formats/test_readers.py::rows_without_ids_are_numbered_as_the_file_does",
    ),
    "ids": (
        "formats/test_bad_input.py::a_row_that_does_not_do",
        "area/test_conform.py::rows_without_id_are_named_by_their_place",
    ),
    "words": (
        "formats/test_bad_input.py::a_row_that_does_not_do",
        "formats/test_readers.py::columns_values_and_words_are_mapped",
    ),
    "references": ("area/test_check.py::each_rule_names_layer_rows_and_what_was_expected",),
    "bomb": ("formats/test_dxf.py::an_insert_bomb_ends_with_a_word",),
    "digits": ("formats/test_readers.py::ids_of_many_digits_stay_as_they_are",),
    "systems": ("area/test_crs.py::layers_in_several_systems_meet",),
    "drawing": (
        "formats/test_dxf.py::coordinate_system_and_unit_must_be_stated",
        "formats/test_dxf.py::layers_of_cass_are_known_and_the_rest_is_counted",
        "formats/test_dxf.py::two_texts_that_differ_give_nothing_and_are_told",
        "formats/test_dxf.py::a_wall_of_two_lines_is_one_with_its_thickness",
        "formats/test_dxf.py::a_ring_that_nearly_closes_is_closed_and_told",
    ),
    "wkt": ("formats/test_export.py::wkt_that_is_no_shape_is_refused",),
    "osm": (
        "formats/test_osm_refusals.py::entities_are_refused",
        "formats/test_osm_refusals.py::an_extract_without_end_is_ended",
        "formats/test_osm_refusals.py::an_extract_that_fills_the_memory_is_ended",
    ),
    "service": (
        "formats/test_osm_fetch.py::places_that_cannot_be_fetched",
        "formats/test_osm_fetch.py::answers_that_cannot_be_used",
        "formats/test_osm_fetch.py::without_a_network_the_way_out_is_told",
    ),
    "manifest": (
        "formats/test_manifest.py::a_changed_file_is_told",
        "formats/test_manifest.py::a_missing_file_is_refused_by_name",
        "formats/test_manifest.py::results_are_held_to_their_manifest",
        "formats/test_manifest.py::a_manifest_that_is_none_is_refused",
    ),
    "export": (
        "formats/test_export.py::text_that_a_shapefile_would_lose_is_refused",
        "formats/test_export.py::only_an_earlier_export_is_replaced",
    ),
    "whole": (
        "formats/test_whole.py::killed_at_every_step_leaves_the_old_or_the_new",
        "formats/test_whole.py::a_full_disk_leaves_the_old",
        "formats/test_whole.py::a_read_only_file_system_is_told",
        "formats/test_whole.py::two_writers_never_mix",
    ),
    "postgis": (
        "formats/test_postgis.py::a_killed_write_leaves_the_old_state",
        "formats/test_postgis.py::tables_of_others_with_the_names_of_layers_are_refused_and_kept",
    ),
}
