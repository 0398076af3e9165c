"""A server is asked as much at once as it can answer."""

import asyncio

import pytest
from asyncua import ua

from bobae.connectors.opcua import nodes
from bobae.connectors.opcua.nodes import in_batches
from bobae.core.pace import Pace


def server_of(most: int, asked: list[int]):
    async def ask(batch):
        asked.append(len(batch))
        if len(batch) > most:
            raise ua.UaStatusCodeError(ua.StatusCodes.BadTooManyOperations)
        return [10 * one for one in batch]

    return ask


@pytest.mark.parametrize("most", [1, 3, 100, 1000])
def test_a_server_that_takes_few_at_once_is_asked_more_often(most):
    asked: list[int] = []
    answers = asyncio.run(in_batches(range(1_234), server_of(most, asked), Pace(1e6)))
    assert answers == [10 * one for one in range(1_234)]
    assert sum(asked) >= 1_234


def test_a_server_that_takes_not_even_one_is_an_error():
    with pytest.raises(ua.UaStatusCodeError):
        asyncio.run(in_batches(range(3), server_of(0, []), Pace(1e6)))


def test_another_refusal_is_not_asked_again():
    asked: list[int] = []

    async def ask(batch):
        asked.append(len(batch))
        raise ua.UaStatusCodeError(ua.StatusCodes.BadTooManyMonitoredItems)

    with pytest.raises(ua.UaStatusCodeError):
        asyncio.run(in_batches(range(3), ask, Pace(1e6)))
    assert asked == [3]


def test_a_server_that_answers_slowly_is_asked_for_less_at_once(monkeypatch):
    monkeypatch.setattr(nodes, "_SLOW_S", 0.01)
    asked: list[int] = []

    async def ask(batch):
        asked.append(len(batch))
        await asyncio.sleep(0.02 if len(batch) > 100 else 0)
        return batch

    assert asyncio.run(in_batches(range(500), ask, Pace(1e6))) == list(range(500))
    assert asked[:4] == [64, 128, 64, 128]


def test_a_server_that_answers_fast_is_asked_for_more_at_once():
    asked: list[int] = []
    assert len(asyncio.run(in_batches(range(5_000), server_of(10_000, asked), Pace(1e6)))) == 5_000
    assert asked[:4] == [64, 128, 256, 512]
    assert max(asked) == 1_024
