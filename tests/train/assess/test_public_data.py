"""Every quirk of meaning that the public data sets are known for is found again."""

import pytest

from bobae.connectors.files import read
from bobae.core import Dataset, Role
from bobae.train.assess import Assessment, assess


def told(assessment: Assessment) -> dict[str, tuple[str, ...]]:
    return {found.code: found.columns for found in assessment.findings}


def rows(assessment: Assessment, code: str) -> list[int | None]:
    return [found.rows for found in assessment.findings if found.code == code]


def ready(assessment: Assessment) -> dict[str, str]:
    return {answer.task: answer.ready for answer in assessment.tasks}


@pytest.fixture(scope="module")
def of(shared_data):
    read_once: dict[str, Dataset] = {}

    def load(name: str, path: str = "") -> Dataset:
        key = f"{name}/{path}"
        if key not in read_once:
            read_once[key] = read([shared_data(name) / path])
        return read_once[key]

    return load


def test_ai4i_marks_contradict_each_other_and_its_modes_leak(of):
    found = assess(of("ai4i2020", "ai4i2020.csv"))
    assert set(found.leaks) == {"TWF", "HDF", "PWF", "OSF", "RNF"}
    assert rows(found, "label_without_kind") == [9]
    assert rows(found, "label_contradiction") == [18]
    assert {c.name for c in found.dataset.columns if c.role is Role.IGNORED} >= {"UDI", "Product ID"}
    assert found.tasks[0].task == "classify"


def test_the_mill_has_18_examples_and_two_spellings_of_end(of):
    found = assess(of("cnc_mill_tool_wear"))
    assert rows(found, "label_fixed_in_group") == [18]
    assert rows(found, "few_groups") == [18]
    assert told(found)["category_spelling"] == ("Machining_Process",)
    once = next(f for f in found.findings if f.code == "category_once")
    assert "Starting" in str(once.text)
    assert found.missing.code == "groups"


def test_wafer_runs_are_few_and_four_rows_are_there_twice(of):
    found = assess(of("phm2016_cmp_sample", "CMP-training-000.csv"))
    assert rows(found, "few_groups") == [11]
    assert found.time is not None
    assert (found.time.duplicates, found.time.first) == (4, None)


def test_absurd_removal_rates_are_told(of):
    found = assess(of("phm2016_cmp_sample", "CMP-training-removalrate.csv"))
    assert told(found)["target_outliers"] == ("AVG_REMOVAL_RATE",)
    assert found.dataset.name_of(Role.TARGET) == "AVG_REMOVAL_RATE"


def test_moulding_shots_are_in_order_though_undated(of):
    found = assess(of("injection_molding_polenta", "dataset/data.csv"))
    assert {"ordered_undated", "label_codes"} <= set(told(found))
    assert found.missing.code == "time"
    assert found.tasks[0].task == "classify"


def test_the_machine_temperature_clock_was_set_back(of):
    found = assess(of("nab", "data/realKnownCause/machine_temperature_system_failure.csv"))
    assert found.time is not None
    assert (found.time.duplicates, found.time.backward) == (12, 1)
    assert "clock_change" in told(found)
    assert found.missing.code == "maintenance_log"


def test_gaps_of_the_ambient_temperature_are_told(of):
    found = assess(of("nab", "data/realKnownCause/ambient_temperature_system_failure.csv"))
    assert found.time is not None
    assert found.time.sampling_s == 3600
    assert "time_gaps" in told(found)


def test_each_valve_file_is_an_experiment_with_missing_seconds(of):
    found = assess(of("skab", "valve1"))
    assert found.dataset.name_of(Role.LOT) == "file"
    assert found.dataset.name_of(Role.TARGET) == "anomaly"
    assert set(found.leaks) == {"changepoint"}
    assert found.time is not None
    assert found.time.sampling_s == 1
    assert found.time.gaps > 800
    assert ready(found)["anomaly"] == "ready"


def test_energy_is_given_away_by_co2_and_load_type(of):
    data = of("steel_industry_energy", "Steel_industry_data.csv")
    usage = next(c.name for c in data.columns if c.unit == "kW.h")
    co2 = next(c.name for c in data.columns if c.name.startswith("CO2"))
    assert set(assess(data, chosen={Role.TARGET: usage}).leaks) == {co2, "Load_Type"}


def test_the_steel_year_is_one_regular_record(of):
    found = assess(of("steel_industry_energy", "Steel_industry_data.csv"))
    assert found.time is not None
    assert (found.time.backward, found.time.duplicates, found.time.regularity) == (0, 0, "regular")
    assert ready(found)["forecast"] == "ready"


def test_seven_fault_marks_are_one_outcome(of):
    data = of("steel_plates_faults", "SteelPlatesFaults_Clean.csv")
    assert len(told(assess(data))["label_one_of_many"]) == 7
    chosen = assess(data, chosen={Role.TARGET: "Bumps_Fault"})
    assert len([name for name in chosen.leaks if "Fault" in name]) == 6


def test_engines_are_found_without_a_header(of):
    found = assess(of("cmapss", "raw/train_FD001.txt"))
    assert found.tasks[0].task == "rul"
    assert rows(found, "run_to_failure") == [100]
    constant = next(f for f in found.findings if f.code == "column_constant")
    assert len(constant.columns) >= 6


def test_engines_of_two_files_are_told_apart(of):
    found = assess(of("cmapss", "raw"))
    assert found.tasks[0].task == "rul"
    assert rows(found, "run_to_failure") == [200]


def test_the_ship_has_dead_and_doubled_columns_on_a_full_grid(of):
    found = assess(of("naval_propulsion", "data.txt"))
    assert len(told(found)["column_constant"]) == 2
    assert "column_duplicate" in told(found)
    assert "full_grid" in told(found)
    assert ready(found)["anomaly"] == "no"


def test_batches_differ_in_length(of):
    dryer, nylon = assess(of("process_improve_openmv", "dryer.csv")), assess(of("process_improve_openmv", "nylon.csv"))
    assert (rows(dryer, "lengths_differ"), rows(nylon, "lengths_differ")) == ([71], [57])
    assert dryer.missing.code == "results"


def test_pass_and_fail_marks_are_found_without_a_header(of):
    found = assess(of("secom_derived", "secom_Labels.csv"))
    assert found.dataset.names(Role.TARGET) != ()
    assert found.time is not None
    assert found.time.duplicates == 33


def test_pods_that_were_never_scheduled_are_told_and_their_times_have_no_date(of):
    found = assess(of("gpu_cluster_traces_alibaba", "cluster-trace-gpu-v2023/csv/openb_pod_list_default.csv"))
    assert 897 in rows(found, "values_missing")
    assert found.time is not None
    assert found.time.first is None


def test_undated_process_data_are_in_order(of):
    found = assess(of("tep", "d05_te.dat"))
    assert "ordered_undated" in told(found)
    assert ready(found)["anomaly"] == "nearly"
