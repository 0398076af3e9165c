"""Every piece answers in onnxruntime as its numpy reference does."""

from collections.abc import Callable

import numpy as np
import pytest

from bobae.core import BadInput, Contract, Input, Output
from bobae.graph import (
    Bands,
    ByCode,
    Delays,
    DriftingLimit,
    Episode,
    Ewma,
    FillLast,
    GraphBuilder,
    Kernel,
    Lags,
    LateBias,
    Linear,
    Memory,
    Quadratic,
    RegimeScale,
    Ripples,
    Runner,
    Running,
    Scale,
    Threshold,
    Trace,
    Trees,
    Wear,
)

Rows = tuple[np.ndarray, np.ndarray]
RNG = np.random.default_rng(11)
CENTRES = np.array([[-4.0, 0, 0, 0], [0.0, 0, 0, 0], [6.0, 1, 2, 8]])


def stream(emit: Callable[[GraphBuilder], dict[str, str]], rows: Rows, sizes: dict[str, int]) -> dict[str, np.ndarray]:
    x, gap = rows
    b = GraphBuilder(inputs=x.shape[1])
    for name, value in emit(b).items():
        b.output(name, value, shape=(sizes[name],))
    contract = Contract(
        inputs=tuple(Input(name=f"i{i}") for i in range(x.shape[1])),
        outputs=tuple(Output(name=name, kind="score", shape=(size,)) for name, size in sizes.items()),
        states=b.states,
    )
    return Runner(b.serialise(contract), contract).run(x, gap)


def same(emit: Callable[[GraphBuilder], dict[str, str]], rows: Rows, expected: dict[str, np.ndarray]) -> None:
    expected = {name: np.reshape(values, (len(rows[0]), -1)) for name, values in expected.items()}
    got = stream(emit, rows, {name: values.shape[1] for name, values in expected.items()})
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.fixture
def rows() -> Rows:
    """120 rows of 4 sensors with holes, a stretch of one row, and one that begins with a hole."""
    rng = np.random.default_rng(3)
    x = rng.normal(0.2, 1.0, (120, 4)).cumsum(axis=0) / 2.0
    x[rng.random(x.shape) < 0.1] = np.nan
    x[60] = np.nan
    gap = np.zeros(120)
    gap[[0, 30, 31, 60]] = 1.0
    return x, gap


@pytest.fixture
def whole(rows: Rows) -> Rows:
    return np.nan_to_num(rows[0], nan=0.5), rows[1]


def test_a_missing_value_is_the_last_seen_in_its_stretch(rows: Rows) -> None:
    rows[0][5, 1] = np.inf
    piece = FillLast(np.array([1.0, 2.0, 3.0, 4.0]))
    filled, age = piece.run(*rows)
    assert filled[60].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert age[60].tolist() == [1.0] * 4
    assert filled[5, 1] == filled[4, 1]
    same(
        lambda b: dict(zip(("filled", "age"), piece.emit(b, "fill", b.x), strict=True)),
        rows,
        {"filled": filled, "age": age},
    )


def test_scaling_clips_and_keeps_what_is_missing(rows: Rows) -> None:
    piece = Scale(np.arange(4.0), np.array([1.0, 2.0, 0.5, 1e-3]), clip=4.0)
    scaled = piece.run(rows[0])
    assert np.nanmax(np.abs(scaled)) == 4.0
    same(lambda b: {"z": piece.emit(b, b.x)}, rows, {"z": scaled})


@pytest.mark.parametrize("lags", [0, 1, 5])
def test_lags_are_newest_first_and_stop_at_a_gap(rows: Rows, lags: int) -> None:
    piece = Lags(lags, 4)
    lagged, seen = piece.run(*rows)
    np.testing.assert_array_equal(lagged[31], np.tile(rows[0][31], lags + 1))
    assert seen[[0, 29, 30, 31, 59]].tolist() == [1, 30, 1, 1, 29]
    if lags:
        np.testing.assert_array_equal(lagged[10, 4:8], rows[0][9])
    same(lambda b: dict(zip(("v", "seen"), piece.emit(b, "lags", b.x), strict=True)), rows, {"v": lagged, "seen": seen})


