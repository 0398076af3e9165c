"""What a plant at work costs while nothing happens in it."""

import time

from _anomaly.rows import Row, Target, row

from _live.bench import Size, Work
from _live.jumps import calm

CORE, MEMORY_MB = Target("<=", 0.3), Target("<=", 500.0)
SETTLES_S = 30  # rows after a start that are not judged yet; and what had to wait is scored


def rows(work: Work, size: Size) -> list[Row]:
    """Share of one core and memory of the bobae process; the server's and this one's do not count."""
    time.sleep(SETTLES_S)
    calm(work)
    cpu_s, began = work.bobae.cpu_s(), time.monotonic()
    time.sleep(size.seconds)
    share = (work.bobae.cpu_s() - cpu_s) / (time.monotonic() - began)
    figure = f"{size.tags:,} OPC UA tags at 1 Hz collected, stored, scored by {size.machines} models"
    return [
        row(f"{figure}: share of one core", share, "core", reference=f"over {size.seconds} s", target=CORE),
        row(f"{figure}: resident memory", work.bobae.memory_mb("VmRSS"), "MB", target=MEMORY_MB),
        row(f"{figure}: most memory it ever had, start included", work.bobae.memory_mb("VmHWM"), "MB"),
        row(
            f"{figure}: from its start to the first scored row",
            work.started_s,
            "s",
            reference="each model passes the import gate",
        ),
    ]
