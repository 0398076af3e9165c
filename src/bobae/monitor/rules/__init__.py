"""Fixed rules beside the learned models: limits, rates, control charts, stuck and silent sensors, all in one step."""

from bobae.monitor.rules.engine import Ruling
from bobae.monitor.rules.plan import RulePlan
from bobae.monitor.rules.telling import rule_told

__all__ = ["RulePlan", "Ruling", "rule_told"]
