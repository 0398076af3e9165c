"""The quirks of public data sets that concern reading, as their SOURCE.txt lists them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bobae.connectors import files
from bobae.core import BadInput, Dataset, Kind, Role

SharedData = Callable[[str], Path]


def codes(data: Dataset) -> set[str]:
    return {finding.code for finding in data.findings}


def test_steel_industry_midnights_are_moved_to_the_next_day(shared_data: SharedData) -> None:
    data = files.read([shared_data("steel_industry_energy")], timezone="Asia/Seoul")
    assert len(data) == 35_040
    assert np.unique(np.diff(np.asarray(data.time_ns()))).tolist() == [900 * 10**9]
    assert next(f for f in data.findings if f.code == "midnight_date").rows == 365
    assert data.column("Usage").unit == "kW.h"


def test_skab_files_are_stacked_though_one_lacks_the_labels(shared_data: SharedData) -> None:
    data = files.read([shared_data("skab")])
    assert len(data) == 37_401 + 9_405
    assert np.nansum(data.values("anomaly")) == 13_067
    assert np.isnan(data.values("changepoint")).sum() == 9_405
    assert len(set(data.values("file"))) == 35
    assert data.name_of(Role.TIME) == "datetime"
    assert "no_time_zone" in codes(data)


def test_tep_d00_is_turned_and_all_files_are_stacked(shared_data: SharedData) -> None:
    folder = shared_data("tep")
    data = files.read([folder / "d00.dat", folder / "d01.dat", folder / "d02_te.dat"])
    assert len(data) == 500 + 480 + 960
    assert sum(c.kind is Kind.NUMBER for c in data.columns) == 52
    assert {"transposed", "no_header"} <= codes(data)
    assert data.name_of(Role.TIME) is None


def test_cmapss_cycles_are_no_time_and_the_rul_file_is_another_table(shared_data: SharedData) -> None:
    data = files.read([shared_data("cmapss")])
    assert len(data) == 20_631 + 13_096
    assert len(data.columns) == 26 + 1
    assert data.name_of(Role.TIME) is None
    assert "RUL_FD001.txt" in str(next(f for f in data.findings if f.code == "other_files").text)
    assert [len(group.columns) for group in files.tables([shared_data("cmapss")])] == [26, 1]


def test_kamyr_has_no_header_so_its_first_row_and_53_empty_cells_are_data(shared_data: SharedData) -> None:
    data = files.read([shared_data("process_improve_openmv") / "kamyr.csv"])
    assert (len(data), len(data.columns)) == (96, 10)
    assert sum(int(data.table.column(c.name).null_count) for c in data.columns) == 53


def test_naval_takes_its_names_from_the_list_beside_it(shared_data: SharedData) -> None:
    data = files.read([shared_data("naval_propulsion")])
    assert (len(data), len(data.columns)) == (11_934, 18)
    assert data.columns[7].name == "HP Turbine exit temperature (T48)"
    assert data.columns[7].unit == "Cel"


def test_phm2016_seconds_of_unknown_origin_are_a_relative_time(shared_data: SharedData) -> None:
    data = files.read([shared_data("phm2016_cmp_sample")])
    assert (len(data), len(data.columns)) == (3_663, 25)
    assert data.name_of(Role.TIME) == "TIMESTAMP"
    assert {"relative_time", "other_files"} <= codes(data)


def test_nab_machine_temperature_asks_for_the_zone_since_its_clock_was_set_back(shared_data: SharedData) -> None:
    path = shared_data("nab") / "data" / "realKnownCause" / "machine_temperature_system_failure.csv"
    data = files.read([path])
    steps = np.diff(np.asarray(data.time_ns())) / 1e9
    assert (len(data), len(data) - len(np.unique(data.time_ns())), steps.min()) == (22_695, 12, -3300)
    assert "time_zone_needed" in codes(data)


def test_secom_labels_are_read_without_header_and_day_first(shared_data: SharedData) -> None:
    data = files.read([shared_data("secom_derived") / "secom_Labels.csv"])
    time = np.asarray(data.time_ns()).astype("datetime64[ns]")
    assert str(time[0]) == "2008-07-19T11:55:00.000000000"
    assert (np.diff(time) < np.timedelta64(0)).sum() == 0
    assert (np.diff(time) == np.timedelta64(0)).sum() == 33


def test_robot_blocks_become_rows_of_instances(shared_data: SharedData) -> None:
    data = files.read([shared_data("robot_execution_failures")])
    assert len(data) == (88 + 47 + 47 + 117 + 164) * 15
    first = data.values("file") == "lp1"
    assert (data.values("label")[first] == "collision").sum() == 17 * 15


def test_ai4i_units_stand_in_the_headers(shared_data: SharedData) -> None:
    data = files.read([shared_data("ai4i2020")])
    assert [c.unit for c in data.columns[3:8]] == ["K", "K", "{rev}/min", "N.m", "min"]
    assert np.nansum(data.values("Machine failure")) == 339


def test_cnc_first_column_only_counts_rows(shared_data: SharedData) -> None:
    data = files.read([shared_data("cnc_mill_tool_wear")])
    assert len(data) == 25_286
    assert data.column("index").role is Role.IGNORED
    assert data.column("Machining_Process").kind is Kind.CATEGORY


def test_polenta_semicolons(shared_data: SharedData) -> None:
    data = files.read([shared_data("injection_molding_polenta")])
    assert (len(data), len(data.columns)) == (1_451, 14)


def test_alibaba_empty_times_are_missing(shared_data: SharedData) -> None:
    data = files.read([shared_data("gpu_cluster_traces_philly") / "alibaba2023_pods.csv"])
    assert data.table.column("scheduled_time").null_count == 897
    assert len(files.read([shared_data("gpu_cluster_traces_philly") / "philly_jobs.csv.gz"])) == 82_247


def test_smt2020_tables_are_listed_and_read_one_at_a_time(shared_data: SharedData) -> None:
    folder = shared_data("smt2020") / "SMT2020_HVLM"
    with pytest.raises(BadInput, match=r"different tables.*WIP\.txt"):
        files.read([folder])
    data = files.read([folder / "WIP.txt"])
    due = next(c.name for c in data.columns if c.name == "DUE")
    assert data.column(due).kind is Kind.TIME
    assert str(np.asarray(data.time_ns()).astype("datetime64[ns]")[0]) == "2018-01-01T00:00:00.000000000"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("jobshop_scheduleopt", "scheduling problem"),
        ("wafer_maps_wm811k_mini", "map of 53 by 58"),
        ("cwru_bearing", "numpy arrays"),
        ("magnetic_tile", "picture"),
    ],
)
def test_what_is_no_machine_data_is_refused_in_plain_words(shared_data: SharedData, name: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        files.read([shared_data(name)])
