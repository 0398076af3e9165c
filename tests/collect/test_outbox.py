"""Rows are kept while the store refuses; beyond the limit the oldest are given up, with a gap in their place."""

import asyncio

import numpy as np
import pytest

from bobae.collect.outbox import Outbox
from bobae.core import BadInput, Gap, Refused, Samples

T = 1_772_625_600_000_000_000


def samples(*values, tag=0):
    return Samples.of([tag] * len(values), [T + int(value) for value in values], values)


@pytest.fixture
def filled(store):
    store.paths = ["a", "b"]
    return store


def test_rows_reach_the_store_in_one_batch_soon(filled, wait_until):
    async def run():
        outbox = Outbox(filled)
        outbox.add(samples(1, 2))
        outbox.add(samples(3, tag=1))
        assert (outbox.waiting, filled.rows) == (3, [])
        await wait_until(lambda: outbox.waiting == 0)
        return len(filled.acks)

    assert asyncio.run(run()) == 1
    assert filled.values("a") == [1, 2]
    assert filled.values("b") == [3]


def test_many_rows_do_not_wait(filled):
    async def run():
        outbox = Outbox(filled)
        outbox.add(samples(*range(5_000)))
        assert len(filled.rows) == 5_000
        outbox.close()

    asyncio.run(run())


def test_rows_that_are_refused_are_kept_in_order_and_stored_when_it_works_again(filled, wait_until):
    async def run():
        outbox = Outbox(filled)
        filled.refuses = True
        outbox.add(samples(1, 2))
        await wait_until(lambda: outbox.trouble is not None)
        assert "disk is full" in str(outbox.trouble)
        outbox.add(samples(3))
        filled.refuses = False
        await wait_until(lambda: outbox.waiting == 0)
        assert outbox.trouble is None
        assert outbox.dropped == 0

    asyncio.run(run())
    assert filled.values("a") == [1, 2, 3]


def test_a_disk_that_was_full_for_long_is_asked_again_within_two_seconds(filled):
    async def run():
        outbox = Outbox(filled)
        filled.refuses = True
        outbox.add(samples(1))
        for _ in range(10):
            outbox.flush()
            due = outbox._timer.when() - asyncio.get_running_loop().time()
            assert due <= 2.0
        filled.refuses = False
        outbox.close()

    asyncio.run(run())
    assert filled.values("a") == [1]


def test_beyond_the_limit_the_oldest_are_given_up_and_the_gap_says_so(filled, wait_until):
    async def run():
        outbox = Outbox(filled, limit=4)
        filled.refuses = True
        outbox.add(samples(1))
        await wait_until(lambda: outbox.trouble is not None)
        outbox.add(samples(2, 3))
        outbox.add(samples(9, tag=1))
        outbox.add(samples(4, 5))
        assert (outbox.waiting, outbox.dropped) == (4, 2)
        filled.refuses = False
        await wait_until(lambda: outbox.waiting == 0)

    asyncio.run(run())
    assert filled.of("a")[0][::2] == (T + 1, Gap.DISK_FULL)
    assert np.isnan(filled.of("a")[0][1])
    assert filled.values("a") == [3, 4, 5]
    assert filled.of("b") == [(T + 9, 9.0, 0, None)]


def test_a_store_that_falls_behind_costs_the_oldest_too(filled, wait_until):
    async def run():
        outbox = Outbox(filled, limit=6)
        filled.holds = True
        for value in range(1, 11):
            outbox.add(samples(value))
            outbox.flush()
        assert outbox.waiting == 6
        assert filled.values("a") == [1, 2, 3]  # half the limit is on its way
        filled.holds = False
        for ack in filled.acks:
            ack.durable.set_result(1)
        await wait_until(lambda: outbox.waiting == 0)
        return outbox.dropped

    assert asyncio.run(run()) == 4
    assert filled.values("a") == [1, 2, 3, 8, 9, 10]
    assert (T + 4, Gap.OVERFLOW) in [row[::2] for row in filled.of("a")]


