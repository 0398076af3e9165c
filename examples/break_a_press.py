"""A machine to try things on: run a press, go back, break it, and see which signals know."""

import numpy as np

from bobae.twins.press import KINDS, TAGS, Fault, Press

HOUR = 3600 * 10**9  # in nanoseconds

press = Press(seed=3)
press.run(36 * 60, step_s=60)  # a Sunday and a morning; the press is at work and warm
before = press.snapshot()

sound = press.run(120, step_s=60).values  # two hours, as they would have been
press.restore(before)
begin = press.time_ns
press.inject(Fault("cooler_fouling", begin, begin + HOUR // 2, begin + 3 * HOUR, severity=1.0))
broken = press.run(120, step_s=60).values  # the same two hours, with a fouled cooler

change = np.abs(np.nanmean(broken - sound, axis=0)) / (np.nanstd(sound, axis=0) + 1e-9)
for tag in np.argsort(-change)[:3]:
    print(f"{TAGS[tag].name}: moved by {change[tag]:.1f} of its usual spread")
print("what should show it:", ", ".join(KINDS["cooler_fouling"].tags))
