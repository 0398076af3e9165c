"""Models answer an outside client, Triton's own, over REST and gRPC: the same answers as in a backtest, or why not."""

import asyncio
import contextlib
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
import tritonclient.grpc as triton_grpc
import tritonclient.http as triton_http
from tritonclient.utils import InferenceServerException

from bobae.api import Desk, create_inference_api, serve_http, serving_grpc
from bobae.core import Candidate
from bobae.graph import Runner
from bobae.serve.inference import ServedModel
from bobae.testing.made_model import made_model

NAME, VERSION = "press", "0123456789ab"


@dataclass
class Served:
    """A server in a thread, its ports, and the model behind it."""

    candidate: Candidate
    port: int
    grpc_port: int
    model: ServedModel

    @property
    def x(self) -> np.ndarray:
        return self.candidate.reference.x[0][:40]

    def wanted(self, x: np.ndarray, gap: np.ndarray | None = None) -> dict[str, np.ndarray]:
        contract = self.candidate.manifest.contract
        first = np.r_[2.0, np.zeros(len(x) - 1)]
        return Runner(self.candidate.graph, contract).run(x, first if gap is None else gap)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    candidate = made_model()
    model = ServedModel(candidate.manifest, candidate.graph, VERSION, most_sequences=3)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ready, ended = threading.Event(), None
    found: dict[str, object] = {}

    async def serve() -> None:
        desk, stop = Desk(lambda: [model]), asyncio.Event()
        loop = asyncio.get_running_loop()
        found["end"] = lambda: loop.call_soon_threadsafe(stop.set)
        async with serving_grpc(desk, 0) as taken:
            found["grpc"] = taken
            serving = asyncio.create_task(serve_http(create_inference_api(desk), port=port))
            ready.set()
            await stop.wait()
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(20)
        ended = found["end"]
        yield Served(candidate, port, int(str(found["grpc"])), model)
    finally:
        if callable(ended):
            ended()
        thread.join()


@pytest.fixture
def http(served: Served) -> Iterator[triton_http.InferenceServerClient]:
    client = triton_http.InferenceServerClient(f"127.0.0.1:{served.port}")
    close = client.close
    yield client
    close()
    client.close = lambda: None  # else it closes once more when it is collected, in whichever thread that is


@pytest.fixture
def grpc(served: Served) -> Iterator[triton_grpc.InferenceServerClient]:
    client = triton_grpc.InferenceServerClient(f"127.0.0.1:{served.grpc_port}")
    yield client
    client.close()


def tensor(kind, name: str, values: np.ndarray, datatype: str = "FP64", **how):
    made = kind.InferInput(name, list(values.shape), datatype)
    made.set_data_from_numpy(values, **how)
    return made


def same(served: Served, result, x: np.ndarray, gap: np.ndarray | None = None) -> bool:
    wanted = served.wanted(x, gap).items()
    return all(np.allclose(result.as_numpy(name), values, rtol=1e-11, atol=1e-12) for name, values in wanted)


def post(served: Served, path: str, body: object, **headers: str) -> tuple[int, dict]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{served.port}{path}", data, {"Content-Type": "application/json"} | headers
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_a_client_learns_what_there_is(http, grpc, served):
    assert http.is_server_live()
    assert http.is_server_ready()
    assert http.is_model_ready(NAME)
    assert http.get_model_repository_index()[0]["name"] == NAME
    told = http.get_model_metadata(NAME, VERSION)
    inputs = len(served.candidate.manifest.contract.inputs)
    assert told["inputs"][0] == {"name": "x", "datatype": "FP64", "shape": [-1, inputs]}
    assert {output["name"] for output in told["outputs"]} >= {"score", "alarm", "contribution"}
    assert http.get_server_metadata()["name"] == "bobae"
    assert grpc.is_server_live()
    assert grpc.is_server_ready()
    assert grpc.is_model_ready(NAME)
    over_grpc = grpc.get_model_metadata(NAME)
    assert list(over_grpc.inputs[0].shape) == [-1, inputs]
    assert [o.name for o in over_grpc.outputs] == [o["name"] for o in told["outputs"]]
    assert "sequence" in grpc.get_server_metadata().extensions


