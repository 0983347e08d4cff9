"""Community: rights, consent, votes, the menu, lift shares, management, check-up."""

from spatialreno.community.shares import LiftShares, Scheme, lift_shares, share_scheme, subsidy_of
from spatialreno.community.votes import Tally, VoteRule, tally, vote_rule

__all__ = [
    "LiftShares",
    "Scheme",
    "Tally",
    "VoteRule",
    "lift_shares",
    "share_scheme",
    "subsidy_of",
    "tally",
    "vote_rule",
]
