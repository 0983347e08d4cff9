"""A fault reads aloud: where, what, which rows, and the mend."""

import pytest

from spatialreno.errors import Fault, InfeasibleError, InputError, RenoError, ScenarioError

FAULT = Fault("walls", ("W1", "W2"), "size", "2 shapes have no length", "Draw them in full")


def test_a_fault_reads_as_where_what_which_and_mend():
    assert str(FAULT) == "walls: 2 shapes have no length (W1, W2). Draw them in full"


def test_a_fault_of_a_file_names_the_file_first():
    told = Fault("walls", (), "size", "no rows", "Give rows", file="weiqiang.geojson")
    assert str(told) == "weiqiang.geojson: walls: no rows. Give rows"


def test_many_rows_are_counted_not_listed():
    told = str(Fault("walls", tuple(f"W{n}" for n in range(11)), "size", "flat", "Draw them"))
    assert "W7 and 3 more" in told
    assert "W8" not in told


def test_one_fault_stands_alone():
    assert str(InputError.of([FAULT])) == str(FAULT)


def test_several_faults_are_counted_and_listed():
    error = InputError.of([FAULT, FAULT])
    assert str(error).splitlines() == ["2 faults found:", f"- {FAULT}", f"- {FAULT}"]
    assert error.faults == (FAULT, FAULT)


@pytest.mark.parametrize("kind", [InputError, ScenarioError, InfeasibleError])
def test_every_refusal_is_of_one_family(kind):
    assert isinstance(kind.of([FAULT]), kind)
    assert issubclass(kind, RenoError)
    assert kind("text").faults == ()
