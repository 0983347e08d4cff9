"""Whom a plan asks: what it touches, the rule for each act, holders of rights, who holds what afterwards."""
