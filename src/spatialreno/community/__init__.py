"""Community: rights, consent, votes, the menu, lift shares, management, check-up, money."""

from spatialreno.community.ballots import Register, read_register
from spatialreno.community.checkup import answer_checkup, list_resources
from spatialreno.community.consent import Consents, find_consents
from spatialreno.community.homes import homes
from spatialreno.community.lifts import LiftPlan, LiftTerms, plan_lifts
from spatialreno.community.management import (
    Management,
    break_even_fee,
    documented_case,
    manage,
    management_costs,
    pays_from,
)
from spatialreno.community.menu import MenuChoice, choose_works, read_menu
from spatialreno.community.money import Balance, balance_money
from spatialreno.community.register import register_facilities
from spatialreno.community.shares import LiftShares, Scheme, share_lift, share_scheme, subsidy_of
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
    "answer_checkup",
    "balance_money",
    "break_even_fee",
    "choose_works",
    "documented_case",
    "find_consents",
    "homes",
    "list_resources",
    "manage",
    "management_costs",
    "pays_from",
    "plan_lifts",
    "read_menu",
    "read_register",
    "register_facilities",
    "share_lift",
    "share_scheme",
    "subsidy_of",
    "tally",
    "vote_rule",
]
