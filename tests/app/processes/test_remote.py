"""The keeper from another process: what it acknowledges is on the disk, what it does not is refused."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bobae.app.processes.remote import RemoteKeeper
from bobae.app.processes.serving_store import serving
from bobae.app.processes.wire import Address, Message, error_of, error_told, samples_message, samples_of
from bobae.core import BadInput, Gap, Refused, Samples, TagRow, Unreachable
from bobae.historian import open_store
from bobae.testing.served import free_port


@pytest.fixture(params=["file", "port"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    if request.param == "port":
        return Address(port=free_port(), secret="only ours")
    return Address(path=str(tmp_path / "k"))


class Keeper:
    """A keeper in a thread of its own, that can be taken away."""

    def __init__(self, root: Path, address: Address) -> None:
        self.root, self.address = root, address
        self._ready, self._thread = threading.Event(), threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._end: Callable[[], None] = lambda: None

    async def _serve(self) -> None:
        end, loop = asyncio.Event(), asyncio.get_running_loop()
        self._end = lambda: loop.call_soon_threadsafe(end.set)
        store = open_store(self.root, write=True)
        try:
            async with serving(store, self.address):
                self._ready.set()
                await end.wait()
        finally:
            store.close()

    def __enter__(self) -> "Keeper":
        self._thread.start()
        assert self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._thread.join()


@contextlib.contextmanager
def calling(address: Address, **more: Any) -> Any:
    keeper = RemoteKeeper(address, **more)
    try:
        yield keeper
    finally:
        keeper.close()


def test_what_is_handed_over_is_acknowledged_and_read_back_the_same(tmp_path: Path, address: Address) -> None:
    with Keeper(tmp_path / "h", address), calling(address, follow=True) as keeper:
        ids = keeper.tag_ids([TagRow(0, "a.oil", unit="Cel"), TagRow(0, "a.product")])
        rows = Samples.of(
            [ids[0], ids[0], ids[1], ids[1]],
            [1_000, 2_000, 1_500, 2_500],
            [40.5, np.nan, np.nan, np.nan],
            status=[0, Gap.NO_COMMUNICATION, 0, 0],
            text=[None, None, "밸브", "light"],
        )
        number = keeper.append(rows).durable.result(30)
        assert number >= 1
        assert [(row.path, row.unit) for row in keeper.tags()] == [("a.oil", "Cel"), ("a.product", None)]
        newest = keeper.last(["a.oil", "a.product"])
        assert (newest.time_ns.tolist(), newest.status.tolist()) == ([2_000, 2_500], [Gap.NO_COMMUNICATION, 0])
        assert newest.text is not None
        assert newest.text.tolist() == [None, "light"]
        assert newest.receipt_ns is not None
        assert keeper.committed_ns >= newest.receipt_ns.max() or keeper.settled(5)
    with open_store(tmp_path / "h") as store:
        kept = store.raw(["a.oil", "a.product"], 0, 9_000)
    np.testing.assert_array_equal(kept.value, [40.5, np.nan, np.nan, np.nan])
    assert kept.text is not None
    assert kept.text.tolist() == [None, None, "밸브", "light"]


def test_what_is_wrong_is_told_as_the_store_tells_it(tmp_path: Path, address: Address) -> None:
    with Keeper(tmp_path / "h", address), calling(address) as keeper:
        keeper.tag_ids([TagRow(0, "a.oil")])
        with pytest.raises(BadInput, match="no tag has the number 7"):
            keeper.append(Samples.of([7], [1_000], [1.0])).durable.result(30)
        keeper.append(Samples.of([0], [1_000], [1.0])).durable.result(30)  # the connection stands as it did
        with pytest.raises(BadInput, match=r"no tag 'a\.oi'"):
            keeper.last(["a.oi"])


def test_a_keeper_that_is_away_is_waited_for_and_refuses_rows_meanwhile(tmp_path: Path, address: Address) -> None:
    with calling(address) as keeper:
        with pytest.raises(Refused, match="nothing is lost"):
            keeper.append(Samples.of([0], [1_000], [1.0]))
        found: list[Any] = []
        asking = threading.Thread(target=lambda: found.append(keeper.tag_ids([TagRow(0, "a.oil")]).tolist()))
        asking.start()
        with Keeper(tmp_path / "h", address):
            asking.join()
            keeper.append(Samples.of([0], [1_000], [1.0])).durable.result(30)
        with Keeper(tmp_path / "h", address):
            assert keeper.tag_ids([TagRow(0, "a.oil")]).tolist() == [0]
    assert found == [[0]]


def test_a_caller_without_the_word_is_not_heard(tmp_path: Path) -> None:
    address = Address(port=free_port(), secret="only ours")
    with Keeper(tmp_path / "h", address), calling(Address(port=address.port, secret="a guess")) as keeper:
        deaf = threading.Event()

        def ask() -> None:
            try:
                keeper.tag_ids([TagRow(0, "a.oil")])
            except Unreachable:
                deaf.set()

        asking = threading.Thread(target=ask)
        asking.start()
        with calling(address) as ours:
            assert ours.tags() == ()
        keeper.close()
        asking.join()
        assert deaf.is_set()


def test_rows_and_errors_go_over_the_wire_as_they_are() -> None:
    rows = Samples.of([1, 2], [5, 6], [1.5, np.nan], status=[0, 0x80310000], receipt_ns=[7, 8])
    back = samples_of(samples_message({"do": "append"}, rows))
    for name in ("tag", "time_ns", "value", "status", "receipt_ns"):
        np.testing.assert_array_equal(getattr(back, name), getattr(rows, name))
    cut = samples_message({}, rows)
    with pytest.raises(BadInput, match="end after"):
        samples_of(Message(cut.head, cut.body[:-9]))
    error = error_of(error_told(BadInput("the file {path} is empty", path="a.csv")))
    assert (type(error), str(error)) == (BadInput, "the file a.csv is empty")
    assert str(error_of(error_told(ValueError("odd")))) == "ValueError: odd"
