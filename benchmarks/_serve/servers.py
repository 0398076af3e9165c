"""The servers: bobae's own, MLflow's and BentoML's, each in a process of its own at a port of this computer."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PEERS = Path(__file__).parents[2] / ".venv-peers" / "serving" / "bin"
_STARTS_S = 120.0
_MLFLOW = """
import sys, onnx, mlflow.onnx
mlflow.onnx.save_model(onnx.load(sys.argv[1]), sys.argv[2])
"""
_BENTO = """
import bentoml, numpy as np, onnxruntime as ort

@bentoml.service(workers=1)
class Served:
    def __init__(self):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = ort.InferenceSession("model.onnx", options, providers=["CPUExecutionProvider"])
        self.zeros = {i.name: np.zeros([d or 1 for d in i.shape]) for i in self.session.get_inputs()}
        self.names = [o.name for o in self.session.get_outputs() if not o.name.startswith("state_")]

    @bentoml.api
    def infer(self, x: list) -> dict:
        fed = self.zeros | {"x": np.array(x, dtype=np.float64)}
        return {n: v.tolist() for n, v in zip(self.names, self.session.run(self.names, fed))}
"""


@dataclass(frozen=True)
class Server:
    """One server that answers: where, at which path, to which body."""

    name: str
    port: int
    path: str
    body: bytes

    def ask(self, connection: http.client.HTTPConnection) -> Any:
        """One request over a connection that stays open."""
        connection.request("POST", self.path, self.body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        read = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self.name} answered {answer.status}: {read[:300]!r}")
        return json.loads(read)


def known() -> list[str]:
    """The servers that can be started here."""
    return ["bobae", *(name for name in ("mlflow", "bentoml") if (PEERS / name).exists())]


@contextlib.contextmanager
def running(
    name: str, model: Path, onnx: Path, row: list[float], states: dict[str, list[int]], work: Path
) -> Iterator[Server]:
    """A server that answers, until the end of the block."""
    port = _free_port()
    command, path, body = _described(name, port, model, onnx, row, states, work)
    environment = os.environ if name == "bobae" else os.environ | {"PATH": f"{PEERS}:{os.environ['PATH']}"}
    with (work / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=work, env=environment, start_new_session=True)
    server = Server(name, port, path, json.dumps(body).encode())
    try:
        _answers(server, process)
        yield server
    finally:
        # asked first: BentoML's workers are in groups of their own, and only their parent ends them
        for ask in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, ask)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)


def _described(
    name: str, port: int, model: Path, onnx: Path, row: list[float], states: dict[str, list[int]], work: Path
) -> tuple[list[str], str, Any]:
    if name == "bobae":
        tensor = {"name": "x", "datatype": "FP64", "shape": [1, len(row)], "data": row}
        command = [sys.executable, "-m", "bobae.cli", "serve", str(model), "--port", str(port)]
        return command, f"/v2/models/{model.stem}/infer", {"inputs": [tensor]}
    if name == "mlflow":
        folder = work / "mlflow"
        if not folder.exists():
            subprocess.run([PEERS / "python", "-c", _MLFLOW, onnx, folder], check=True, capture_output=True)
        command = [str(PEERS / "mlflow"), "models", "serve", "-m", str(folder), "--env-manager", "local"]
        zeros = {name: [[0.0] * (shape[1] if len(shape) > 1 else 1)] for name, shape in states.items()}
        return [*command, "-p", str(port), "-h", "127.0.0.1"], "/invocations", {"inputs": {"x": [row]} | zeros}
    (work / "service.py").write_text(_BENTO, "utf-8")
    command = [str(PEERS / "bentoml"), "serve", "service:Served", "--port", str(port), "--host", "127.0.0.1"]
    return command, "/infer", {"x": [row]}


def _answers(server: Server, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _STARTS_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{server.name} ended while it started")
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(_connection(server)) as line:
            server.ask(line)
            return
        time.sleep(0.2)
    raise RuntimeError(f"{server.name} did not answer")


def _connection(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
