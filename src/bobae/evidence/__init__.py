"""Splits, baselines, budgets, intervals and verdicts: what makes a figure worth believing."""
