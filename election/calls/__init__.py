"""When may we say it?  RULES propose, GUARDS forbid, a desk approves; one rule a file, tables of both.

    for name, rule in RULES.items(): rule.decide(view)
    ask(view, verdict)                         every guard's answer (`calls.guards`)

Know before changing: the order of RULES is that of strength: of two that pass, the first proposes.
"""

from collections.abc import Mapping

from election.calls import certain, majority, projected
from election.calls.guards import GUARDS
from election.calls.verdict import Rule

__all__ = ["GUARDS", "RULES"]

RULES: Mapping[str, Rule] = {
    rule.NAME: Rule(rule.NAME, rule.ASKS, rule.SOURCE, rule.decide, rule.RULE_VERSION)
    for rule in (certain, majority, projected)
}
"""Every rule, the strongest first."""
