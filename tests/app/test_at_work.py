import asyncio
import time

import numpy as np

from bobae.app.at_work import at_work
from bobae.core import Plant, Samples, TagRow

DAY_NS = 86_400 * 10**9


def test_a_plant_file_says_how_long_each_sample_is_kept(tmp_path):
    async def keep() -> None:
        async with at_work(tmp_path, Plant(plant="p", keep_raw="2d")) as work:
            (tag,) = work.store.writer.tag_ids([TagRow(0, "a.t")])
            times = time.time_ns() - np.arange(5, 0, -1) * DAY_NS
            await asyncio.wrap_future(work.store.writer.append(Samples.of([tag] * 5, times, np.arange(5.0))).durable)
            work.store.writer.seal()
            work.store.writer.keeper.keep()
            kept = work.store.raw(["a.t"], time.time_ns() - 2 * DAY_NS, time.time_ns())
            assert kept.value.tolist() == [4.0]
            whole = work.store.frame(["a.t"], times[0] // DAY_NS * DAY_NS, time.time_ns(), DAY_NS, aggs=("count",))
            assert whole.values[0, 0].sum() == 5 - (times[-1] > whole.time_ns[-1])

    asyncio.run(keep())
