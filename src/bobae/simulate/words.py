"""The figures of a plant in words."""

from collections.abc import Mapping

from bobae.core import Text, text

FIGURES: Mapping[str, Text] = {
    "throughput": text("lots finished a day"),
    "good_pieces": text("good pieces a day"),
    "cycle_time": text("time through the plant"),
    "cycle_time_p95": text("time through the plant, 19 of 20 lots sooner"),
    "flow_factor": text("time through the plant, as a multiple of the work"),
    "on_time": text("lots on time"),
    "wip": text("lots in the plant"),
    "scrapped": text("lots scrapped"),
    "limits_broken": text("queue-time limits broken"),
    "energy": text("energy a day"),
    "revenue": text("revenue a day"),
    "material": text("material a day"),
    "machine_cost": text("machine cost a day"),
    "margin": text("what is left a day"),
    "idle": text("waits for lots"),
    "busy": text("works"),
    "blocked": text("held up by what follows"),
    "closed": text("closed"),
    "maintenance": text("is maintained"),
    "down": text("broken down"),
    "setup": text("of it, is set up"),
    "availability": text("availability (ISO 22400)"),
    "quality": text("quality ratio (ISO 22400)"),
    "oee": text("OEE (ISO 22400)"),
}
METHODS: Mapping[str, Text] = {
    "utilisation": text("busiest"),
    "active_period": text("longest without a break"),
    "turning_point": text("where held up turns to waiting"),
}
PLANT = ("throughput", "good_pieces", "cycle_time", "wip", "on_time", "limits_broken", "energy", "margin")
PRODUCT = ("throughput", "cycle_time", "cycle_time_p95", "flow_factor", "on_time", "scrapped")
MACHINE = ("busy", "setup", "idle", "blocked", "down", "maintenance", "closed", "oee")
