"""Names and the order of rows choose nothing: sites, joint footprints and removals have the same worth."""

import numpy as np
import pytest
import quarters as q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import spatialreno as sr

QUIET = {
    "deadline": None, "derandomize": True, "phases": (Phase.generate,), "suppress_health_check": list(HealthCheck)
}  # fmt: skip


def twins(data):
    """The same quarter under other names and in another order of rows, as a scenario leaves it."""
    rows = data.draw(q.quarters(most=2))
    scenario = data.draw(q.openings(rows))
    names = data.draw(q.any_names(rows))
    one = scenario.apply(q.area_of(rows))
    mixed = q.shuffled(q.renamed(rows, names), data.draw)
    return one, q.scenario_renamed(scenario, names).apply(q.area_of(mixed))


@settings(max_examples=4, **QUIET)
@given(st.data())
def test_footprints_of_several_kinds(data):
    found = [sr.fit_footprints(area, ["plaza", "recycling_point"]) for area in twins(data)]
    assert found[0].status == found[1].status
    assert np.nan_to_num([f.objective for f in found[:1]]) == pytest.approx(np.nan_to_num(found[1].objective), abs=1e-5)
    assert found[0].missing.keys() == found[1].missing.keys()


@settings(max_examples=4, **QUIET)
@given(st.data())
def test_removals(data):
    found = [sr.fewest_removals(area, "plaza", sides=[(14.0, 20.0)]) for area in twins(data)]
    assert [(f.fits_now, f.number, f.owners) for f in found[:1]] == [(f.fits_now, f.number, f.owners) for f in found[1:]]
    assert found[0].cost_yuan == pytest.approx(found[1].cost_yuan)


@settings(max_examples=4, **QUIET)
@given(st.data())
def test_sites(data):
    one, two = (sr.candidate_sites(area, "parcel_station") for area in twins(data))
    for column in ("width_m", "depth_m", "angle_deg", "area_m2"):
        assert one[column].to_numpy() == pytest.approx(two[column].to_numpy(), abs=1e-6)
    assert one.geometry.distance(two.geometry).max() < 1e-5 if len(one) else two.empty
