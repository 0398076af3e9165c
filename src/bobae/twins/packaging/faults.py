"""What goes wrong on the packaging line, with the truth: when it begins, how it grows, which tags should show it."""

from bobae.twins.grown_faults import GrownFault

KINDS: dict[str, tuple[str, ...]] = {
    # the heating cartridge gives less: the controller asks for more, until that is not enough and seals open
    "heater_aging": ("heater_duty", "seal_temperature", "reject_count"),
    # the infeed belt slips: the motor works harder, fewer packs come, and the film is pulled unevenly
    "belt_wear": ("belt_slip", "infeed_current", "film_tension"),
}


class Fault(GrownFault):
    """One fault of the packaging line."""

    kinds = KINDS
