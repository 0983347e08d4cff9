"""Who must agree to a scenario: holders of rights themselves, owners by vote; what is in hand and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialreno.community.consents.touched import touched_features
from spatialreno.community.voting.ballots import Register, matter_row, read_register
from spatialreno.community.voting.fewest import Fewest, Poll, fewest_people
from spatialreno.community.voting.votes import Tally
from spatialreno.errors import Fault, InputError

if TYPE_CHECKING:
    from spatialreno.area import StudyArea
    from spatialreno.scenario import Scenario

#: How a holder's word stands for the matter: only a signature is in hand.
CONSENT_STATES = {
    "signed": "in_hand",
    "agreed_in_principle": "promised",
    "visited": "open",
    "not_visited": "open",
    "against": "refused",
}
#: From best to worst: a party stands where its worst row stands.
CONSENT_ORDER = ("in_hand", "promised", "open", "refused", "unknown")
#: From least asked to worst answered, what one holder may be told of one thing.
_LEAST = ("enforcement", "informed", "vote", *CONSENT_ORDER)
_ASKED = [
    *("verb", "layer", "id", "kind", "basis", "right", "party_id", "party", "party_kind"),
    *("share", "consent", "date", "state", "source", "confidence"),
]
_VOTES = [
    *("matter", "place", "rule", "electorate", "heads", "area_m2", "voted_heads", "voted_area_m2"),
    *("agreed_heads", "agreed_area_m2", "against", "state", "to_win", "source", "confidence"),
]


@dataclass(frozen=True, repr=False)
class Consents:
    """What one scenario needs from others.

    Attributes
    ----------
    option
        Name of the scenario.
    asked
        A row for each touched feature and holder: verb, layer, id, kind, basis (``owner``: agrees himself;
        ``vote``: through the owners' vote; ``inform``; ``enforcement``: an established illegal structure, not a
        vote), right, party_id, party, party_kind, share, consent, date, state (``in_hand``, ``promised``,
        ``open``, ``refused``; ``unknown`` where no holder is registered), source, confidence.
    votes
        A row for each matter and place: rule, electorate, heads and areas, state (``passed``, ``agreed_short``,
        ``quorum_short``; ``uncounted`` where nobody knows how many households live in a home of that place, and so
        neither heads nor area nor to_win), to_win (how many votes are still missing).
    counts
        The tallies behind ``votes``, by ``matter:place``.
    polls
        The matters behind ``votes``, by ``matter:place``.
    parties
        Index party_id; party, party_kind, rows, in_hand (rows), state: whose own agreement is needed.
    faults
        Things whose stated shares do not add up to one, when the rest was kept.
    ownerless
        Number of things for which somebody must be asked and no holder is registered; ground outside every compound
        is not among them.
    """

    option: str
    asked: pd.DataFrame
    votes: pd.DataFrame
    counts: dict[str, Tally]
    polls: dict[str, Poll]
    parties: pd.DataFrame
    faults: tuple[Fault, ...] = ()
    ownerless: int = 0

    @cached_property
    def fewest(self) -> Fewest:
        """The smallest set of households whose yes would pass every vote, each counted once; found when asked for."""
        return fewest_people(self.polls)

    @property
    def asked_count(self) -> int:
        """Number of consents needed: parties that must agree themselves, and votes of owners."""
        return len(self.parties) + len(self.votes)

    @property
    def in_hand_count(self) -> int:
        """Number of consents in hand: parties who have signed everything asked of them, and votes passed."""
        return int((self.parties["state"] == "in_hand").sum() + (self.votes["state"] == "passed").sum())

    @property
    def complete(self) -> bool:
        """Tell whether nothing is missing, holders who are not registered included."""
        return self.in_hand_count == self.asked_count and not (self.asked["state"] == "unknown").any()

    @property
    def against_count(self) -> int:
        """Number of parties who have said no to something asked of them."""
        return int((self.parties["state"] == "refused").sum())

    @property
    def parties_to_win(self) -> int:
        """Number of parties who have not signed everything asked of them."""
        return int((self.parties["state"] != "in_hand").sum())

    @property
    def uncounted_votes(self) -> int:
        """Number of votes whose electorate is not known."""
        return int((self.votes["state"] == "uncounted").sum())

    @property
    def households_to_win(self) -> int:
        """Fewest households whose yes would pass every vote not passed whose electorate is known, each counted once."""
        return len(self.fewest.asked)

    def to_win(self) -> pd.DataFrame:
        """List the smallest set still to be won: each party not in hand, and the fewest further households.

        Returns
        -------
        DataFrame
            A row a party or household: who (``party`` or ``household``), id, name, matter (all that is asked of it,
            joined by commas; empty for parties), state; parties first.
        """
        own = self.parties[self.parties["state"] != "in_hand"]
        rows = [("party", i, row["party"], "", row["state"]) for i, row in own.iterrows()]
        for voter, matters in self.fewest.asked.items():
            states = dict.fromkeys(self.counts[m].state for m in matters)
            rows.append(("household", voter, voter, ", ".join(matters), ", ".join(states)))
        return pd.DataFrame(rows, columns=["who", "id", "name", "matter", "state"])

    def __repr__(self) -> str:
        """Read the consents aloud."""
        enforced = int(self.asked.loc[self.asked["basis"] == "enforcement", "id"].nunique())
        unknown = int((self.asked["state"] == "unknown").sum())
        return (
            f"Consents for {self.option}: {len(self.parties)} parties and {len(self.votes)} votes asked, "
            f"{self.in_hand_count} in hand, {self.against_count} parties against; {self.parties_to_win} parties and "
            f"{self.households_to_win} households still to be won; "
            f"{enforced} illegal structures by enforcement, {unknown} without a known holder"
        )


def find_consents(
    area: StudyArea, scenario: Scenario, *, register: Register | None = None, keep_rest: bool = False
) -> Consents:
    """Find who must agree to a scenario, by which rule, what is known, and what is missing.

    Every act of the scenario is matched with the catalog's ``consent_rules``: which rights' holders must agree
    themselves, who is informed, and on which matter the owners vote. All owners together act through their vote
    (Civil Code art. 278): by area and by heads, in the electorate that ``matters`` states. A private part needs
    its own owner. An established illegal structure is enforced and not voted on.

    Parameters
    ----------
    area
        The area as it is, with its tables parties, rights and ballots.
    scenario
        The option.
    register
        The ballot book; read from the area when not given.
    keep_rest
        List things whose shares do not add up in ``faults``, instead of refusing the table of rights; every
        holder of them is asked all the same.

    Returns
    -------
    Consents

    Raises
    ------
    InputError
        Ballots that cannot be counted; shares of a right in one thing that do not add up to one.
    ScenarioError
        The scenario does not fit the area.

    Examples
    --------
    >>> import spatialreno as sr
    >>> today = sr.read_area("data/geo/xigongdi")
    >>> clear = sr.Scenario("clear", "拆违", [sr.demolish("structures", where={"legality": "illegal"})])
    >>> find_consents(today, clear).asked_count
    0
    """
    faults = _share_faults(area)
    if faults and not keep_rest:
        raise InputError.of(faults)
    book = register or read_register(area, keep_rest=keep_rest)
    touched = touched_features(area, scenario)
    asked = _asked(touched, area)
    polls = {f"{m}:{p}": book.poll(m, p) for m, p in _matters(touched, area, book)}
    counts = {name: poll.count(name) for name, poll in polls.items()}
    votes = _vote_rows(counts, area)
    return Consents(
        scenario.name, asked, votes, counts, polls, _parties(asked), tuple(faults),
        _ownerless(asked, touched),
    )  # fmt: skip


def _ownerless(asked: pd.DataFrame, touched: pd.DataFrame) -> int:
    """Count what has no registered holder who could be asked; ground outside every compound is the city's."""
    within = set(touched.loc[touched["places"].map(bool), ["layer", "id"]].itertuples(index=False, name=None))
    rows = asked[asked["state"] == "unknown"]
    keys = zip(rows["layer"], rows["id"], rows["right"], strict=True)
    return len({(layer, i) for layer, i, right in keys if right != "land_use" or (layer, i) in within})


