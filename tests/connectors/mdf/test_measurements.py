"""Measurement files as test benches write them: groups of different rates, invalid samples, texts, a CAN log."""

import datetime
import struct

import numpy as np
import pytest
from asammdf import MDF, Signal, Source
from asammdf.blocks import v4_constants as v4

from bobae.app.data import read_files
from bobae.app.settings import Settings
from bobae.connectors.mdf import Measured, bare_name, read, tables
from bobae.core import BadInput, Gap, Kind, Role

BEGIN_NS = 1_772_625_600_000_000_000
START = datetime.datetime(2026, 3, 4, 12, tzinfo=datetime.UTC)
FRAME = np.dtype(
    [
        ("CAN_DataFrame.BusChannel", "<u1"),
        ("CAN_DataFrame.ID", "<u4"),
        ("CAN_DataFrame.IDE", "<u1"),
        ("CAN_DataFrame.DLC", "<u1"),
        ("CAN_DataFrame.DataLength", "<u1"),
        ("CAN_DataFrame.DataBytes", "(8,)u1"),
        ("CAN_DataFrame.Dir", "<u1"),
    ]
)
DBC = """VERSION ""
NS_ :
BS_:
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Speed : 0|8@1+ (0.5,0) [0|100] "km/h" ECU
 SG_ Mode : 8|2@1+ (1,0) [0|3] "" ECU
VAL_ 256 Mode 0 "off" 1 "on" ;
"""
GEARS = {"val_0": 0, "text_0": "P", "val_1": 1, "text_1": "R", "val_2": 2, "text_2": "D"}


def bench(path, *, can=False):
    """100 rows of two channels at 100 Hz, 5 rows of one at 5 Hz, and a CAN log of 20 frames."""
    fast, slow = np.arange(100) * 0.01, np.arange(5) * 0.2
    invalid = np.arange(100) % 10 == 0
    with MDF(version="4.10") as file:
        file.header.start_time = START
        gear = np.arange(100, dtype="u1") % 3
        file.append(
            [
                Signal(np.arange(100.0), fast, unit="°C", name="temp", invalidation_bits=invalid),
                Signal(gear, fast, name="gear", conversion=GEARS),
                Signal(np.zeros(100, dtype=[("x", "<f4"), ("y", "<f4")]), fast, name="point"),
            ],
            acq_name="fast",
        )
        file.append([Signal(np.arange(5.0), slow, unit="bar", name="pressure")], acq_name="slow")
        file.append([Signal(np.arange(5.0) + 90, slow, name="temp")], acq_name="slow")
        if can:
            frames = np.zeros(20, dtype=FRAME)
            frames["CAN_DataFrame.BusChannel"], frames["CAN_DataFrame.ID"] = 1, 256
            frames["CAN_DataFrame.DLC"] = frames["CAN_DataFrame.DataLength"] = 8
            frames["CAN_DataFrame.DataBytes"][:, 0] = np.arange(20)
            frames["CAN_DataFrame.DataBytes"][:, 1] = np.arange(20) % 2
            bus = Source("CAN1", "CAN1", "", v4.SOURCE_BUS, v4.BUS_TYPE_CAN)
            times = np.arange(20) * 0.05
            file.append([Signal(frames, times, name="CAN_DataFrame", source=bus)], acq_name="CAN", acq_source=bus)
        file.save(path, overwrite=True)
    return path


def samples(path, name, dbc=None):
    part = Measured(path, dbc).part([name], 0, 1 << 20)
    assert not part.more
    return part.samples


def test_each_group_keeps_its_rate_and_each_unit_is_told(tmp_path):
    measured = Measured(bench(tmp_path / "drive.mf4"))
    assert measured.columns == ("fast.temp", "gear", "x", "y", "pressure", "slow.temp")
    assert [measured.units[name] for name in ("fast.temp", "gear", "pressure")] == ["Cel", None, "bar"]
    assert [measured.forms[name] for name in ("fast.temp", "gear", "pressure")] == ["number", "text", "number"]
    part = measured.part(["fast.temp", "pressure"], 0, 1)
    assert (part.end, part.more, len(part.samples)) == (1, True, 100)
    rest = measured.part(["fast.temp", "pressure"], 1, 1)
    assert (rest.more, rest.samples.tag.tolist()) == (False, [1] * 5)
    assert rest.samples.time_ns.tolist() == [BEGIN_NS + i * 200_000_000 for i in range(5)]