@pytest.mark.parametrize("binary", [True, False])
def test_rows_over_rest_give_what_a_backtest_gives(http, served, binary):
    x = served.x.copy()
    x[5, 2] = np.nan if binary else x[5, 2]  # JSON has no word for what is missing but null
    outputs = [
        triton_http.InferRequestedOutput(n, binary_data=binary) for n in ("score", "alarm", "contribution", "moved")
    ]
    result = http.infer(NAME, [tensor(triton_http, "x", x, binary_data=binary)], outputs=outputs, request_id="7")
    assert same(served, result, x)
    assert result.get_response()["id"] == "7"
    assert result.get_response()["model_version"] == VERSION


def test_rows_over_grpc_give_what_a_backtest_gives_with_gaps_of_their_own(grpc, served):
    gap = np.zeros(len(served.x))
    gap[[0, 20]] = 2.0
    asked = [tensor(triton_grpc, "x", served.x), tensor(triton_grpc, "gap", gap)]
    assert same(served, grpc.infer(NAME, asked), served.x, gap)


def test_single_floats_are_taken(http, served):
    x = served.x.astype(np.float32)
    result = http.infer(NAME, [tensor(triton_http, "x", x, "FP32")])
    assert same(served, result, x.astype(np.float64))


@pytest.mark.parametrize("over", ["http", "grpc"])
def test_a_sequence_goes_on_where_it_was_row_by_row(http, grpc, served, over):
    client, kind = (http, triton_http) if over == "http" else (grpc, triton_grpc)
    wanted = served.wanted(served.x)
    for row, values in enumerate(served.x):
        told = {"sequence_id": 42, "sequence_start": row == 0, "sequence_end": row == len(served.x) - 1}
        result = client.infer(NAME, [tensor(kind, "x", values[None])], **told)
        np.testing.assert_allclose(result.as_numpy("score"), wanted["score"][row : row + 1], rtol=1e-11)
        assert result.as_numpy("alarm")[0] == wanted["alarm"][row]
    assert served.model.sequences == 0


def test_sequences_do_not_mix_and_too_many_are_refused(http, served):
    for name in (1, 2, 3):
        http.infer(NAME, [tensor(triton_http, "x", served.x[name : name + 1])], sequence_id=name, sequence_start=True)
    with pytest.raises(InferenceServerException, match="remembers 3 sequences already"):
        http.infer(NAME, [tensor(triton_http, "x", served.x[:1])], sequence_id=4, sequence_start=True)
    with pytest.raises(InferenceServerException, match="never began, was ended, or was idle"):
        http.infer(NAME, [tensor(triton_http, "x", served.x[:1])], sequence_id=9)
    for name in (1, 2, 3):
        result = http.infer(NAME, [tensor(triton_http, "x", served.x[10:11])], sequence_id=name, sequence_end=True)
        wanted = served.wanted(np.stack([served.x[name], served.x[10]]))
        np.testing.assert_allclose(result.as_numpy("score"), wanted["score"][1:], rtol=1e-11)


def test_many_clients_at_once_each_get_their_own_answer(served):
    def ask(rows: int) -> tuple[int, list[float]]:
        x = served.x[:rows]
        tensor = {"name": "x", "datatype": "FP64", "shape": list(x.shape), "data": x.ravel().tolist()}
        status, told = post(served, f"/v2/models/{NAME}/infer", {"inputs": [tensor], "outputs": [{"name": "score"}]})
        assert status == 200
        return rows, told["outputs"][0]["data"]

    with ThreadPoolExecutor(8) as clients:
        for rows, scores in clients.map(ask, range(1, 25)):
            np.testing.assert_allclose(scores, served.wanted(served.x[:rows])["score"], rtol=1e-11)


