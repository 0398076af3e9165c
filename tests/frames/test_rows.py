import numpy as np

from bobae.frames import each_group_once, later

HOUR_NS = 3_600_000_000_000


def test_a_later_value_is_that_of_the_same_group_so_much_later():
    y, groups = np.arange(6.0), np.array([0, 0, 0, 0, 1, 1])
    time = HOUR_NS * np.array([0, 1, 2, 5, 0, 1])  # three hours are missing before the fourth row
    found = later(y, time, groups, (1, 2), 3_600.0)
    expected = [[1.0, 2.0], [2.0, np.nan], [np.nan, np.nan], [np.nan, np.nan], [5.0, np.nan], [np.nan, np.nan]]
    assert np.array_equal(found, expected, equal_nan=True)


def test_nothing_is_known_of_later_than_the_last_row():
    none = np.zeros(3, dtype=np.int64)
    assert np.isnan(later(np.ones(3), HOUR_NS * np.arange(3), none, (3, 9), 3_600.0)).all()


def test_every_group_counts_the_same_whatever_its_number_of_rows():
    groups = np.array([7, 7, 7, 2, 9, 9])
    weight = each_group_once(groups)
    assert np.allclose([weight[groups == name].sum() for name in (7, 2, 9)], 2.0)


def test_rows_that_do_not_count_have_no_weight_and_the_others_one_in_the_mean():
    groups, counted = np.array([0, 0, 0, 1, 2, 2]), np.array([True, False, True, True, False, False])
    weight = each_group_once(groups, counted)
    assert (weight[~counted] == 0.0).all()
    assert np.allclose([weight[groups == name].sum() for name in (0, 1)], 1.5)
