import numpy as np
import pyarrow.compute as pc

from bobae.flow import compiled
from bobae.flow.engine import Run
from bobae.flow.tracing import events

from .test_engine import DAY_S, finished, small


def test_every_lot_can_be_followed_from_its_release_until_it_leaves():
    run = Run.new(compiled(small()), seed=3, traced=True)
    run.until(2 * DAY_S)
    table = events(run)
    done = finished(run)
    lot = int(done["name"][50])
    mine = table.filter(pc.equal(table["lot"], lot)).to_pylist()
    assert mine[0]["event"] == "released"
    assert mine[-1]["event"] in ("left", "scrapped")
    assert mine[-1]["time_us"] == done["done"][50]
    arrived = [row for row in mine if row["event"] == "arrived"]
    assert arrived[0]["machines"] == "saw"
    assert all(row["step"] and row["product"] in ("board", "beam") for row in arrived)


def test_what_starts_is_done_on_the_same_machine_unless_it_still_runs():
    run = Run.new(compiled(small()), seed=3, traced=True)
    run.until(2 * DAY_S)
    table = events(run).to_pylist()
    starts = [(row["machines"], row["machine"], row["lot"], row["lots"]) for row in table if row["event"] == "started"]
    ends = [(row["machines"], row["machine"], row["lot"], row["lots"]) for row in table if row["event"] == "done"]
    assert len(ends) > 300
    assert not set(ends) - set(starts)
    assert {row["machine"] for row in table if row["machines"] == "saw" and row["event"] == "started"} == {1, 2}
    assert np.diff([row["time_us"] for row in table]).min() >= 0


def test_a_run_without_a_trace_has_an_empty_table():
    run = Run.new(compiled(small()), seed=3)
    run.until(DAY_S)
    assert events(run).num_rows == 0
