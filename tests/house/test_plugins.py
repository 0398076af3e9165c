"""Every plugin folder has its fixed files, and its manifest says all that it must."""

import importlib
from pathlib import Path

import pytest

import bobae
from bobae.app import check, discovery
from bobae.app.plugins import CONNECTOR_ITEMS, PluginManifest
from bobae.core import BadInput, Missing, UnknownName

PLUGINS = [(group, name) for group in discovery.GROUPS for name in discovery.names(group)]


@pytest.mark.parametrize(("group", "name"), PLUGINS)
def test_a_plugin_is_complete(group: str, name: str) -> None:
    checked = check(name)
    assert checked.group == group
    assert set(checked.manifest.title) == {"en", "ko"}
    assert checked.manifest.checklist


def test_every_plugin_folder_is_an_entry_point() -> None:
    for group in discovery.GROUPS:
        manifests = (Path(bobae.__file__).parent / group).rglob("manifest.toml")  # plugins that share a library nest
        folders = {file.parent.name for file in manifests}
        assert folders == set(discovery.names(group))


def test_a_plugin_that_does_not_exist_is_told_the_nearest() -> None:
    with pytest.raises(UnknownName, match="nearest: press"):
        discovery.load("twins", "pres")
    with pytest.raises(UnknownName, match="press"):
        check("pres")


def test_a_task_that_nobody_answers_is_told() -> None:
    assert discovery.learner_for("anomaly").task == "anomaly"
    with pytest.raises(UnknownName, match="anomaly"):
        discovery.learner_for("prophecy")


@pytest.mark.parametrize(
    ("checklist", "grade"),
    [
        ({"a": "done"}, "proven"),
        ({"a": "done", "b": {"exempt": "no need"}}, "dependable"),
        ({"a": "done", "b": {"todo": "soon"}}, "reads"),
    ],
)
def test_the_grade_follows_from_the_checklist(checklist: dict[str, object], grade: str) -> None:
    manifest = PluginManifest.model_validate(
        {"name": "a", "title": {"en": "A"}, "protocol": "x", "abilities": [], "needs": [], "checklist": checklist}
    )
    assert manifest.grade == grade


class Point:
    """An entry point to a plugin in a folder."""

    def __init__(self, module: object) -> None:
        self._module = module

    def load(self) -> object:
        if isinstance(self._module, Exception):
            raise self._module
        return self._module


def plugin(folder: Path, manifest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "README.md").write_text("x")
    (folder / "manifest.toml").write_text(manifest)
    module = f"mine_{folder.name}"
    (folder / f"{module}.py").write_text("")
    monkeypatch.syspath_prepend(str(folder))
    found = {"mine": Point(importlib.import_module(module))}
    monkeypatch.setattr(discovery, "_found", lambda group: found if group == "connectors" else {})


def test_a_connector_may_not_leave_out_what_makes_it_dependable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = 'name = "mine"\ntitle = {en = "m"}\nprotocol = "x"\nabilities = []\nneeds = []\n[checklist]\n'
    plugin(tmp_path, words + 'reconnect = "done"\n', monkeypatch)
    with pytest.raises(BadInput, match="leaves out back_pressure, clock_skew, bad_quality"):
        check("mine")
    plugin(tmp_path, words + "".join(f'{item} = "done"\n' for item in CONNECTOR_ITEMS), monkeypatch)
    assert check("mine").manifest.grade == "proven"


def test_a_wrong_manifest_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin(tmp_path, 'name = "mine"\n', monkeypatch)
    with pytest.raises(BadInput, match="checklist"):
        check("mine")


def test_a_plugin_whose_library_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = ModuleNotFoundError("No module named 'asyncua'", name="asyncua")
    monkeypatch.setattr(discovery, "_found", lambda _: {"opcua": Point(gone)})
    with pytest.raises(Missing, match=r"pip install 'bobae\[opcua\]'"):
        discovery.load("connectors", "opcua")
