"""A machine that counts into a table, for tests, in a process of its own: `python -m bobae.testing.sql_server URL`.

Each row on its standard input is how many milliseconds lie between two counts, 0: none. What it has counted while the
database was away is written when that is back, as machines with a buffer do.
"""

import select
import sys
import time

import psycopg

INSERT = "insert into press (at, number, flag, text) values (to_timestamp(%s::numeric / 1000000), %s, true, 'ramp')"


def count(url: str) -> None:
    """Until the standard input ends."""
    every_s, counted, due, waiting = 0.0, 0, 0.0, list[tuple[int, int]]()
    base: psycopg.Connection | None = None
    print("ready", flush=True)
    while True:
        pause = max(0.0, due - time.monotonic()) if every_s else None
        if select.select([sys.stdin], [], [], pause)[0]:
            order = sys.stdin.readline()
            if not order:
                return
            every_s, due = int(order) / 1000, time.monotonic()
            print("done", flush=True)
            continue
        counted, due = counted + 1, due + every_s
        waiting.append((time.time_ns() // 1000, counted))
        try:
            base = base or psycopg.connect(url, autocommit=True, connect_timeout=2)
            while waiting:
                base.execute(INSERT, waiting[0])
                waiting.pop(0)
        except psycopg.Error:
            base = None


if __name__ == "__main__":
    count(sys.argv[1])