def test_what_the_file_marks_as_invalid_is_bad_and_kept(tmp_path):
    found = samples(bench(tmp_path / "drive.mf4"), "fast.temp")
    assert found.value.tolist() == list(range(100))
    assert np.flatnonzero(found.status >> 30 == 2).tolist() == list(range(0, 100, 10))


def test_a_conversion_to_texts_gives_texts(tmp_path):
    found = samples(bench(tmp_path / "drive.mf4"), "gear")
    assert found.text[:4].tolist() == ["P", "R", "D", "P"]
    assert not found.status.any()


def test_a_missing_number_is_bad(tmp_path):
    path = tmp_path / "drive.mf4"
    with MDF() as file:
        file.append([Signal(np.array([1.0, np.nan]), np.array([0.0, 1.0]), name="a")])
        file.save(path)
    assert samples(path, "a").status.tolist() == [0, Gap.EMPTY_CELL]


def test_a_can_log_is_decoded_by_the_dbc_beside_it_or_by_the_one_that_is_named(tmp_path):
    path = bench(tmp_path / "drive.mf4", can=True)
    other = tmp_path / "described"
    other.mkdir()
    (other / "engine.dbc").write_text(DBC)
    assert "Speed" not in Measured(path).columns
    assert [f.code for f in read([path]).findings] == ["can_without_dbc", "held_values"]
    named = Measured(path, other / "engine.dbc")
    assert named.units["Speed"] == "km/h"
    (other / "engine.dbc").rename(tmp_path / "engine.DBC")
    speed, mode = samples(path, "Speed"), samples(path, "Mode")
    assert speed.value.tolist() == [0.5 * i for i in range(20)]
    assert speed.time_ns[1] == BEGIN_NS + 50_000_000
    assert mode.text[:2].tolist() == ["off", "on"]
    assert not [name for name in Measured(path).columns if name.startswith("CAN_DataFrame")]


def test_as_one_table_the_slower_channels_hold_their_last_value(tmp_path):
    data = read([bench(tmp_path / "drive.mf4")])
    assert len(data) == 100
    assert data.name_of(Role.TIME) == "time"
    assert data.time_ns()[[0, 99]].tolist() == [BEGIN_NS, BEGIN_NS + 990_000_000]
    assert data.values("pressure")[[0, 19, 20, 99]].tolist() == [0.0, 0.0, 1.0, 4.0]
    assert np.isnan(data.values("fast.temp")[[0, 10]]).all()
    assert data.values("fast.temp")[[1, 99]].tolist() == [1.0, 99.0]
    assert (data.column("gear").kind, data.column("pressure").unit) == (Kind.CATEGORY, "bar")


def test_several_files_are_one_table_that_says_which(tmp_path):
    bench(tmp_path / "a.mf4")
    bench(tmp_path / "b.mf4").rename(tmp_path / "b.dat")
    (tmp_path / "notes.txt").write_text("none")
    data = read([tmp_path])
    assert len(data) == 200
    assert data.values("file")[[0, 199]].tolist() == ["a", "b"]
    (group,) = tables([tmp_path])
    assert [path.name for path in group.files] == ["a.mf4", "b.dat"]
    assert group.columns == ("fast.temp", "gear", "x", "y", "pressure", "slow.temp")
    assert bare_name("temp [°C]") == "temp"


def test_the_application_gives_such_files_to_this_connector(tmp_path):
    bench(tmp_path / "drive.mf4").rename(tmp_path / "drive.dat")
    (tmp_path / "table.dat").write_text("time,a\n2026-03-04 12:00:00,1\n2026-03-04 12:00:01,2\n2026-03-04 12:00:02,4\n")
    told = Settings(tmp_path)
    assert "pressure" in read_files([tmp_path / "drive.dat"], told).table.column_names
    assert "a" in read_files([tmp_path / "table.dat"], told).table.column_names


@pytest.mark.parametrize("cut", [8, 64, 100, 200, 3000])
def test_a_damaged_file_is_told_by_name(tmp_path, cut):
    path = bench(tmp_path / "drive.mf4")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadInput, match="drive"):
        read([path])


def test_what_is_no_measurement_is_told(tmp_path):
    (tmp_path / "a.mf4").write_bytes(struct.pack("<64x"))
    for path in (tmp_path / "a.mf4", tmp_path / "b.mf4", tmp_path):
        with pytest.raises(BadInput):
            tables([path])
