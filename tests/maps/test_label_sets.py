"""Sets of labels are numbered as their first carriers come, each once."""

from __future__ import annotations

import numpy as np
import pytest

from spatialreno.maps.live_page.typed_arrays import LabelSets


def one_by_one(known: dict[tuple[int, ...], int], pairs: set[tuple[int, int]], count: int) -> list[int]:
    """Number the set of each carrier, one carrier after another."""
    found = []
    for carrier in range(count):
        own = tuple(sorted(label for other, label in pairs if other == carrier))
        found.append(known.setdefault(own, len(known)))
    return found


@pytest.mark.parametrize("most", [1, 2, 4])
def test_every_carrier_has_the_number_of_its_set(most):
    dice, sets, known = np.random.default_rng(most), LabelSets(), {(): 0}
    for count in (0, 1, 40, 60):  # later carriers meet sets that are known
        pairs = {(int(c), int(label)) for c, label in dice.integers(0, [max(count, 1), most], (2 * count, 2))}
        carrier, label = np.array(sorted(pairs, key=lambda _: dice.random()), np.int64).reshape(-1, 2).T
        assert sets.of(carrier, label, count).tolist() == one_by_one(known, pairs, count)
    assert sets.number == known
