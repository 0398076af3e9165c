"""Peers that keep to nothing: each wrong thing is answered as E37 and E5 say, and told; none breaks bobae."""

import asyncio
import contextlib
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bobae.connectors.secs import connector, items
from bobae.connectors.secs.hsms import LINKTESTED, REJECT, SELECT, SELECTED, SEPARATE
from bobae.core import Unreachable, Wish
from bobae.testing.live_connector import Heard
from bobae.testing.served import free_port

HASTY = {"t3_s": 0.5, "t5_s": 0.001, "t6_s": 0.3, "t7_s": 1, "t8_s": 0.1, "linktest_s": 5, "longest_mb": 0.01}
OK = items.binary(0)


def frame(stype=0, system=1, *, stream=0, function=0, session=0, ptype=0, wants=True, status=0, body=b""):
    byte2, byte3 = (stream | 0x80 * wants, function) if stype == 0 else (0, status)
    head = struct.pack(">HBBBBI", session, byte2, byte3, ptype, stype, system)
    return struct.pack(">I", len(head) + len(body)) + head + body


class Peer:
    """Answers what it is told to answer; keeps what it got: (stype, stream, function, status or reason, body)."""

    def __init__(self, answers, select_status=0):
        self.answers, self.select_status = answers, select_status
        self.got = []
        self.writer = None

    async def serve(self, reader, writer):
        self.writer = writer
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (length,) = struct.unpack(">I", await reader.readexactly(4))
                data = await reader.readexactly(length)
                _, byte2, byte3, _, stype, system = struct.unpack_from(">HBBBBI", data)
                self.got.append((stype, byte2 & 0x7F, byte3, data[10:]))
                if stype == SELECT and self.select_status is not None:
                    writer.write(frame(SELECTED, system, status=self.select_status))
                elif (byte2 & 0x7F, byte3) in self.answers and stype == 0:
                    body = self.answers[byte2 & 0x7F, byte3]
                    writer.write(frame(stream=byte2 & 0x7F, function=byte3 + 1, system=system, wants=False, body=body))
                elif stype == 0 and byte3 % 2 and byte2 & 0x80:
                    about = items.raw_binary(data[:10])
                    writer.write(frame(stream=9, function=5, wants=False, system=77, body=about))
        writer.close()


POLITE = {(1, 13): items.listed(OK, items.listed()), (1, 17): OK, (1, 1): items.listed()}


@contextlib.asynccontextmanager
async def opened(peer, **more):
    """A source that is open at a peer, which runs in the same loop."""
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    source = connector({"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1]} | HASTY | more)
    try:
        await source.open()
        yield source
    finally:
        await source.close()
        server.close()
        if peer.writer is not None:
            peer.writer.close()
        await asyncio.sleep(0.01)


def after(*sent, answers=POLITE, **more):
    """What the peer got after it had sent these bytes to a source that listens, how watching ended, what was heard."""

    async def run():
        peer = Peer(answers)
        async with opened(peer, **more) as source:
            heard = Heard()
            await source.subscribe([Wish("a", "ce/300"), Wish("b", "alarm/1")], heard.deliver)
            before = len(peer.got)
            watching = asyncio.create_task(source.watch())
            for data in sent:
                peer.writer.write(data)
                await peer.writer.drain()
                await asyncio.sleep(0.03)
            await asyncio.wait({watching}, timeout=0.15)
            ended = str(watching.exception()) if watching.done() else None
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            return peer.got[before:], ended, heard

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (frame(ptype=3), (REJECT, 3, 2)),
        (frame(8), (REJECT, 8, 1)),
        (frame(LINKTESTED), (REJECT, 6, 3)),
        (frame(stream=6, function=11, session=5), (0, 9, 1)),
        (frame(stream=99, function=1), (0, 9, 3)),
        (frame(stream=6, function=99), (0, 9, 5)),
        (frame(stream=6, function=11, body=b"\x01\x05\x41"), (0, 9, 7)),
        (frame(stream=6, function=11, body=items.listed()), (0, 9, 7)),
        (frame(stream=6, function=1, body=items.number("U4", 1)), (0, 6, 2)),
        (frame(stream=5, function=1, body=items.listed(OK)), (0, 9, 7)),
        (frame(stream=1, function=1), (0, 1, 2)),
        (frame(stream=2, function=17), (0, 2, 18)),
        (frame(stream=2, function=25, body=OK), (0, 2, 26)),
        (frame(stream=10, function=1), (0, 10, 2)),
        (frame(SELECT), (SELECTED, 0, 1)),
        (frame(5), (LINKTESTED, 0, 0)),
    ],
)
def test_each_wrong_or_strange_message_has_its_answer(sent, answer):
    got, ended, _ = after(sent)
    assert ended is None
    assert answer in [one[:3] for one in got]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"GET / HTTP/1.1\r\nHost: etcher\r\n\r\n", "which none can have"),
        (struct.pack(">I", 3) + b"abc", "which none can have"),
        (frame(stream=6, function=11)[:9], "in the middle of a message"),
        (frame(SEPARATE), "ended the session"),
        (frame(3), "ended the session"),
        (frame(stream=6, function=11, body=bytes(20_000)), "which none can have"),
    ],
)
def test_what_cannot_go_on_ends_the_connection_with_the_reason(sent, said):
    got, ended, _ = after(sent)
    assert said in ended
    if len(sent) > 20_000:
        assert (0, 9, 11) in [one[:3] for one in got]


