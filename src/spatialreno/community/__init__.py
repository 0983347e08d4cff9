"""Community: rights, consent, votes, the menu, lift shares, management, check-up."""

from spatialreno.community.ballots import Register, read_register
from spatialreno.community.consent import Consents, consent
from spatialreno.community.homes import homes, stairwells
from spatialreno.community.register import facility_register
from spatialreno.community.shares import LiftShares, Scheme, lift_shares, share_scheme, subsidy_of
from spatialreno.community.votes import Tally, VoteRule, tally, vote_rule

__all__ = [
    "Consents",
    "LiftShares",
    "Register",
    "Scheme",
    "Tally",
    "VoteRule",
    "consent",
    "facility_register",
    "homes",
    "lift_shares",
    "read_register",
    "share_scheme",
    "stairwells",
    "subsidy_of",
    "tally",
    "vote_rule",
]