def test_an_explanation_names_the_inputs_in_order_and_in_words(served):
    x = served.candidate.reference.x[0].copy()
    x[-1, 2] += 40.0
    asked = {"inputs": [{"name": "x", "datatype": "FP64", "shape": list(x.shape), "data": x.ravel().tolist()}]}
    status, told = post(served, f"/v2/models/{NAME}/explain", asked)
    assert status == 200
    assert len(told["explanations"]) == len(x)
    last = told["explanations"][-1]
    assert last["score"] == pytest.approx(served.wanted(x)["score"][-1])
    shares = [one["share"] for one in last["inputs"]]
    assert shares == sorted(shares, reverse=True)
    assert last["inputs"][0]["name"] == served.candidate.manifest.contract.inputs[2].name
    assert last["text"].startswith(f"most of it is {last['inputs'][0]['name']}")
    korean = post(served, f"/v2/models/{NAME}/explain", asked, **{"Accept-Language": "ko"})[1]["explanations"][-1]
    assert korean["text"].startswith("가장 큰 몫은")


ROW = {"name": "x", "datatype": "FP64", "shape": [1, 6], "data": [0.0] * 6}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not a request"),
        ({}, "'inputs' must be a list"),
        ({"inputs": []}, "the input x is missing"),
        ({"inputs": [ROW | {"name": "y"}]}, "nothing takes the input 'y'"),
        ({"inputs": [ROW | {"datatype": "BYTES"}]}, "the data type of 'x' is 'BYTES'"),
        ({"inputs": [ROW | {"shape": [1, -6]}]}, "write it like"),
        ({"inputs": [ROW | {"data": [0.0] * 5}]}, "are not the 6 numbers"),
        ({"inputs": [ROW | {"data": ["a"] * 6}]}, "are not the 6 numbers"),
        ({"inputs": [ROW | {"shape": [2, 3]}]}, "takes [rows, 6]"),
        ({"inputs": [ROW | {"shape": [0, 6], "data": []}]}, "x has 0 rows"),
        ({"inputs": [ROW], "outputs": [{"name": "nothing"}]}, "there is no output 'nothing'"),
        ({"inputs": [ROW], "parameters": 3}, "'parameters' is 3"),
        ({"inputs": [ROW | {"parameters": {"binary_data_size": 48}}]}, "0 bytes are left"),
        (
            {"inputs": [ROW, {"name": "gap", "datatype": "FP64", "shape": [2], "data": [0, 0]}]},
            "gap has the shape [2]",
        ),
    ],
)
def test_what_is_wrong_is_said_with_the_value(served, body, said):
    status, told = post(served, f"/v2/models/{NAME}/infer", body)
    assert status == 400
    assert said in told["error"]


def test_an_unknown_model_and_version_are_said(served):
    status, told = post(served, "/v2/models/pres/infer", {"inputs": [ROW]})
    assert (status, "nearest: press" in told["error"]) == (404, True)
    status, told = post(served, f"/v2/models/{NAME}/versions/9/infer", {"inputs": [ROW]})
    assert (status, VERSION in told["error"]) == (404, True)


def test_a_body_that_is_too_long_is_not_read(served):
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        line.sendall(
            f"POST /v2/models/{NAME}/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n".encode()
        )
        line.settimeout(60)
        answer = b""
        while b"can be taken at once" not in answer and (more := line.recv(4096)):  # head and body come apart
            answer += more
    assert b"can be taken at once" in answer


def test_a_wrong_request_over_grpc_has_a_status_and_a_reason(grpc, served):
    with pytest.raises(InferenceServerException, match="takes \\[rows, 6\\]") as failed:
        grpc.infer(NAME, [tensor(triton_grpc, "x", np.zeros((2, 3)))])
    assert "INVALID_ARGUMENT" in str(failed.value.status())
    with pytest.raises(InferenceServerException, match="nearest: press") as failed:
        grpc.infer("pres", [tensor(triton_grpc, "x", served.x)])
    assert "NOT_FOUND" in str(failed.value.status())
