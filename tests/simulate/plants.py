"""Small plants that decisions are tried on."""

from bobae.flow import Production, compiled

BREAKS = {"apart": "exponential(3 h)", "lasts": "exponential(15 min)"}


def shop(**changes):
    """Four machines one after the other; the grinder is the slowest, by a little."""
    sections = {
        "machines": {
            "saw": {"buffer": 10, "failures": [BREAKS], "cost_per_hour": 20.0, "power": 4.0, "power_idle": 1.0},
            "lathe": {"count": 2, "buffer": 6, "failures": [BREAKS], "cost_per_hour": 35.0},
            "grinder": {"buffer": 6, "failures": [BREAKS], "cost_per_hour": 40.0},
            "check": {"buffer": 6, "cost_per_hour": 15.0},
        },
        "routes": {
            "shaft": [
                {"machines": "saw", "time": "4 min +- 10 %"},
                {"machines": "lathe", "time": "9 min +- 10 %", "scrap": 0.01},
                {"machines": "grinder", "time": "4.7 min +- 10 %", "rework": 0.02, "rework_to": 3},
                {"machines": "check", "time": "2 min"},
            ]
        },
        "products": {"shaft": {"price": 30.0, "material": 8.0}},
        "releases": [{"product": "shaft", "every": "6 min", "due": "3 h"}],
        "energy_price": 0.2,
    }
    return Production.model_validate(sections | changes)


def plan(**changes):
    """The same, compiled."""
    return compiled(shop(**changes))
