"""What lies in a package, written and read: manifest, reference rows, histograms, cards, list of software."""

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from bobae.core import BadInput, Candidate, Contract, Manifest, Reference, Refused
from bobae.registry.container import is_signature

MOST_REFERENCE_ROWS = 20_000
_MOST_NUMBERS = 4_000_000  # in all state and outputs of one row
_LOOSEST = 1e-3
_SOFTWARE = ("bobae", "numpy", "scipy", "onnx", "onnxruntime", "pyarrow")


def files_of(candidate: Candidate) -> dict[str, bytes]:
    """Every file of a package but its signatures.

    Raises:
        BadInput: something in the candidate cannot be written, or its reference does not fit its contract.
    """
    files = {
        "model.onnx": candidate.graph,
        "reference.parquet": _reference_parquet(candidate.reference, candidate.manifest.contract),
        "monitor.json": _json("monitor.json", dict(candidate.monitor)),
        "sbom.cdx.json": _json("sbom.cdx.json", _software(candidate)),
    }
    files |= {f"card.{language}.md": card.encode() for language, card in candidate.cards.items()}
    manifest = candidate.manifest.model_copy(update={"files": _digests(files)})
    return files | {"manifest.json": _json("manifest.json", manifest.model_dump(mode="json"))}


def read_manifest(files: Mapping[str, bytes]) -> Manifest:
    """The manifest of a package, held against the files beside it and against what a model may ask for.

    Raises:
        Refused: it is not a manifest of a known version, names other files, or its contract is out of bounds.
    """
    for name in files:
        _check_text(name, files[name])
    try:
        manifest = Manifest.model_validate_json(files["manifest.json"])
    except (ValidationError, RecursionError) as error:
        reason = (
            f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}" if isinstance(error, ValidationError) else error
        )
        raise Refused("{name} in the package cannot be read: {reason}", name="manifest.json", reason=reason) from error
    others = {name: data for name, data in files.items() if name != "manifest.json" and not is_signature(name)}
    if manifest.files != _digests(others):
        raise Refused("manifest.json names other files than those in the package")
    _check_bounds(manifest)
    return manifest


def read_reference(data: bytes, contract: Contract) -> Reference:
    """The reference windows of a package.

    Raises:
        Refused: there are too many rows, or they do not fit the contract.
    """
    file = pq.ParquetFile(pa.BufferReader(data))
    names = _reference_columns(contract)
    rows = file.metadata.num_rows
    if file.schema_arrow.names != names or not 0 < rows <= MOST_REFERENCE_ROWS:
        raise Refused("the reference does not fit the model's inputs and outputs, or has too many rows")
    table = np.column_stack([column.to_numpy().astype(np.float64) for column in file.read().itercolumns()])
    windows = int(table[-1, 0]) + 1
    if rows % windows or not np.array_equal(table[:, 0], np.repeat(np.arange(windows), rows // windows)):
        raise Refused("the windows of the reference are not equally long")
    table = table.reshape(windows, rows // windows, len(names))
    at = 3 + len(contract.inputs)
    expected = {}
    for output in contract.outputs:
        size = int(np.prod(output.shape))
        expected[output.name] = table[:, :, at : at + size].reshape(*table.shape[:2], *output.shape)
        at += size
    return Reference(x=table[:, :, 3 : 3 + len(contract.inputs)], gap=table[:, :, 2], expected=expected)


def _check_text(name: str, data: bytes) -> None:
    """Cards are UTF-8, the rest of the texts JSON objects: whoever opens them later can count on it."""
    try:
        if name.endswith(".md"):
            data.decode()
        if name.endswith(".json") and not isinstance(json.loads(data), dict):
            raise Refused("{name} in the package cannot be read: {reason}", name=name, reason="not an object")
    except (ValueError, RecursionError) as error:
        raise Refused("{name} in the package cannot be read: {reason}", name=name, reason=error) from error


def _check_bounds(manifest: Manifest) -> None:
    contract = manifest.contract
    shapes = [*(output.shape for output in contract.outputs), *(state.shape for state in contract.states)]
    sizes = [size for shape in shapes for size in shape]
    names = [*(output.name for output in contract.outputs), *(f"state_{state.name}_next" for state in contract.states)]
    numbers = sum(int(np.prod(shape, dtype=object)) for shape in shapes) + len(contract.inputs)
    if any(size < 1 for size in sizes) or any(len(shape) > 4 for shape in shapes) or numbers > _MOST_NUMBERS:
        raise Refused(
            "the model asks for {numbers} numbers in one row; at most {most} are allowed",
            numbers=numbers,
            most=_MOST_NUMBERS,
        )
    if not contract.inputs or not contract.outputs or len(set(names)) < len(names):
        raise Refused("the model has no input or no output, or a name stands twice")
    if not 0 < manifest.tolerance <= _LOOSEST:
        raise Refused(
            "the manifest allows differences of {tolerance} of the output's range; more than {most} proves nothing",
            tolerance=manifest.tolerance,
            most=_LOOSEST,
        )


def _reference_columns(contract: Contract) -> list[str]:
    names = ["window", "row", "gap", *(f"input {part.name}" for part in contract.inputs)]
    for part in contract.outputs:
        names += [f"output {part.name} {i}" for i in range(int(np.prod(part.shape)))]
    return names


def _reference_parquet(reference: Reference, contract: Contract) -> bytes:
    windows, rows = reference.gap.shape
    wanted = {"x": (windows, rows, len(contract.inputs))}
    wanted |= {output.name: (windows, rows, *output.shape) for output in contract.outputs}
    arrays = {"x": reference.x, **reference.expected}
    found = {name: values.shape for name, values in arrays.items()}
    if found != wanted or not 0 < windows * rows <= MOST_REFERENCE_ROWS:
        raise BadInput(
            "the reference rows have the shapes {found}; the contract says {wanted}", found=found, wanted=wanted
        )
    place = np.indices((windows, rows)).reshape(2, -1)
    numbers = [reference.gap, reference.x, *(reference.expected[output.name] for output in contract.outputs)]
    flat = np.column_stack([np.asarray(part, dtype=np.float64).reshape(windows * rows, -1) for part in numbers])
    columns = [*(pa.array(index, type=pa.int32()) for index in place), *(pa.array(column) for column in flat.T)]
    sink = pa.BufferOutputStream()
    table = pa.Table.from_arrays(columns, names=_reference_columns(contract))
    pq.write_table(table, sink, compression="zstd", use_dictionary=False, store_schema=False)
    return bytes(sink.getvalue())


def _software(candidate: Candidate) -> dict[str, Any]:
    """A CycloneDX 1.6 bill of materials: the model and the software that made it."""
    made_with = {name: metadata.version(name) for name in _SOFTWARE} | dict(candidate.manifest.made_with)
    made_with.setdefault("python", platform.python_version())
    digest = hashlib.sha256(candidate.graph).hexdigest()
    components = [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
        if name != "python"
        else {"type": "platform", "name": name, "version": version}
        for name, version in sorted(made_with.items())
    ]
    model = {
        "type": "machine-learning-model",
        "name": candidate.manifest.name,
        "version": digest[:12],
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": model},
        "components": components,
    }


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}


def _json(name: str, content: dict[str, Any]) -> bytes:
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1, sort_keys=True).encode() + b"\n"
    except (TypeError, ValueError) as error:
        raise BadInput("{name} cannot be written as JSON: {reason}", name=name, reason=error) from error