def test_a_weighted_sum_and_a_squared_distance(whole: Rows) -> None:
    linear = Linear(RNG.normal(size=(4, 3)), RNG.normal(size=3))
    distance = Quadratic(np.linalg.cholesky(np.cov(whole[0].T)))
    squared = distance.run(whole[0])
    precision = distance.factor.T @ distance.factor
    np.testing.assert_allclose(squared[:, 0], np.einsum("ti,ij,tj->t", whole[0], precision, whole[0]))
    expected = {"y": linear.run(whole[0]), "d": squared}
    same(lambda b: {"y": linear.emit(b, b.x), "d": distance.emit(b, b.x)}, whole, expected)


def test_a_matrix_without_bias_needs_no_addition() -> None:
    b = GraphBuilder(inputs=2)
    Linear(np.eye(2), np.zeros(2)).emit(b, b.x)
    assert [node.op_type for node in b._nodes] == ["MatMul"]


@pytest.mark.parametrize("start", [None, 0.0, 3.0])
def test_an_average_begins_afresh_with_each_stretch(whole: Rows, start: float | None) -> None:
    piece = Ewma((0.2, 0.05, 1.0), 4, start)
    means = piece.run(*whole)
    slow = np.zeros(4)
    for x, fresh, got in zip(*whole, means[:, 4:8], strict=True):
        before = (x if start is None else np.full(4, start)) if fresh else slow
        slow = 0.05 * x + 0.95 * before
        np.testing.assert_allclose(got, slow, rtol=1e-12)
    same(lambda b: {"m": piece.emit(b, "slow", b.x)}, whole, {"m": means})


def test_each_regime_has_its_own_scale(rows: Rows) -> None:
    x, gap = rows[0].copy(), rows[1]
    x[:, 0] = np.arange(len(x)) % 3
    codes, scale = ByCode(np.arange(3.0)[:, None]), RegimeScale(CENTRES, np.abs(CENTRES) + 0.1, clip=9.0)
    scaled = scale.run(x, np.arange(len(x)) % 3)
    second = np.clip((x[1::3] - CENTRES[1]) / (np.abs(CENTRES[1]) + 0.1), -9.0, 9.0)
    np.testing.assert_allclose(scaled[1::3], second)

    def emit(b: GraphBuilder) -> dict[str, str]:
        return {"z": scale.emit(b, b.x, codes.emit(b, b.columns(b.x, [0]))[0])}

    same(emit, (x, gap), {"z": scaled})


def test_an_unknown_code_is_regime_0_and_said() -> None:
    x = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [np.nan, 1.0], [1.0, 0.0]])
    piece = ByCode(np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
    regime, unknown = piece.run(x)
    assert regime.tolist() == [0, 2, 0, 0, 1]
    assert unknown[:, 0].tolist() == [0, 0, 1, 1, 0]

    def emit(b: GraphBuilder) -> dict[str, str]:
        at, missing = piece.emit(b, b.x)
        return {"at": b.node("Cast", at, to=11), "unknown": missing}

    same(emit, (x, np.zeros(5)), {"at": regime.astype(float), "unknown": unknown})


def test_nan_is_over_no_limit(rows: Rows) -> None:
    piece = Threshold(np.zeros(4))
    over = piece.run(rows[0])
    assert over[60].tolist() == [0.0] * 4
    same(lambda b: {"over": piece.emit(b, b.x)}, rows, {"over": over})


def test_an_episode_opens_after_three_over_and_closes_after_two_under() -> None:
    over = np.array([1, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1], dtype=float)[:, None]
    gap = np.zeros(17)
    gap[15] = 1.0
    piece = Episode(open_after=3, close_after=2)
    alarm = piece.run(over, gap)
    assert alarm[:, 0].tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0]
    same(lambda b: {"alarm": piece.emit(b, "episode", b.x)}, (over, gap), {"alarm": alarm})


