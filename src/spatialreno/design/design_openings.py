"""Which walls come down and which gates open within a budget, so that most people gain: an answer with its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Unpack

from spatialreno.area import split_walls
from spatialreno.design.answers import Question
from spatialreno.design.design import Design
from spatialreno.design.proof.study import Effort
from spatialreno.design.question.guards import Guards
from spatialreno.design.question.terms import checked_budget
from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.catalog import Standard


def design_openings(
    area: StudyArea,
    *,
    budget_yuan: float = float("inf"),
    goal: str = "basket",
    candidates: Sequence[str] | None = None,
    max_m: float | None = None,
    tiles_m: float | None = None,
    standard: str | Standard = "gb50180-2018",
    effort: Effort | None = None,
    progress: Callable[[str], None] | None = None,
    **guards: Unpack[Guards],
) -> Design:
    r"""Choose walls to take down and gates to open, so that a measure is highest for the money, with a proof.

    .. math:: \max \sum_g r_g z_g \quad \text{s.t.} \quad \sum_w c_w y_w \le B, \qquad
              z_g \le \sum_{w \in C} y_w \text{ for every cut } C \text{ of } g

    Method: opening never lengthens a walk. So wherever somebody does not reach what he is after under a choice, that
    choice is grown to a largest one under which he still does not; at least one of the remaining candidates must open
    (a cut). A solver chooses, the walk engine tells whom the choice reaches, and cuts are added until value and bound
    meet or the effort is used up. A large area is worked out by tiles: each home belongs to one, each tile chooses its
    own copy of every opening at a price of its own, and what tiles and money get together bounds the whole. At the end
    the answer is applied and measured by the product; both must agree.

    Parameters
    ----------
    area
        The area in any state.
    budget_yuan
        Most to be spent, by the bill (works, ground made good, design, supervision and reserve); without a limit by
        default.
    goal
        ``basket`` or ``basket:ID`` (residents with the whole basket, each counted once), ``covered:KIND`` (residents
        within the radius of a kind), ``kinds`` (residents × kinds within their radius), ``score`` (mean circle score)
        or ``metres`` (metres saved by walks of today, over residents and kinds, one way).
    candidates
        Ids of walls, gates and structures, and the words ``walls``, ``gates`` and ``paths`` (a new gate wherever a path
        meets a wall); by default the first two.
    max_m
        Split longer walls first, as ``split_walls`` does, so that a stretch may open alone; the answer's scenario is
        for ``Design.area``.
    tiles_m
        Side in metres of the tiles that a large area is worked out by; by default one piece up to 600 homes, and above
        that tiles of 500 m for goals that count who reaches something (not ``score`` and ``metres``). The walks of one
        tile are at hand at a time, each to its full length, so that memory stays bounded; the bound holds for the
        whole. Where there is one tile only the answer is that of one piece.
    standard
        The standard whose radii, baskets and weights count.
    effort
        How hard to try before the answer is given with a bound that is not met: ``sr.design.Effort(searches=, nodes=,
        rounds=, work=, gap=)``, counted in work and not by the clock. By tiles an answer within 5 % of the gain is good
        enough (``gap=0.05``) where nothing is said.
    progress
        Called with a line of words now and then.
    guards
        ``keep_party`` (ids of parties that are not asked), ``most_parties`` (asked at most), ``consent`` (``in_hand``
        or ``not_refused``), ``must_open``, ``must_keep`` (ids), ``floor`` (least share of each compound's residents who
        hold the goal, or by compound), ``most_through`` (most share of outside trips that cut through the compounds),
        ``keep_fire``, ``keep_wheelchair`` (neither is lost).

    Returns
    -------
    Design
        The pruned answer: least money for its value.

    Raises
    ------
    InputError
        A goal, a candidate or a guard that is not known.
    InfeasibleError
        No choice keeps to all guards; the message names the guard without which there is one.

    Examples
    --------
    >>> import spatialreno as sr
    >>> found = design_openings(sr.read_area("data/geo/xigongdi"), budget_yuan=10_000, candidates=["gates"])
    >>> found.status, found.cost_yuan <= 10_000, found.value >= found.today
    ('proven', True, True)
    """
    checked_budget(budget_yuan)
    if not isinstance(goal, str):
        raise InputError(f"design: goal is {goal!r}, expected a word such as basket, covered:KIND, kinds or score.")
    if max_m is not None:
        area = split_walls(area, max_m=max_m)
    question = Question.of(area, goal, candidates, standard, guards, progress, effort, tiles_m)
    return question.design(budget_yuan)