def test_an_event_that_comes_in_pieces_is_one_and_many_at_once_are_many():
    event = frame(stream=6, function=11, body=items.listed(OK, items.number("U2", 300), items.listed()))
    got, ended, heard = after(*(event[i : i + 7] for i in range(0, len(event), 7)), event * 5)
    assert ended is None
    assert [row[1] for row in heard.of(0)] == [1.0] * 6
    assert sum(one[1:3] == (6, 12) for one in got) == 6


def test_what_was_asked_may_be_answered_with_nonsense():
    questions = ((1, 11), (1, 21), (1, 23), (2, 33), (2, 37), (5, 3), (5, 5), (6, 15), (6, 23))
    nonsense = dict.fromkeys(questions, b"\xff\xff")
    got, ended, _ = after(frame(5), answers=POLITE | nonsense)
    assert ended is None
    assert got


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        (Peer({}, select_status=2), "Select status 2"),
        (Peer({}, select_status=None), "has not answered Select"),
        (Peer({}), "does not establish communications"),
        (Peer({(1, 13): items.listed(items.binary(1), items.listed())}), "COMMACK 1"),
        (Peer({(1, 13): b"\x00"}), "does not establish communications"),
    ],
)
def test_a_peer_that_does_not_play_is_unreachable_with_the_reason(peer, said):
    async def run():
        with pytest.raises(Unreachable, match=said):
            async with opened(peer):
                pytest.fail("it opened")

    asyncio.run(run())


def test_data_before_select_is_rejected():
    class Early(Peer):
        async def serve(self, reader, writer):
            writer.write(frame(stream=1, function=1))
            await super().serve(reader, writer)

    async def run():
        peer = Early({}, select_status=None)
        with pytest.raises(Unreachable):
            async with opened(peer):
                pytest.fail("it opened")
        return peer.got

    assert (REJECT, 0, 4) in [one[:3] for one in asyncio.run(run())]


def test_the_clock_is_set_only_where_that_is_wanted():
    set_clock = []
    for wanted in (False, True):
        peer = Peer(POLITE | {(2, 31): OK})

        async def run(peer=peer, wanted=wanted):
            async with opened(peer, set_clock=wanted, timezone="Asia/Seoul"):
                return

        asyncio.run(run())
        set_clock.append([items.decode(one[3]) for one in peer.got if one[1:3] == (2, 31)])
    assert set_clock[0] == []
    assert len(set_clock[1][0]) == 16


frames = st.builds(
    frame,
    st.sampled_from([0, 0, 0, 0, 1, 2, 4, 5, 6, 7, 8, 200]),
    st.integers(0, 2**32 - 1),
    stream=st.sampled_from([1, 2, 5, 6, 9, 10, 11]),
    function=st.integers(0, 40),
    session=st.sampled_from([0, 0, 0, 7, 0xFFFF]),
    wants=st.booleans(),
    body=st.binary(max_size=40) | st.just(items.listed(OK, items.number("U2", 300), items.listed(items.listed()))),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(frames | st.binary(max_size=30), max_size=8))
def test_whatever_comes_the_connection_goes_on_or_ends_with_a_reason(pieces):
    async def run():
        peer, crashes = Peer(POLITE), []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: crashes.append(context))
        async with opened(peer, t8_s=0.01) as source:
            await source.subscribe([Wish("a", "ce/300"), Wish("b", "alarm/1")], Heard().deliver)
            peer.writer.write(b"".join(pieces))
            await asyncio.sleep(0.01)
            watching = asyncio.create_task(source.watch())
            await asyncio.wait({watching}, timeout=0.01)
            watching.cancel()
            return await asyncio.gather(watching, return_exceptions=True), crashes

    (ended,), crashes = asyncio.run(run())
    assert isinstance(ended, (Unreachable, asyncio.CancelledError))
    assert crashes == []


def test_whoever_is_cancelled_as_the_equipment_connects_leaves_no_connection_behind():
    port = free_port()
    source = connector({"host": "127.0.0.1", "port": port, "mode": "passive"} | HASTY)

    async def cancel():
        opening = asyncio.create_task(source.open())
        while source._server is None:
            await asyncio.sleep(0)
        connecting = asyncio.create_task(asyncio.open_connection("127.0.0.1", port))
        while source._listening.link is None:
            await asyncio.sleep(0)
        assert source._link is None  # it is here, and has not been looked at yet
        opening.cancel()
        reader, writer = await connecting
        await asyncio.wait({opening})
        await source.close()
        assert opening.cancelled()
        await reader.read()  # up to its end
        writer.close()
        await writer.wait_closed()

    asyncio.run(cancel())
