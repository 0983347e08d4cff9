"""Community: rights, consent, votes, the menu, lift shares, management, check-up."""

from spatialreno.community.ballots import Register, read_register
from spatialreno.community.checkup import checkup, resources
from spatialreno.community.consent import Consents, consent
from spatialreno.community.homes import homes
from spatialreno.community.lifts import LiftPlan, LiftTerms, lift_plan
from spatialreno.community.management import (
    Management,
    break_even_fee,
    documented_case,
    management,
    management_costs,
    pays_from,
)
from spatialreno.community.menu import MenuChoice, choose, read_menu
from spatialreno.community.money import Balance, money_balance
from spatialreno.community.register import facility_register
from spatialreno.community.shares import LiftShares, Scheme, lift_shares, share_scheme, subsidy_of
from spatialreno.community.votes import Tally, VoteRule, tally, vote_rule

__all__ = [
    "Balance",
    "Consents",
    "LiftPlan",
    "LiftShares",
    "LiftTerms",
    "Management",
    "MenuChoice",
    "Register",
    "Scheme",
    "Tally",
    "VoteRule",
    "break_even_fee",
    "checkup",
    "choose",
    "consent",
    "documented_case",
    "facility_register",
    "homes",
    "lift_plan",
    "lift_shares",
    "management",
    "management_costs",
    "money_balance",
    "pays_from",
    "read_menu",
    "read_register",
    "resources",
    "share_scheme",
    "subsidy_of",
    "tally",
    "vote_rule",
]