def _share_faults(area: StudyArea) -> list[Fault]:
    """Name the things in which a right's shares are all stated and do not add up to the whole."""
    stated = area.rights.groupby(["feature_id", "right"])["share"].agg(
        whole="sum", known="count", holders="size", least="min"
    )
    full = stated[stated["known"] == stated["holders"]]
    wrong = full[((full["whole"] - 1).abs() > area.catalog.constants["share_gap"]) | ~(full["least"] > 0)]
    mend = "Correct the shares, or leave them all empty"
    return [
        Fault(
            "rights",
            (str(feature),),
            "shares",
            f"shares of {right} add up to {row['whole']:g}",
            mend,
            file="rights.csv",
        )
        for (feature, right), row in wrong.iterrows()
    ]


def _asked(touched: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """Name the holders of every touched feature: who must agree, who is informed."""
    names = area.parties[["name", "kind"]].rename(columns={"name": "party", "kind": "party_kind"})
    rights = area.rights.join(names, on="party_id")
    by_feature: dict[Any, list[dict[Any, Any]]] = {}
    for right in rights.to_dict("records"):
        by_feature.setdefault(right["feature_id"], []).append(right)
    rows = [row for one in touched.to_dict("records") for row in _holders(one, by_feature)]
    frame = pd.DataFrame(rows, columns=_ASKED)
    return frame.loc[_worst(frame)].reset_index(drop=True)


def _worst(frame: pd.DataFrame) -> list[int]:
    """Choose one row for each holder of a thing: who holds land on both sides of a wall stands where he said least."""
    rank = frame["state"].map({state: k for k, state in enumerate(_LEAST)})
    worst = frame.assign(rank=rank).sort_values("rank", ascending=False, kind="stable")
    return sorted(worst.drop_duplicates(["layer", "id", "party_id", "right"]).index)


def _holders(one: dict[Any, Any], rights: dict[Any, list[dict[Any, Any]]]) -> list[dict[str, Any]]:
    """Give the rows of one touched feature; a right that must be asked for and has no holder is unknown."""
    rows = []
    for needed, basis in (("must", one["basis"]), ("informs", "inform")):
        for right in filter(None, str(one[needed]).split("|")):
            features = one["places"] if right == "land_use" else one["names"]
            held = [r for f in features if f in rights for r in rights[f] if r["right"] == right]
            rows += [_row(one, right, basis, holder) for holder in held]
            if not held and basis == "owner" and not (right == "ownership" and one["matter"]):
                rows.append(_row(one, right, basis, None))
    if one["basis"] == "enforcement":
        return [{**row, "basis": "enforcement", "state": "enforcement"} for row in rows] or [
            {**_row(one, "ownership", "enforcement", None), "state": "enforcement"}
        ]
    return rows


def _row(one: dict[Any, Any], right: str, basis: str, holder: dict[Any, Any] | None) -> dict[str, Any]:
    row = {key: one[key] for key in ("verb", "layer", "id", "kind", "source", "confidence")}
    if holder is None:
        return row | {"basis": basis, "right": right, "party_id": "", "party": "", "party_kind": "", "state": "unknown"}
    told = {key: holder[key] for key in ("party_id", "party", "party_kind", "share", "consent", "date")}
    if basis == "owner" and holder["party_kind"] == "all_owners" and one["matter"]:
        return row | told | {"basis": "vote", "right": right, "state": "vote"}
    state = "informed" if basis == "inform" else CONSENT_STATES[holder["consent"]]
    return row | told | {"basis": basis, "right": right, "state": state}


def _matters(touched: pd.DataFrame, area: StudyArea, book: Register) -> list[tuple[str, str]]:
    """List each matter that owners decide once for each place where homes are touched."""
    found = set()
    lived_in = {unit: book.places(unit) for unit in ("entrance", "building", "compound")}
    for one in touched[touched["matter"] != ""].to_dict("records"):
        unit = matter_row(area, one["matter"])["electorate"]
        places = one["places"] if unit == "compound" else one["names"]
        found |= {(one["matter"], place) for place in places if place in lived_in[unit]}
    return sorted(found)


def _vote_rows(counts: dict[str, Tally], area: StudyArea) -> pd.DataFrame:
    rows = []
    for matter, count in counts.items():
        kind, _, place = matter.partition(":")
        told = matter_row(area, kind)
        numbers = {key: getattr(count, key) for key in _VOTES if hasattr(count, key)}
        numbers["to_win"] = len(count.to_win)
        if count.uncounted:
            numbers |= dict.fromkeys(("heads", "area_m2", "to_win"))
        rows.append(
            numbers
            | {"matter": kind, "place": place, "rule": count.rule.name, "electorate": told["electorate"]}
            | {"source": told["source"], "confidence": told["confidence"]}
        )
    return pd.DataFrame(rows, columns=_VOTES).astype({"heads": "Int64", "to_win": "Int64", "area_m2": "float64"})


def _parties(asked: pd.DataFrame) -> pd.DataFrame:
    """Sum up by party whose own agreement is needed; it stands where its worst row stands."""
    own = asked[(asked["basis"] == "owner") & (asked["party_id"] != "")]
    rank = own["state"].map({state: k for k, state in enumerate(CONSENT_ORDER)})
    grouped = own.assign(rank=rank, signed=own["state"] == "in_hand").groupby("party_id", sort=True)
    found = grouped.agg(
        party=("party", "first"),
        party_kind=("party_kind", "first"),
        rows=("id", "size"),
        in_hand=("signed", "sum"),
        worst=("rank", "max"),
    )
    found["state"] = [CONSENT_ORDER[int(k)] for k in found.pop("worst")]
    return found
