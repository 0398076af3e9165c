"""Whatever is killed when: at the end every row is stored, as it was written, once."""

import numpy as np

BEGIN_S, ROTATED_AFTER, ROWS = 1_772_625_600, 700, 3000


def row(i):
    return f"{np.datetime64(BEGIN_S + i, 's')}Z,{i},{i % 7}\n"


def test_every_row_of_a_rotated_log_is_stored_once_though_the_collector_is_killed(tmp_path, stored_though_killed):
    folder = tmp_path / "export"
    folder.mkdir()
    log, written = folder / "press.csv", 0

    def write(more):
        """Some rows more, now and then one that is half-written at first; the log is rotated now and then."""
        nonlocal written
        for i in range(written, min(written + more, ROWS)):
            if i and i % ROTATED_AFTER == 0:
                log.rename(folder / f"press.{i // ROTATED_AFTER}.csv")
            with log.open("a") as file:
                if file.tell() == 0:
                    file.write("time,count,rest\n")
                half = 12 if i % 50 == 0 else None
                file.write(row(i)[:half])
                file.flush()
                if half:
                    file.write(row(i)[half:])
        written = min(written + more, ROWS)

    write(100)
    stored = stored_though_killed(
        write,
        ROWS,
        connector="folder",
        settings={"path": str(folder), "files": "press*.csv", "poll_s": 0.02, "quiet_s": 0.5},
        addresses={"count": "count", "rest": "press*:rest"},
    )
    expected = np.arange(ROWS)
    assert stored["count"].time_ns.tolist() == ((BEGIN_S + expected) * 10**9).tolist()
    assert stored["count"].value.tolist() == expected.tolist()
    assert stored["rest"].value.tolist() == (expected % 7).tolist()
    assert not stored["count"].status.any()
