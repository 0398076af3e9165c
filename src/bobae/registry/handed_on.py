"""Sealed models handed on: plain ONNX with a script that runs it, MLflow, a server's model repository."""

import json
import re
from collections.abc import Callable, Mapping
from importlib import metadata, resources

from bobae.core import BadInput, Contract, Manifest
from bobae.registry.sealed import SealedModel


def files_for(model: SealedModel, to: str) -> Mapping[str, bytes]:
    """Path in the new folder -> content, for one of `FORMATS`.

    Raises:
        BadInput: no such format is known.
    """
    if to not in FORMATS:
        raise BadInput("models are handed on as {known}, not as {to}", known=", ".join(FORMATS), to=to)
    return FORMATS[to](model)


def _as_sealed(model: SealedModel) -> Mapping[str, bytes]:
    return model.files


def _onnx(model: SealedModel) -> Mapping[str, bytes]:
    """The graph, what goes in and out, and a script that needs nothing but numpy and onnxruntime."""
    script = resources.files("bobae.registry").joinpath("run_onnx.py.txt").read_bytes()
    return {"model.onnx": model.files["model.onnx"], "contract.json": _contract(model.manifest), "run.py": script}


def _mlflow(model: SealedModel) -> Mapping[str, bytes]:
    """A model folder of MLflow, flavors onnx and python_function; YAML is written as the JSON that it contains."""
    manifest = model.manifest
    needs = [f"onnx=={metadata.version('onnx')}", f"onnxruntime=={metadata.version('onnxruntime')}"]
    told = {
        "flavors": {
            "onnx": {"data": "model.onnx", "onnx_version": metadata.version("onnx"), "providers": _PROVIDERS},
            "python_function": {
                "data": "model.onnx",
                "env": {"virtualenv": "python_env.yaml"},
                "loader_module": "mlflow.onnx",
                "python_version": manifest.made_with.get("python", "3.11"),
            },
        },
        "metadata": {"bobae": {"name": manifest.name, "verdict": str(manifest.verdict), "sha256": model.sha256}},
        "signature": {
            "inputs": json.dumps([_tensor(name, shape) for name, shape in _ins(manifest.contract).items()]),
            "outputs": json.dumps([_tensor(name, shape) for name, shape in _outs(manifest.contract).items()]),
        },
    }
    return {
        "MLmodel": _json(told),
        "model.onnx": model.files["model.onnx"],
        "requirements.txt": "\n".join([*needs, ""]).encode(),
        "python_env.yaml": _json(
            {"dependencies": ["-r requirements.txt"], "python": manifest.made_with.get("python", "3.11")}
        ),
        "contract.json": _contract(manifest),
        **{name: data for name, data in model.files.items() if name.startswith("card.")},
    }


def _oip(model: SealedModel) -> Mapping[str, bytes]:
    """A model repository as servers of the Open Inference Protocol read it (Triton's config.pbtxt).

    State goes round inside the server: each sequence of requests keeps its own.
    """
    manifest = model.manifest
    states = [state.name for state in manifest.contract.states]
    ins, outs = _ins(manifest.contract), _outs(manifest.contract)
    inner = {f"state_{name}" for name in states}
    folder = re.sub(r"[^\w.-]+", "_", manifest.name)
    lines = [f"name: {json.dumps(folder)}", 'backend: "onnxruntime"', "max_batch_size: 0"]
    lines += [_told("input", name, shape) for name, shape in ins.items() if name not in inner]
    lines += [_told("output", name, shape) for name, shape in outs.items() if name.removesuffix("_next") not in inner]
    if states:
        kept = ", ".join(_state(name, ins[f"state_{name}"]) for name in states)
        lines.append(f"sequence_batching {{ max_sequence_idle_microseconds: 3600000000 state [ {kept} ] }}")
    return {
        f"{folder}/config.pbtxt": "\n".join([*lines, ""]).encode(),
        f"{folder}/1/model.onnx": model.files["model.onnx"],
        f"{folder}/contract.json": _contract(manifest),
    }


FORMATS: Mapping[str, Callable[[SealedModel], Mapping[str, bytes]]] = {
    "files": _as_sealed,
    "onnx": _onnx,
    "mlflow": _mlflow,
    "oip": _oip,
}
_PROVIDERS = ["CPUExecutionProvider"]


def _ins(contract: Contract) -> dict[str, tuple[int, ...]]:
    states = {f"state_{state.name}": (1, *state.shape) for state in contract.states}
    return {"x": (1, len(contract.inputs)), **({"gap": (1, 1)} if states else {}), **states}


def _outs(contract: Contract) -> dict[str, tuple[int, ...]]:
    outs = {output.name: (1, *output.shape) for output in contract.outputs}
    return outs | {f"state_{state.name}_next": (1, *state.shape) for state in contract.states}


def _tensor(name: str, shape: tuple[int, ...]) -> dict[str, object]:
    return {"name": name, "type": "tensor", "tensor-spec": {"dtype": "float64", "shape": list(shape)}}


def _told(what: str, name: str, shape: tuple[int, ...]) -> str:
    return f"{what} [ {{ name: {json.dumps(name)} data_type: TYPE_FP64 dims: {list(shape)} }} ]"


def _state(name: str, shape: tuple[int, ...]) -> str:
    ends = f'input_name: "state_{name}" output_name: "state_{name}_next"'
    start = f'initial_state {{ data_type: TYPE_FP64 dims: {list(shape)} zero_data: true name: "zero" }}'
    return f"{{ {ends} data_type: TYPE_FP64 dims: {list(shape)} {start} }}"


def _contract(manifest: Manifest) -> bytes:
    target = None if manifest.target is None else manifest.target.model_dump(mode="json")
    told = {"name": manifest.name, "task": manifest.task, "target": target}
    return _json(told | {"contract": manifest.contract.model_dump(mode="json")})


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
