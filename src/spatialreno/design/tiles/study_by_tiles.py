"""In one piece or by tiles: a question made ready as its size asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialreno.design.proof.study import Effort, Study
from spatialreno.design.tiles.tiled_hopes import hopes_by_tiles, tiles_of
from spatialreno.design.tiles.tiled_study import TiledStudy
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spatialreno.area import StudyArea
    from spatialreno.design.question.candidates import Candidate
    from spatialreno.design.question.goals import Goal
    from spatialreno.walk import OpeningChoices

#: So many homes are held in memory at once, and side of a tile where there are more, in metres.
_IN_ONE_PIECE, _SIDE_M = 600, 500.0
_GOOD_ENOUGH = Effort(gap=0.05)


def tile_side(goal: Goal, asked_m: float | None) -> float | None:
    """Decide in how large tiles a question is worked out; None for one piece.

    Parameters
    ----------
    goal
        What the design is for.
    asked_m
        The side that was asked for, in metres; None to decide by the number of homes.

    Raises
    ------
    InputError
        The side is not above 0, or the goal is not counted by who reaches something.
    """
    if asked_m is None:
        return _SIDE_M if goal.by_reach and len(goal.people) > _IN_ONE_PIECE else None
    if not asked_m > 0:
        raise InputError(f"design: tiles_m is {asked_m:g}, expected a side above 0. Give metres, such as 500.")
    if not goal.by_reach:
        raise InputError(f"design: tiles_m needs basket, covered:KIND or kinds, not {goal.word}. Leave it out.")
    return asked_m


def study_of(
    goal: Goal,
    choices: OpeningChoices,
    candidates: Sequence[Candidate],
    ready: StudyArea,
    side_m: float | None,
    effort: Effort | None,
    progress: Callable[[str], None],
) -> Study:
    """Make a study in one piece, or by tiles where there is more than one tile of the side.

    Parameters
    ----------
    goal
        What the design is for.
    choices
        For the homes of the goal's people, in order.
    candidates
        What may be opened.
    ready
        The area with new gates standing closed.
    side_m
        Side of a tile in metres; None for one piece.
    effort
        As for ``Study``; None for all there is in one piece, and by tiles for what is good enough.
    progress
        As for ``Study``.
    """
    so_far = (choices.count, goal.whole, choices.searches)
    if side_m is not None:
        tile = tiles_of(goal.area, goal.people.index, side_m)
        tiles = int(tile.max(initial=0)) + 1
        if tiles > 1:
            progress(f"{len(tile):,} homes in {tiles} tiles of {side_m:g} m")
            hopes = hopes_by_tiles(goal, choices, candidates, ready, tile)
            return TiledStudy(hopes, *so_far, effort or _GOOD_ENOUGH, progress)
    return Study(goal.hopes(choices), *so_far, effort or Effort(), progress)