def test_a_memory_learns_on_the_rows_that_count_and_outlives_gaps(whole: Rows) -> None:
    x, gap = whole[0], whole[1].copy()
    gap[60] = 2.0
    counts = (x[:, 3] > 0.0).astype(float)
    piece = Memory(np.array([0.2, 0.05, 1.0]), np.array([1.5, 0.0, -2.0]))
    means = piece.run(x[:, :3], counts, gap)
    slow = piece.start
    for i in range(120):
        slow = piece.start if gap[i] > 1.5 else slow
        slow = slow + piece.rates * counts[i] * (x[i, :3] - slow)
        np.testing.assert_allclose(means[i], slow, rtol=1e-9, atol=1e-12)

    def emit(b: GraphBuilder) -> dict[str, str]:
        judged = b.node("Cast", b.node("Greater", b.columns(b.x, [3]), 0.0), to=11)
        return {"m": piece.emit(b, "slow", b.columns(b.x, [0, 1, 2]), judged)}

    same(emit, (x, gap), {"m": means})


@pytest.mark.parametrize("column", [None, 1])
def test_rows_start_afresh_when_the_machine_stops_starts_or_runs_otherwise(whole: Rows, column: int | None) -> None:
    x, gap = whole
    codes = ByCode(np.array([[0.0], [1.0]]))
    x[:, 0] = (np.arange(120) // 17) % 2
    piece = Running(column, 0.5)
    fresh, since = piece.run(x, codes.run(x[:, :1])[0], gap)
    assert fresh[[0, 17, 30, 31, 60]].tolist() == [1.0] * 5
    standing = x[:, 1] < 0.5 if column else np.zeros(120, dtype=bool)
    assert ((since == 0) == standing).all()
    slow = Ewma((0.3,), 1)

    def emit(b: GraphBuilder) -> dict[str, str]:
        counted = piece.emit(b, "running", b.x, codes.emit(b, b.columns(b.x, [0]))[0])
        return {"since": counted, "slow": slow.emit(b, "slow", b.columns(b.x, [2]))}

    same(emit, whole, {"since": since, "slow": slow.run(x[:, 2:3], fresh)})


def scores() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores that double slowly, with a fault, a stop and another machine."""
    rng = np.random.default_rng(5)
    score = rng.exponential(1.0, 3000) * np.linspace(1.0, 2.5, 3000)
    score[1800:1850] += 60.0
    gap = np.zeros(3000)
    gap[[1825, 2900]] = 1.0, 2.0
    return score, (rng.random(3000) > 0.1).astype(float), gap


def test_a_drifting_limit_follows_slow_change_but_no_fault() -> None:
    score, judged, gap = scores()
    piece = DriftingLimit(base=8.0, level=1.5, rate=0.01, episode=Episode(4, 6), told_offset=0.4)
    ratio, alarm, moved = piece.run(score, judged, gap).T
    limit = score / ratio
    assert np.ptp(limit[1810:1850]) < 1e-9
    assert alarm[1810:1850].all()
    assert not alarm[:1800].any()
    assert limit[2890] > 1.5 * limit[0]
    assert moved[2890] == 1.0
    assert limit[2900] == pytest.approx(8.0)

    def emit(b: GraphBuilder) -> dict[str, str]:
        found = piece.emit(b, "limit", b.columns(b.x, [0]), b.columns(b.x, [1]))
        return dict(zip(("ratio", "alarm", "moved"), found, strict=True))

    same(emit, (np.column_stack([score, judged]), gap), {"ratio": ratio, "alarm": alarm, "moved": moved})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Scale(np.zeros(3), np.ones(2)), "scale"),
        (lambda: Scale(np.zeros(3), np.array([1.0, np.nan, 1.0])), "finite"),
        (lambda: Ewma((0.0,)), "rate"),
        (lambda: Episode(0, 1), "1 row"),
        (lambda: DriftingLimit(-1.0, 1.0, 0.1, Episode()), "base"),
        (lambda: Memory(np.array([1.5]), np.zeros(1)), "rate"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_when_a_piece_is_made(make: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        make()


def test_trees_end_in_the_leaf_that_the_row_belongs_to() -> None:
    """Two trees by hand: the first asks column 0, then column 1 where it was high; the second is a leaf alone."""
    trees = Trees(
        roots=np.array([0, 5]),
        column=np.array([0, -1, 1, -1, -1, -1]),
        threshold=np.array([0.5, 0.0, 2.0, 0.0, 0.0, 0.0]),
        left=np.array([1, 0, 3, 1, 2, 3]),
        right=np.array([2, 0, 4, 0, 0, 0]),
        missing_left=np.array([True, False, False, False, False, False]),
        leaves=np.array([[1.0, 0.1], [2.0, 0.2], [3.0, 0.3], [10.0, 1.0]]),
    )
    x = np.array([[0.5, 9.0], [0.6, 2.0], [0.6, 2.1], [np.nan, 0.0], [0.6, np.nan]])
    told = trees.run(x)
    assert told[:, 0].tolist() == [11.0, 12.0, 13.0, 11.0, 13.0]
    same(lambda b: {"told": trees.emit(b, b.x)}, (x, np.zeros(5)), {"told": told})


def test_trees_of_classes_add_to_their_own_sum() -> None:
    leaf = np.zeros(1, dtype=np.int64)
    alone = [Trees(leaf, leaf - 1, np.zeros(1), leaf, leaf, leaf > 0, np.array([[float(v)]])) for v in (1, 2, 4, 8)]
    joined = Trees.joined(alone, sums=2)
    assert joined.run(np.zeros((1, 1))).tolist() == [[5.0, 10.0]]
    same(
        lambda b: {"told": joined.emit(b, b.x)}, (np.zeros((2, 1)), np.zeros(2)), {"told": np.array([[5.0, 10.0]] * 2)}
    )
    with pytest.raises(BadInput, match="3 trees"):
        Trees.joined(alone[:3], sums=2)


def test_wear_is_told_from_a_machines_own_life(whole: Rows) -> None:
    x, gap = whole
    gap = gap.copy()
    gap[60] = 2.0
    piece = Wear(4, early=5)
    told = piece.run(x, gap)
    assert told[60, -1] == 1.0  # another machine
    assert told[45, -1] == 46.0  # a gap is no new life
    new = x[:5].mean(axis=0)
    assert np.allclose(told[20, 8:12], told[20, :4] - new)
    same(lambda b: {"told": piece.emit(b, "wear", b.x)}, (x, gap), {"told": told})


def test_bands_are_told_apart_by_their_edges() -> None:
    piece = Bands(np.array([1.0, 2.0]), np.array([[10.0, 0.0], [20.0, 1.0], [30.0, 2.0]]))
    x = np.array([[0.0], [1.0], [1.5], [2.0], [9.0]])
    told = piece.run(x)
    assert told[:, 0].tolist() == [10.0, 10.0, 20.0, 20.0, 30.0]
    same(lambda b: {"told": piece.emit(b, b.x)}, (x, np.zeros(5)), {"told": told})
    one = Bands(np.empty(0), np.array([[7.0]]))
    same(lambda b: {"told": b.node("Add", one.emit(b, b.x), b.x)}, (x, np.zeros(5)), {"told": 7.0 + x})


def test_a_kernel_tells_what_is_near_and_which_columns_made_it_so(whole: Rows) -> None:
    x, gap = whole
    piece = Kernel(RNG.normal(size=(20, 4)), RNG.normal(size=20), 3.0, np.array([[1.0, 1, 0, 0], [0.0, 0, 1, 1]]))
    told = piece.run(x)
    assert np.allclose(piece.run(np.full((1, 4), 1e3))[0, 0], 3.0)
    without = x * [0.0, 0.0, 1.0, 1.0]
    assert np.allclose(told[:, 1], told[:, 0] - piece.run(without)[:, 0])
    same(lambda b: {"told": piece.emit(b, b.x)}, (x, gap), {"told": told})


def test_delays_look_back_within_their_stretch(whole: Rows) -> None:
    x, gap = whole[0][:, :1], whole[1]
    piece = Delays((0, 3, 25))
    told = piece.run(x, gap)
    assert told[29].tolist() == [x[29, 0], x[26, 0], x[4, 0]]
    assert told[61].tolist() == [x[61, 0], x[60, 0], x[60, 0]]
    same(lambda b: {"told": piece.emit(b, "delays", b.x)}, (x, gap), {"told": told})


def test_a_trace_tells_of_all_rows_of_its_run(whole: Rows) -> None:
    x, gap = whole[0].copy(), whole[1].copy()
    x[:, 3] = np.arange(120) // 7 % 3
    gap[60] = 2.0
    piece = Trace(3, steps=3)
    told = piece.run(x[:, :3], x[:, 3], gap)
    last = told[59]
    assert np.allclose(last[:3], x[:60, :3].mean(axis=0))
    assert np.allclose(last[3:6], x[:60, :3].std(axis=0))
    assert np.allclose(last[18:21], np.polyfit(np.arange(60), x[:60, :3], 1)[0])
    assert last[21] == 60.0
    assert np.allclose(last[22:25], x[:60, :3][x[:60, 3] == 0].mean(axis=0))
    assert told.shape[1] == len(piece.owner)
    same(
        lambda b: {"told": piece.emit(b, "trace", b.columns(b.x, [0, 1, 2]), b.columns(b.x, [3]))},
        (x, gap),
        {"told": told},
    )


def test_ripples_count_how_often_a_pattern_comes(whole: Rows) -> None:
    x, gap = whole
    piece = Ripples(RNG.normal(size=(4, 6)), np.zeros(6))
    told = piece.run(x, gap)
    assert np.allclose(told[119], (x @ piece.weights > 0).mean(axis=0))
    same(lambda b: {"told": piece.emit(b, "ripples", b.x)}, (x, gap), {"told": told})


def test_late_values_move_the_bias_by_what_was_said_then(whole: Rows) -> None:
    x, gap = whole[0].copy(), whole[1].copy()
    gap[90] = 2.0
    x[:, 1] = np.where(np.arange(120) % 4 == 0, x[:, 1], np.nan)
    piece = LateBias(rows=3, rate=0.5, limit=100.0)
    bias = piece.run(x[:, :1], x[:, 1:2], gap)[:, 0]
    assert bias[:4].tolist() == [0.0] * 4  # nothing said is three rows old yet
    assert bias[4] == 0.5 * (x[4, 1] - x[1, 0])
    assert bias[8] == bias[7] + 0.5 * (x[8, 1] - x[5, 0] - bias[7])
    assert bias[32] == bias[31] == bias[29] != 0.0  # a gap at 30 and 31: kept, and a value of before it is not used
    assert bias[90] == 0.0  # another machine
    same(lambda b: {"bias": piece.emit(b, "late", *(b.columns(b.x, [i]) for i in (0, 1)))}, (x, gap), {"bias": bias})


def test_a_mistyped_late_value_moves_the_bias_by_one_step_only() -> None:
    value, gap = np.array([[np.nan], [1.0], [np.inf], [-1e9], [1.0]]), np.zeros(5)
    piece = LateBias(rows=1, rate=0.5, limit=2.0)
    bias = piece.run(np.zeros((5, 1)), value, gap)[:, 0]
    assert bias.tolist() == [0.0, 0.5, 0.5, -0.5, 0.25]
    x = np.concatenate([np.zeros((5, 1)), value], axis=1)
    same(lambda b: {"bias": piece.emit(b, "late", *(b.columns(b.x, [i]) for i in (0, 1)))}, (x, gap), {"bias": bias})


@pytest.mark.parametrize("wrong", [{"rows": 0}, {"rate": 0.0}, {"rate": 1.5}, {"limit": 0.0}])
def test_a_bias_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(BadInput, match="LateBias"):
        LateBias(**({"rows": 1, "rate": 0.5, "limit": 1.0} | wrong))  # type: ignore[arg-type]
