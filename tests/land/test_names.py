"""Names and the order of rows choose nothing: sites, joint footprints and removals have the same worth."""

import numpy as np
import pytest
import quarters as q
from conftest import examples
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import spatialreno as sr

QUIET = {"deadline": None, "phases": (Phase.generate,), "suppress_health_check": list(HealthCheck)}


def twins(data):
    """The same quarter under other names and in another order of rows, as a scenario leaves it."""
    rows = data.draw(q.quarters(most=2))
    scenario = data.draw(q.openings(rows))
    names = data.draw(q.any_names(rows))
    one = scenario.apply(q.area_of(rows))
    mixed = q.shuffled(q.renamed(rows, names), data.draw)
    return one, q.scenario_renamed(scenario, names).apply(q.area_of(mixed))


@settings(max_examples=examples(4), **QUIET)
@given(st.data())
@pytest.mark.long
def test_footprints_of_several_kinds(data):
    one, two = (sr.fit_footprints(area, ["plaza", "recycling_point"]) for area in twins(data))
    assert (one.status, one.missing.keys()) == (two.status, two.missing.keys())
    assert np.nan_to_num(one.objective) == pytest.approx(np.nan_to_num(two.objective), abs=1e-5)


@settings(max_examples=examples(4), **QUIET)
@given(st.data())
@pytest.mark.long
def test_removals(data):
    one, two = (sr.fewest_removals(area, "plaza", sides=[(14.0, 20.0)]) for area in twins(data))
    assert (one.fits_now, one.number, one.owners) == (two.fits_now, two.number, two.owners)
    assert one.cost_yuan == pytest.approx(two.cost_yuan)


@settings(max_examples=examples(4), **QUIET)
@given(st.data())
@pytest.mark.long
def test_sites(data):
    one, two = (sr.land.candidate_sites(area, "parcel_station") for area in twins(data))
    for column in ("width_m", "depth_m", "angle_deg", "area_m2"):
        assert one[column].to_numpy() == pytest.approx(two[column].to_numpy(), abs=1e-6)
    assert one.geometry.distance(two.geometry).max() < 1e-5 if len(one) else two.empty
