"""A mistyped layer, id, column, word or indicator is answered with the nearest known one, wherever it is handed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scenario.yards import two_yards

import spatialreno as sr

AREA = two_yards()


def tried(act: object) -> Callable[[], object]:
    return lambda: sr.Scenario("x", "x", [act]).apply(AREA)  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        (lambda: AREA.layer("wals"), "walls"),
        (lambda: AREA["bulidings"], "buildings"),
        (lambda: AREA.wals, "walls"),
        (lambda: AREA.with_layer("wals", AREA.walls), "walls"),
        (tried(sr.demolish("wals", ids="W1")), "walls"),
        (tried(sr.demolish("walls", where={"knd": "wall"})), "kind"),
        (tried(sr.demolish("walls", where={"kind": "fense"})), "fence"),
        (tried(sr.alter("paths", ids="L1", set={"widht_m": 3.0})), "width_m"),
        (lambda: sr.nearest(AREA, "pharmcy"), "pharmacy"),
        (lambda: sr.evaluate(AREA, only="wall_lenght_m"), "wall_length_m"),
    ],
)
def test_the_nearest_is_offered(asked: Callable[[], object], near: str) -> None:
    with pytest.raises((sr.RenoError, AttributeError), match=f"Did you mean .*{near}"):
        asked()
