"""A sealed model: what came through the import gate, and what can be done with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bobae.core import BadInput, Floats, Manifest, Reference
from bobae.graph import Runner
from bobae.registry.contents import read_reference
from bobae.registry.durable import write_whole


@dataclass(frozen=True, eq=False)
class SealedModel:
    """A model whose signature, contents and reference run were found right here; made by `seal` and `open_sealed` only.

    Attributes:
        manifest: what the model says about itself.
        files: every file of the package, name -> contents.
        sha256: the digest of the package file.
        signers: names of the trusted keys that signed it.
    """

    manifest: Manifest
    files: Mapping[str, bytes]
    sha256: str
    signers: tuple[str, ...]

    @property
    def graph(self) -> bytes:
        """The ONNX model."""
        return self.files["model.onnx"]

    @cached_property
    def reference(self) -> Reference:
        """The reference windows."""
        return read_reference(self.files["reference.parquet"], self.manifest.contract)

    @cached_property
    def monitor(self) -> Mapping[str, Any]:
        """Histograms of the inputs in training, for drift."""
        found: dict[str, Any] = json.loads(self.files["monitor.json"])
        return found

    @cached_property
    def cards(self) -> Mapping[str, str]:
        """The model card by language."""
        names = [name for name in self.files if name.startswith("card.")]
        return {name.split(".")[1]: self.files[name].decode() for name in names}


def score_rows(model: SealedModel, x: Floats, gap: Floats) -> dict[str, Floats]:
    """The outputs for rows x (rows, inputs) in time order; gap (rows,) as in `Contract`: output -> (rows, *shape)."""
    return Runner(model.graph, model.manifest.contract).run(x, gap)


def export(files: Mapping[str, bytes], folder: Path) -> tuple[Path, ...]:
    """Write files (path in the folder -> content) into a new or empty folder.

    Raises:
        BadInput: the folder holds something already, or cannot be written to.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput("the folder {folder} is not empty; name a new one", folder=folder)
    paths = tuple(folder / name for name in files)
    for path in paths:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput("cannot write to the folder {folder}: {reason}", folder=folder, reason=error) from error
    for path in paths:
        write_whole(path, files[str(path.relative_to(folder).as_posix())])
    return paths
