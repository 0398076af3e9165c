"""A model handed on answers in the other tool as it does here."""

import csv
import io
import json
import os
import subprocess
import sys
import warnings
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.csv
import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from bobae.core import BadInput
from bobae.learners.forecast import ForecastLearner
from bobae.learners.soft_sensor import SoftSensorLearner
from bobae.registry import FORMATS, SealedModel, SigningKey, TrustList, export, files_for, open_sealed, score_rows, seal
from bobae.testing.made_results import load, parts, vessel
from bobae.train.predicting.posed import Asked
from bobae.train.predicting.train import train_prediction

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what MLflow loads
    import mlflow.onnx
    import mlflow.pyfunc


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SealedModel]:
    """A soft sensor without state, a forecast with state and a calendar, a soft sensor that follows late values."""
    folder = tmp_path_factory.mktemp("made")
    path = folder / "key.pem"
    key = _key(path)
    trust = TrustList().trust(key.public_pem, "here", added=date(2026, 1, 5))
    found = {}
    for name, data, learner in (
        ("strength", parts(200, seed=1), SoftSensorLearner(candidates=("ridge",))),
        ("energy", load(30, seed=1), ForecastLearner(candidates=("ridge",), steps=(1, 24))),
        ("kappa", vessel(600, seed=1), SoftSensorLearner(candidates=("ridge",))),
    ):
        asked = Asked(lab_delay_s=10_800.0) if name == "kappa" else None
        outcome = train_prediction(data, learner, asked=asked, name=name)
        assert outcome.candidate is not None
        seal(outcome.candidate, folder / f"{name}.bobae", key=key)
        found[name] = open_sealed(folder / f"{name}.bobae", trust=trust)
    return found


def _key(path: Path) -> SigningKey:
    path.write_text(
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n"
        "-----END PRIVATE KEY-----\n"
    )
    path.chmod(0o600)
    return SigningKey.read(path)


@pytest.mark.parametrize(
    ("name", "fresh", "arguments"),
    [
        ("strength", parts(40, seed=2), ["--group", "lot"]),
        ("energy", load(10, seed=2), ["--time", "time"]),
        ("kappa", vessel(60, seed=2), ["--time", "time"]),
    ],
)
def test_plain_onnx_runs_with_its_script_and_without_bobae(
    made: dict[str, SealedModel], tmp_path: Path, name: str, fresh, arguments: list[str]
) -> None:
    model = made[name]
    export(files_for(model, "onnx"), tmp_path / "out")
    table = fresh.table
    if "time" in table.column_names:
        stamps = [f"{moment.as_py():%Y-%m-%dT%H:%M:%S}+00:00" for moment in table.column("time")]
        table = table.set_column(0, "time", [stamps])
    pyarrow.csv.write_csv(table, tmp_path / "rows.csv")
    alone = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    checked = "import sys, runpy; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__'); "
    checked += "assert not any(n.split('.')[0] == 'bobae' for n in sys.modules)"
    command = [sys.executable, "-c", checked, str(tmp_path / "out/run.py"), str(tmp_path / "rows.csv"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=alone, check=False)
    assert done.returncode == 0, done.stderr
    told = list(csv.DictReader(io.StringIO(done.stdout)))
    x = model.manifest.contract.rows(fresh)
    gap = np.zeros(len(x))
    gap[0] = 2.0
    if name == "strength":
        gap[np.arange(len(x)) % 10 == 0] = 2.0
    answers = score_rows(model, x, gap)
    for output in model.manifest.contract.outputs:
        ours = np.asarray(answers[output.name]).reshape(len(x), -1)
        names = [f"{output.name}_{i}" for i in range(ours.shape[1])] if output.shape else [output.name]
        theirs = np.array([[float(row[n]) for n in names] for row in told])
        assert np.allclose(theirs, ours, rtol=1e-9, atol=1e-9), output.name


def test_mlflow_loads_and_runs_it(made: dict[str, SealedModel], tmp_path: Path) -> None:
    for name, model in made.items():
        folder = tmp_path / name
        export(files_for(model, "mlflow"), folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert mlflow.onnx.load_model(str(folder)).SerializeToString() == model.files["model.onnx"]
            loaded = mlflow.pyfunc.load_model(str(folder))
        assert {one.name for one in loaded.metadata.signature.inputs} >= {"x"}
        contract = model.manifest.contract
        x = np.array([[1.0] * len(contract.inputs)])
        feeds = {"x": x}
        if contract.states:
            feeds |= {"gap": np.array([[2.0]])} | {f"state_{s.name}": np.zeros((1, *s.shape)) for s in contract.states}
        answers = loaded.predict(feeds)
        ours = score_rows(model, x, np.array([2.0]))
        for output in contract.outputs:
            assert np.allclose(answers[output.name], ours[output.name])


def test_a_server_of_the_open_inference_protocol_reads_the_repository(
    made: dict[str, SealedModel], tmp_path: Path
) -> None:
    export(files_for(made["energy"], "oip"), tmp_path / "models")
    config = text_format.Parse((tmp_path / "models/energy/config.pbtxt").read_text(), model_config_pb2.ModelConfig())
    contract = made["energy"].manifest.contract
    assert (tmp_path / "models/energy/1/model.onnx").read_bytes() == made["energy"].files["model.onnx"]
    assert {one.name for one in config.input} == {"x", "gap"}
    assert {one.name for one in config.output} == {output.name for output in contract.outputs}
    kept = {(one.input_name, one.output_name): tuple(one.dims) for one in config.sequence_batching.state}
    assert kept == {(f"state_{s.name}", f"state_{s.name}_next"): (1, *s.shape) for s in contract.states}
    plain = text_format.Parse(
        files_for(made["strength"], "oip")["strength/config.pbtxt"], model_config_pb2.ModelConfig()
    )
    assert not plain.HasField("sequence_batching")


def test_every_format_says_what_goes_in_and_out(made: dict[str, SealedModel]) -> None:
    for to in FORMATS:
        files = files_for(made["strength"], to)
        assert any(name.endswith("model.onnx") for name in files)
        if to != "files":
            told = json.loads(next(data for name, data in files.items() if name.endswith("contract.json")))
            assert told["target"]["name"] == "strength"
    with pytest.raises(BadInput, match="pmml"):
        files_for(made["strength"], "pmml")
