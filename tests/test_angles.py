"""Angles do not depend on the instructions of a processor."""

import math

import numpy as np
import pytest

from spatialreno import _angles

ANGLES = np.linspace(-3.1, 3.1, 2001)


class Other:
    """A function of numpy as another processor has it: doubles differ in the last digit."""

    def __init__(self, real: np.ufunc) -> None:
        self.real = real

    def __call__(self, *numbers: object) -> object:
        found = self.real(*numbers)
        return np.nextafter(found, np.inf) if found.dtype == np.float64 else found


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_they_are_those_of_the_c_library_within_a_digit(name: str) -> None:
    expected = np.array([getattr(math, name)(angle) for angle in ANGLES])
    np.testing.assert_array_max_ulp(getattr(_angles, name)(ANGLES), expected, 1)


def test_angles_turn_back() -> None:
    x, y = _angles.unit(ANGLES).T
    np.testing.assert_allclose(_angles.arctan2(y, x), ANGLES, rtol=0, atol=1e-15)
    np.testing.assert_allclose(_angles.arccos(x), np.abs(ANGLES), rtol=0, atol=1e-13)
    assert _angles.cos(0.0) == 1.0 and _angles.arctan2(1, 0) == math.pi / 2


def test_another_processor_gives_the_same_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["sin", "cos", "tan", "arccos", "arctan2"]
    given = {name: (ANGLES / 4, ANGLES) if name == "arctan2" else (ANGLES / 4,) for name in names}
    here = {name: getattr(_angles, name)(*given[name]) for name in names}
    for name in names:
        monkeypatch.setattr(np, name, Other(getattr(np, name)))
    assert (np.cos(ANGLES) != np.array([math.cos(angle) for angle in ANGLES])).any()
    for name in names:
        np.testing.assert_array_equal(getattr(_angles, name)(*given[name]), here[name])
