"""`bobae serve` answers with sealed models over HTTP and gRPC, and refuses those that do not come out the same."""

import json
import signal
import subprocess
import sys
import urllib.request
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import tritonclient.grpc as triton

from bobae.core import Candidate
from bobae.registry import own_key, seal
from bobae.registry.container import pack
from bobae.registry.contents import files_of
from bobae.registry.envelope import signed
from bobae.testing.made_model import made_model
from bobae.testing.served import free_port


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def candidate() -> Candidate:
    return made_model()


@pytest.fixture(scope="module")
def model(home: Path, candidate: Candidate) -> Path:
    path = home / "press.bobae"
    seal(candidate, path, key=own_key(home, name="here", today=date(2026, 11, 26)))
    return path


def bobae(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bobae.cli", "serve", *arguments, "--lang", "en"]
    environment = {"BOBAE_HOME": str(home), "PATH": "/usr/bin:/bin"}
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_it_answers_until_it_is_stopped(home: Path, model: Path):
    port, grpc_port = free_port(), free_port()
    running = bobae(home, str(model), "--port", str(port), "--grpc-port", str(grpc_port), "--json")
    try:
        assert running.stderr is not None
        assert "press answers at" in running.stderr.readline()
        client = triton.InferenceServerClient(f"127.0.0.1:{grpc_port}")
        x = triton.InferInput("x", [1, 6], "FP64")
        x.set_data_from_numpy(np.zeros((1, 6)))
        assert client.infer("press", [x], client_timeout=20).as_numpy("alarm").tolist() == [0.0]
        client.close()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/models/press") as answer:
            assert json.load(answer)["parameters"]["task"] == "anomaly"
        running.send_signal(signal.SIGTERM)
        out, _ = running.communicate(timeout=30)
        assert running.returncode == 0
        assert json.loads(out)["models"][0]["name"] == "press"
    finally:
        running.kill()
        running.communicate()


def test_a_model_whose_reference_windows_do_not_come_out_the_same_is_refused(home: Path, candidate: Candidate):
    expected = {name: values + (name == "score") for name, values in candidate.reference.expected.items()}
    wrong = replace(candidate, reference=replace(candidate.reference, expected=expected))
    path = home / "other.bobae"
    path.write_bytes(pack(signed(files_of(wrong), own_key(home, name="here", today=date(2026, 11, 26)))))
    refused = bobae(home, str(path), "--port", str(free_port()))
    _, said = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert "score is" in said
    assert "where the model was made" in said


def test_two_models_of_one_name_are_refused(home: Path, model: Path):
    refused = bobae(home, str(model), str(model), "--port", str(free_port()))
    _, said = refused.communicate(timeout=60)
    assert (refused.returncode, "two models are called press" in said) == (2, True)
