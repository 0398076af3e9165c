import numpy as np
import pytest

from bobae.core import BadInput, Kind, Role, UnknownName
from bobae.train.assess import find_roles


def test_each_column_gets_the_role_its_name_and_values_say(table, noise):
    found = find_roles(
        table(
            time=np.arange(300),
            machine_id=np.repeat(["p1", "p2", "p3"], 100),
            lot=np.repeat(np.arange(30), 10),
            product=np.tile(["a", "b"], 150),
            pressure=noise.normal(size=300),
            fault=np.arange(300) % 50 < 5,
        )
    )
    assert [c.role for c in found.columns] == [
        Role.TIME,
        Role.ASSET,
        Role.LOT,
        Role.CONTEXT,
        Role.FEATURE,
        Role.TARGET,
    ]
    assert all(str(c.reason) for c in found.columns)


def test_korean_column_names_are_understood(table, noise):
    found = find_roles(
        table(
            설비번호=np.repeat(["1호기", "2호기"], 100),
            로트번호=np.repeat(np.arange(20), 10),
            제품=np.tile(["가", "나"], 100),
            압력=noise.normal(size=200),
            불량=np.arange(200) % 20 == 0,
        )
    )
    assert [c.role for c in found.columns] == [Role.ASSET, Role.LOT, Role.CONTEXT, Role.FEATURE, Role.TARGET]


def test_columns_with_nothing_in_them_are_not_used(table, noise):
    x = noise.normal(size=60)
    found = find_roles(table(row=np.arange(60), same=np.ones(60), x=x, again=x))
    assert [c.role for c in found.columns] == [Role.IGNORED, Role.IGNORED, Role.FEATURE, Role.IGNORED]
    assert "x" in str(found.column("again").reason)


def test_what_the_user_says_stands_above_what_is_found(table, noise):
    data = table(fault=np.arange(100) % 10 == 0, thickness=noise.normal(size=100), x=noise.normal(size=100))
    found = find_roles(data, chosen={Role.TARGET: "thickness"})
    assert found.names(Role.TARGET) == ("thickness",)
    assert found.column("fault").role is Role.IGNORED


def test_a_chosen_column_that_does_not_exist_names_the_nearest(table):
    with pytest.raises(UnknownName, match="thickness"):
        find_roles(table(thickness=np.arange(9), x=np.arange(9)), chosen={Role.TARGET: "thicknes"})


def test_a_chosen_column_of_seconds_becomes_the_time(table, noise):
    data = table(t=np.arange(50) * 0.5, x=noise.normal(size=50))
    found = find_roles(data, chosen={Role.TIME: "t"})
    assert found.column("t").kind is Kind.TIME
    assert np.all(np.diff(found.time_ns()) == 500_000_000)


def test_a_chosen_time_column_of_words_is_refused(table):
    with pytest.raises(BadInput, match="--time-col"):
        find_roles(table(product=["a", "b"] * 5, x=np.arange(10)), chosen={Role.TIME: "product"})


def test_nameless_machines_are_found_by_the_counter_inside_each(table, noise):
    lengths = (20, 35, 50)
    found = find_roles(
        table(
            c1=np.repeat([1, 2, 3], lengths),
            c2=np.concatenate([np.arange(1, n + 1) for n in lengths]),
            c3=noise.normal(size=sum(lengths)),
        )
    )
    assert [c.role for c in found.columns] == [Role.ASSET, Role.IGNORED, Role.FEATURE]


def test_files_that_follow_on_one_another_are_one_record(table, noise):
    found = find_roles(
        table(
            time=np.arange(400), file=np.repeat(["d1.csv", "d2.csv", "d3.csv", "d4.csv"], 100), x=noise.normal(size=400)
        )
    )
    assert found.column("file").role is Role.IGNORED


def test_files_of_the_same_time_are_machines(table, noise):
    found = find_roles(
        table(
            time=np.tile(np.arange(100), 3), file=np.repeat(["a.csv", "b.csv", "c.csv"], 100), x=noise.normal(size=300)
        )
    )
    assert found.column("file").role is Role.ASSET


def test_files_that_each_hold_one_trial_are_runs(table, noise):
    fault = np.tile(np.arange(100) >= 60, 4)
    found = find_roles(
        table(
            time=np.arange(400),
            file=np.repeat(["t1", "t2", "t3", "t4"], 100),
            x=noise.normal(size=400),
            anomaly=fault,
        )
    )
    assert found.column("file").role is Role.LOT


def test_marks_of_the_kind_of_fault_are_kept_from_the_learner(table, noise):
    fault = noise.random(2000) < 0.03
    kind = noise.random(2000) < 0.5
    found = find_roles(table(x=noise.normal(size=2000), failure=fault, TWF=fault & kind, HDF=fault & ~kind))
    assert found.names(Role.TARGET) == ("failure",)
    assert found.names(Role.FEATURE) == ("x",)


def test_a_machine_failure_column_is_not_the_machine(table, noise):
    data = table(**{"Machine failure": np.arange(100) % 20 == 0, "x": noise.normal(size=100)})
    assert find_roles(data).names(Role.TARGET) == ("Machine failure",)


def test_a_running_total_is_not_watched_and_a_rising_temperature_is(table, noise):
    data = table(
        time=np.arange(1000),
        running_hours=np.cumsum(noise.random(1000)),
        temperature=np.linspace(20, 60, 1000) + noise.normal(size=1000),
    )
    assert find_roles(data).names(Role.FEATURE) == ("temperature",)
