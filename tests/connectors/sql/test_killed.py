"""Whatever is killed when: at the end every row is stored, as it was written, once, those committed late too."""

import sqlite3

import numpy as np

BEGIN_S, ROWS = 1_772_625_600, 3000


def test_every_row_of_a_table_is_stored_once_though_the_collector_is_killed(tmp_path, stored_though_killed):
    file, written, held_back = tmp_path / "mes.db", 0, []
    base = sqlite3.connect(file, isolation_level=None)
    base.execute("pragma synchronous = off")
    base.execute("create table readings (id integer primary key, at integer, count integer)")

    def write(more):
        """Some rows more; every tenth is committed with the next ones."""
        nonlocal written, held_back
        new = list(range(written, min(written + more, ROWS)))
        now, held_back = [*(i for i in new if i % 10), *held_back], [i for i in new if i % 10 == 0]
        written += len(new)
        if written == ROWS:
            now, held_back = now + held_back, []
        base.execute("begin")
        base.executemany("insert into readings values (?, ?, ?)", ((i, BEGIN_S + i, i) for i in now))
        base.execute("commit")

    write(100)
    stored = stored_though_killed(
        write,
        ROWS,
        connector="sql",
        settings={
            "url": f"sqlite:///{file}",
            "table": "readings",
            "time": "at",
            "order": "id",
            "poll_s": 0.02,
            "look_back_s": 0.5,
            "requests_per_s": 500,
        },
        addresses={"count": "count"},
    )
    base.close()
    expected = np.arange(ROWS)
    assert stored["count"].time_ns.tolist() == ((BEGIN_S + expected) * 10**9).tolist()
    assert stored["count"].value.tolist() == expected.tolist()
