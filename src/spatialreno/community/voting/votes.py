"""Votes as the Civil Code counts them: who took part, who agreed, by area and by heads, and who is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from spatialreno.errors import InputError

if TYPE_CHECKING:
    from spatialreno.catalog import Catalog

#: Areas are compared in whole hundredths of a square metre, as deeds state them.
_PER_M2 = 100


@dataclass(frozen=True)
class VoteRule:
    """What a matter needs: a share that takes part, and a share that agrees.

    Attributes
    ----------
    take_part, agree
        Exact shares; ``strictly``: more than ``agree`` and not just as much.
    of
        ``voting``: agreement is a share of those who take part; ``all``: of the whole electorate.
    counted
        ``both``: by area and by heads; ``heads``: by heads only.
    """

    name: str
    title_zh: str
    title_en: str
    take_part: Fraction
    agree: Fraction
    strictly: bool
    of: str
    counted: str
    source: str
    confidence: str

    def title(self, lang: str = "zh") -> str:
        """Name the rule for people."""
        return self.title_en if lang == "en" else self.title_zh


def vote_rule(catalog: Catalog, name: str) -> VoteRule:
    """Read one rule of voting from the catalog.

    Parameters
    ----------
    catalog
        Its ``vote_rules`` are read, each with its clause of the Civil Code.
    name
        Name of the rule, such as ``high``.

    Returns
    -------
    VoteRule
        Shares that must take part and agree, as fractions, of heads and areas.

    Raises
    ------
    InputError
        There is no rule of that name.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> vote_rule(read_catalog(), "high").agree
    Fraction(3, 4)
    """
    rows = {row["rule"]: row for row in catalog.rows("vote_rules")}
    if name not in rows:
        raise InputError(f"vote rule {name!r}: not known. Choose one of {', '.join(rows)} (catalog vote_rules).")
    row = rows[name]
    return VoteRule(
        name=name,
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        take_part=Fraction(row["take_part"]),
        agree=Fraction(row["agree"]),
        strictly=row["strictly"] == "yes",
        of=row["of"],
        counted=row["counted"],
        source=row["source"],
        confidence=row["confidence"],
    )


@dataclass(frozen=True, repr=False)
class Tally:
    """One matter counted: the electorate, who took part, who agreed, whether it passed, who is still to be won.

    Attributes
    ----------
    heads, area_m2
        The whole electorate; ``voted_*`` took part, ``agreed_*`` said yes, ``against`` heads said no.
    quorum, passed
        Whether enough take part, and whether the matter is decided.
    to_win
        The smallest set of further voters whose yes would decide it: those who have not voted first, then
        those who abstained or said no. Empty when passed.
    uncounted
        Homes in which nobody knows how many households live: until that is known, nothing is decided there and
        nobody can say who is still to be won.
    """

    matter: str
    rule: VoteRule
    heads: int
    area_m2: float
    voted_heads: int
    voted_area_m2: float
    agreed_heads: int
    agreed_area_m2: float
    against: int
    quorum: bool
    passed: bool
    to_win: tuple[str, ...]
    uncounted: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """Say ``passed``, ``agreed_short`` (a quorum, too few yes), ``quorum_short``, or ``uncounted``."""
        if self.uncounted:
            return "uncounted"
        return "passed" if self.passed else "agreed_short" if self.quorum else "quorum_short"

    def __repr__(self) -> str:
        """Read the count aloud."""
        return (
            f"{self.matter}: {self.voted_heads} of {self.heads} took part ({self.voted_area_m2:.0f} of "
            f"{self.area_m2:.0f} m2), {self.agreed_heads} agreed ({self.agreed_area_m2:.0f} m2): "
            f"{self.state}, {len(self.to_win)} still to be won"
        )


@dataclass(frozen=True)
class _Count:
    """Heads and hundredths of square metres: of all, of those who take part, of those who agree."""

    all_: tuple[int, int]
    voted: tuple[int, int]
    agreed: tuple[int, int]

    def won(self, undecided: tuple[int, int], converted: tuple[int, int]) -> _Count:
        """Add the yes of some who had not voted, and of some who had voted otherwise."""
        (u, ua), (c, ca) = undecided, converted
        voted = (self.voted[0] + u, self.voted[1] + ua)
        return _Count(self.all_, voted, (self.agreed[0] + u + c, self.agreed[1] + ua + ca))


def tally(areas_m2: Mapping[str, float], votes: Mapping[str, str], rule: VoteRule, *, matter: str = "") -> Tally:
    """Count one matter by heads and by area, exactly, and find the smallest set of votes still missing.

    With H heads and A area in all, P heads and p area taking part, Y heads and y area agreeing, the matter
    is decided when

    .. math:: P \\ge qH,\\; p \\ge qA,\\; Y \\ge rP,\\; y \\ge rp

    (q share that takes part, r share that agrees; the last two strictly greater where the rule says so, and of
    H and A where the rule counts the whole electorate). For any number of people won, those with the largest
    areas serve best, so the smallest set is found by trying each split between people who have not voted and
    people to be converted.

    Parameters
    ----------
    areas_m2
        The electorate: private area in m² by voter.
    votes
        ``yes``, ``no`` or ``abstain`` by voter; who abstains takes part.
    rule
        Of the catalog, see :func:`vote_rule`.
    matter
        Name of the matter, for the result.

    Returns
    -------
    Tally

    Raises
    ------
    InputError
        A vote by someone outside the electorate.

    References
    ----------
    Civil Code of the People's Republic of China, art. 278.

    Examples
    --------
    >>> from spatialreno.catalog import read_catalog
    >>> from spatialreno.community import vote_rule
    >>> high = vote_rule(read_catalog(), "high")
    >>> tally({"101": 60, "102": 60, "201": 60}, {"101": "yes", "102": "yes"}, high).passed
    True
    """
    strangers = sorted(set(votes) - set(areas_m2))
    if strangers:
        raise InputError(f"{matter or 'vote'}: voters outside the electorate ({', '.join(strangers)}). Correct them.")
    cents = {voter: round(float(area) * _PER_M2) for voter, area in areas_m2.items()}
    agreed = [v for v, choice in votes.items() if choice == "yes"]
    count = _Count(_sum(cents, cents), _sum(votes, cents), _sum(agreed, cents))
    return Tally(
        matter=matter,
        rule=rule,
        heads=count.all_[0],
        area_m2=count.all_[1] / _PER_M2,
        voted_heads=count.voted[0],
        voted_area_m2=count.voted[1] / _PER_M2,
        agreed_heads=count.agreed[0],
        agreed_area_m2=count.agreed[1] / _PER_M2,
        against=sum(choice == "no" for choice in votes.values()),
        quorum=_quorum(count, rule),
        passed=_decided(count, rule),
        to_win=_fewest(count, rule, cents, votes),
    )


def _sum(voters: Mapping[str, object] | list[str], cents: Mapping[str, int]) -> tuple[int, int]:
    return len(voters), sum(cents[v] for v in voters)


def _measures(rule: VoteRule) -> range:
    return range(1) if rule.counted == "heads" else range(2)


def _quorum(count: _Count, rule: VoteRule) -> bool:
    return all(_over(count.voted[k], rule.take_part, count.all_[k]) >= 0 for k in _measures(rule))


def _over(part: int, share: Fraction, whole: int) -> int:
    """Tell by its sign whether a part is more than a share of the whole; whole numbers are quicker than fractions."""
    return part * share.denominator - share.numerator * whole


def _decided(count: _Count, rule: VoteRule) -> bool:
    """Judge heads first, then area; nobody taking part decides nothing."""
    if not count.voted[0] or not _quorum(count, rule):
        return False
    base = count.all_ if rule.of == "all" else count.voted
    for k in _measures(rule):
        over = _over(count.agreed[k], rule.agree, base[k])
        if over < 0 or (rule.strictly and over == 0):
            return False
    return True


def _fewest(count: _Count, rule: VoteRule, cents: Mapping[str, int], votes: Mapping[str, str]) -> tuple[str, ...]:
    """Find the fewest people to win; among equally few, the fewest conversions, then the largest areas."""

    def ranked(voters: list[str]) -> list[str]:
        return sorted(voters, key=lambda v: (-cents[v], v))

    undecided = ranked([v for v in cents if v not in votes])
    others = ranked([v for v, choice in votes.items() if choice != "yes"])
    open_sums, other_sums = ([0, *accumulate(cents[v] for v in who)] for who in (undecided, others))
    for size in range(len(undecided) + len(others) + 1):
        for converted in range(max(0, size - len(undecided)), min(size, len(others)) + 1):
            fresh = size - converted
            if _decided(count.won((fresh, open_sums[fresh]), (converted, other_sums[converted])), rule):
                return (*undecided[:fresh], *others[:converted])
    return ()