@pytest.mark.parametrize("error", [Refused("the disk is full"), OSError("input/output error")])
def test_rows_that_were_taken_but_never_reached_the_disk_are_stored_again(filled, wait_until, error):
    async def run():
        outbox = Outbox(filled)
        filled.holds = True
        outbox.add(samples(1))
        await wait_until(lambda: bool(filled.acks))
        filled.rows.clear()
        filled.holds = False
        filled.acks[0].durable.set_exception(error)
        await wait_until(lambda: outbox.trouble is not None)
        assert outbox.waiting == 1
        await wait_until(lambda: outbox.waiting == 0)

    asyncio.run(run())
    assert filled.values("a") == [1]


def test_the_end_hands_on_the_rest_and_leaves_no_timer(filled, caplog):
    async def run():
        outbox = Outbox(filled)
        outbox.add(samples(1))
        outbox.close()
        assert filled.values("a") == [1]
        filled.refuses = True
        outbox.add(samples(2, 3))
        outbox.close()

    asyncio.run(run())
    assert "2 rows" in caplog.text


def test_a_mistake_of_ours_is_not_taken_for_a_full_disk(filled):
    class Strict:
        def append(self, samples):
            raise BadInput("no tag has the number {tag}", tag=7)

    async def run():
        outbox = Outbox(Strict())
        outbox.add(samples(1))
        with pytest.raises(BadInput):
            outbox.flush()

    asyncio.run(run())


def test_who_asked_is_told_once_the_rows_are_on_the_disk(filled, wait_until):
    told = []

    async def run():
        filled.holds = True
        outbox = Outbox(filled)
        outbox.add(samples(1), lambda: told.append("first"))
        outbox.add(samples(), lambda: told.append("nothing new"))
        await wait_until(lambda: len(filled.acks) == 1)
        await asyncio.sleep(0.05)
        assert told == []
        filled.acks[0].durable.set_result(1)
        await wait_until(lambda: len(told) == 2)
        filled.holds = False
        outbox.add(samples(), lambda: told.append("later"))
        await wait_until(lambda: len(told) == 3)
        outbox.close()

    asyncio.run(run())
    assert told == ["first", "nothing new", "later"]


def test_of_rows_that_were_given_up_nobody_is_told_that_they_are_kept(filled, wait_until):
    told = []

    async def run():
        filled.refuses = True
        outbox = Outbox(filled, limit=3)
        outbox.add(samples(1, 2), lambda: told.append("given up in part"))
        outbox.add(samples(3, 4), lambda: told.append("whole"))
        filled.refuses = False
        await wait_until(lambda: outbox.waiting == 0)
        outbox.close()

    asyncio.run(run())
    assert told == ["whole"]


class NotWritten(Exception):
    pass


def test_all_that_one_commit_lost_is_taken_back_at_once_and_in_order(filled, wait_until):
    async def run():
        filled.holds = True
        outbox = Outbox(filled)
        for value in (1, 2, 3):
            outbox.add(samples(value))
            outbox.flush()
        assert len(filled.acks) == 3
        for ack in filled.acks:
            ack.durable.set_exception(NotWritten("no room"))
        filled.rows.clear()
        await wait_until(lambda: outbox.trouble is not None)
        filled.holds = False
        outbox.flush()
        assert filled.values("a") == [1, 2, 3]
        await wait_until(lambda: outbox.waiting == 0)
        assert outbox.trouble is None

    asyncio.run(run())


def test_closing_hands_on_what_a_commit_lost_just_before(filled):
    async def run():
        filled.holds = True
        outbox = Outbox(filled)
        outbox.add(samples(1))
        outbox.flush()
        filled.acks[0].durable.set_exception(NotWritten("no room"))
        filled.rows.clear()
        filled.holds = False
        outbox.close()

    asyncio.run(run())
    assert filled.values("a") == [1]
