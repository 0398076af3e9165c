"""SECS-II items: read as secsgem writes them, written as secsgem reads them, and nothing that comes can break it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from secsgem.secs import variables

from bobae.connectors.secs import items
from bobae.connectors.secs.items import Malformed, decode, parts

WHOLE = {"U1": 8, "U2": 16, "U4": 32, "U8": 64, "I1": 8, "I2": 16, "I4": 32, "I8": 64}


@st.composite
def encoded(draw, depth=3):
    """A message's body, and what it says."""
    what = draw(st.sampled_from([*WHOLE, "F8", "A", "B", "L", "BOOLEAN"] if depth else [*WHOLE, "A"]))
    if what == "L":
        found = draw(st.lists(encoded(depth=depth - 1), max_size=5))
        return items.listed(*(one for one, _ in found)), [said for _, said in found]
    if what == "A":
        said = draw(st.text("aZ0 -é가힣", max_size=300))
        return items.ascii_text(said), said
    if what == "B":
        said = draw(st.binary(max_size=300))
        return items.raw_binary(said), said
    if what == "BOOLEAN":
        said = draw(st.booleans())
        return items.flag(said), said
    if what == "F8":
        numbers = draw(st.lists(st.floats(allow_nan=False), max_size=20))
    else:
        bits = WHOLE[what]
        low, high = (0, 2**bits - 1) if what[0] == "U" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        numbers = draw(st.lists(st.integers(low, high), max_size=20))
    return items.number(what, *numbers), numbers[0] if len(numbers) == 1 else tuple(numbers)


@given(encoded())
def test_what_is_put_together_is_taken_apart_the_same(pair):
    body, said = pair
    assert decode(body) == said


@given(encoded(), st.data())
def test_a_body_that_is_cut_off_or_has_more_behind_it_is_malformed(pair, data):
    body, _ = pair
    with pytest.raises(Malformed):
        decode(body + data.draw(st.binary(min_size=1, max_size=4)))
    cut = data.draw(st.integers(1, len(body) - 1))
    with pytest.raises(Malformed):
        decode(body[:cut])


@given(st.binary(max_size=200))
def test_whatever_comes_is_an_item_or_malformed(body):
    try:
        decode(body)
    except Malformed:
        return
    assert b"".join(parts(body)) in body


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (variables.U4(7), 7),
        (variables.U2([1, 2, 3]), (1, 2, 3)),
        (variables.I8(-(2**60)), -(2**60)),
        (variables.F8(math.pi), math.pi),
        (variables.F4([]), ()),
        (variables.String("LOT-1"), "LOT-1"),
        (variables.Binary([1, 255]), b"\x01\xff"),
        (variables.Boolean(True), True),
        (variables.JIS8("PPID"), "PPID"),
        (variables.Array(variables.U4, [1, 2]), [1, 2]),
        (variables.String("x" * 70_000), "x" * 70_000),
    ],
)
def test_what_secsgem_writes_is_read(written, said):
    assert decode(written.encode()) == said


def test_what_is_written_is_read_by_secsgem():
    for form, value in (("U4", 2**32 - 1), ("I2", -3), ("F4", 0.5)):
        read = getattr(variables, form)()
        read.decode(items.number(form, value))
        assert read.get() == value
    text = variables.String()
    text.decode(items.ascii_text("SLOT 7"))
    assert text.get() == "SLOT 7"


def test_korean_is_read_however_it_is_written():
    raw = "금형 A-7".encode("cp949")
    assert decode(bytes([0o20 << 2 | 1, len(raw)]) + raw) == "금형 A-7"
    assert decode(items.ascii_text("금형 A-7")) == "금형 A-7"
    localized = b"\x00\x0a" + "금형".encode("euc_kr")  # 10: EUC-KR
    assert decode(bytes([0o22 << 2 | 1, len(localized)]) + localized) == "금형"


def test_lists_that_are_too_deep_or_promise_too_much_are_malformed():
    deep = items.number("U1", 1)
    for _ in range(items.DEEPEST + 1):
        deep = items.listed(deep)
    with pytest.raises(Malformed, match="deep"):
        decode(deep)
    with pytest.raises(Malformed, match="more items"):
        decode(b"\x03\xff\xff\xff\x01\x00")
    with pytest.raises(Malformed, match="format"):
        decode(b"\xfd\x00")
    with pytest.raises(Malformed):
        items.number("U1", 300)
