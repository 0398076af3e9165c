"""Decisions tried on a plant that runs in the computer: figures with intervals, bottlenecks, what-if, optimisation."""
