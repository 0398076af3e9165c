"""Whatever happens to a file on its way, the reader answers with rows or with a plain refusal."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bobae.connectors import files
from bobae.core import BadInput

SOUND = (
    ("시각,온도(℃),상태\n" + "2026-01-01 오후 3:00:00,25.5,가동\n2026-01-01 오후 3:00:10,25.7,정지\n" * 15).encode(
        "cp949"
    ),
    ("a;b;c\n" + "".join(f"{i},5;{i % 28 + 1:02d}/03/2024 10:00;x y\n" for i in range(30))).encode("utf-16"),
    b"normal\n\t1\t2\n\t3\t4\n\ncollision\n\t1\t2\n\t3\t4\n\nnormal\n\t1\t2\n\t3\t4\n\nok\n\t1\t2\n\t3\t4\n",
    b'# logger\nt,"x, mm",y\ns,mm,bar\n' + b'1.5,"2,3",7\n' * 20,
)
SPLINTERS = (
    b",",
    b";",
    b'"',
    b"\n",
    b"\x00",
    b"\xff",
    b"24:00",
    b"99/99/9999",
    b"inf",
    b"1e999",
    b"#",
    b"9" * 20,
    b"\n\n",
)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_never_stops_the_reader_but_with_a_refusal(write: Callable[..., Path], seed: int) -> None:
    rng = random.Random(seed)
    answers = {"rows": 0, "refusals": 0}
    for _ in range(60):
        content = bytearray(rng.choice(SOUND))
        for _ in range(rng.choice([1, 3, 10, 30])):
            at = rng.randrange(len(content) + 1)
            content[at : at + rng.randrange(3)] = rng.choice(SPLINTERS) * rng.randrange(3)
        path = write(bytes(content), "damaged.csv")
        try:
            answers["rows"] += len(files.read([path])) > 0
        except BadInput as refusal:
            answers["refusals"] += "damaged.csv" in str(refusal)
    assert sum(answers.values()) == 60
    assert answers["rows"] > 5
