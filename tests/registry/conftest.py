from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bobae.core import Candidate, Contract, Input, Manifest, Output, Reference, Verdict
from bobae.graph import Ewma, GraphBuilder, Runner, Threshold
from bobae.registry import SigningKey, TrustList, seal

PEM = (
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
    "-----END PRIVATE KEY-----\n"
)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    """A key that every run of the tests shares, so that a failure comes back."""
    path = tmp_path_factory.mktemp("key") / "key.pem"
    path.write_text(PEM)
    path.chmod(0o600)
    return SigningKey.read(path)


@pytest.fixture(scope="session")
def trust(key: SigningKey) -> TrustList:
    return TrustList().trust(key.public_pem, "line 3", added=date(2026, 1, 5))


@pytest.fixture(scope="session")
def candidate() -> Candidate:
    """A slow average of two sensors and its limit: small, with state."""
    b = GraphBuilder(inputs=2)
    mean = Ewma((0.3,), 2).emit(b, "slow", b.x)
    b.output("mean", mean, shape=(2,))
    b.output("alarm", Threshold(np.array([0.8])).emit(b, b.columns(mean, [0])))
    contract = Contract(
        inputs=(Input(name="pressure", unit="bar"), Input(name="temperature", unit="Cel")),
        outputs=(Output(name="mean", kind="score", shape=(2,)), Output(name="alarm", kind="decision")),
        states=b.states,
        sampling_s=1.0,
    )
    graph = b.serialise(contract)
    x = np.random.default_rng(7).normal(size=(3, 20, 2)).cumsum(axis=1)
    gap = np.zeros((3, 20))
    gap[:, 0] = 2.0
    gap[1, 9] = 1.0
    runs = [Runner(graph, contract).run(*window) for window in zip(x, gap, strict=True)]
    expected = {name: np.stack([run[name] for run in runs]) for name in ("mean", "alarm")}
    manifest = Manifest(
        name="press 1 slow average",
        task="anomaly",
        contract=contract,
        learner="anomaly",
        settings={"rates": [0.3]},
        dataset_sha256="0" * 64,
        seed=0,
        verdict=Verdict.USEFUL,
        alarm_budget_per_week=1.0,
        made_with={"bobae": "0.1.0"},
    )
    return Candidate(
        manifest=manifest,
        graph=graph,
        reference=Reference(x=x, gap=gap, expected=expected),
        monitor={"pressure": {"edges": [0.0, 1.0], "share": [1.0]}},
        cards={"ko": "# 프레스 1\n", "en": "# Press 1\n"},
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return tmp_path / "model.bobae"


@pytest.fixture(scope="session")
def sealed_bytes(candidate: Candidate, key: SigningKey, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sealed") / "model.bobae"
    seal(candidate, path, key=key)
    return path.read_bytes()


@pytest.fixture
def sealed(sealed_bytes: bytes, package: Path) -> Path:
    """A sealed model that a test may spoil."""
    package.write_bytes(sealed_bytes)
    return package
