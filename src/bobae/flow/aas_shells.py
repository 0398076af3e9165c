"""The shells of a file: whose a submodel is, what kind it is of, and what everything is called."""

import re

from bobae.flow.aas_elements import NAMED, inside, name_of, semantic
from bobae.flow.aasx import Element

_TEMPLATES = {
    "HierarchicalStructures": re.compile(r"https://admin-shell\.io/idta/HierarchicalStructures/\d+/\d+/Submodel/?"),
    # the published template writes admin-shell-io
    "ProcessParameters": re.compile(r"https://admin-shell[.-]io/idta/SubmodelTemplate/ProcessParameters/\d+/\d+/?"),
}


def asset_of(one: Element) -> str:
    """The asset of a shell or an entity; '' for none."""
    information = one.get("assetInformation")
    return str((information if isinstance(information, dict) else one).get("globalAssetId") or "")


class Shells:
    """Shells and submodels, and the names that stand for them.

    Attributes:
        targets: by all keys of a reference, joined by '/', the name of what it points at.
    """

    def __init__(self, found: dict[str, list[Element]]) -> None:
        self._owners = {
            str(key.get("value", "")): shell
            for shell in found["assetAdministrationShells"]
            for reference in inside(shell, "submodels")
            for key in inside(reference, "keys")
        }
        self._submodels = [one for one in found["submodels"] if one.get("kind") != "Template"]
        self.targets: dict[str, str] = {}
        self._short: dict[tuple[str, str], str | None] = {}
        for shell in found["assetAdministrationShells"]:
            self.call(shell, name_of(shell), (str(shell["id"]), asset_of(shell)))

    def all(self, kind: str) -> list[Element]:
        """The submodels of a kind."""
        return [one for one in self._submodels if _kind(one) == kind]

    def owner(self, submodel: Element) -> Element:
        """The shell that a submodel is of; an empty one where it is of none."""
        return self._owners.get(str(submodel["id"]), {})

    def place(self, submodel: Element) -> str:
        """Where a submodel stands: shell/submodel, as they are called in the file."""
        names = (self.owner(submodel).get("idShort"), submodel.get("idShort"))
        return "/".join(str(name) for name in names if name)

    def kinds_beside(self, submodel: Element) -> set[str]:
        """What kinds of submodels its shell has."""
        owner = self.owner(submodel)
        return {_kind(one) for one in self._submodels if owner and self.owner(one) is owner}

    def call(self, referable: Element, name: str, targets: tuple[str, ...], sections: tuple[str, ...] = NAMED) -> None:
        """Let references find the name, and texts that say the idShort (where it is that of one thing alone)."""
        self.targets.update({target: name for target in targets if target})
        for section in sections:
            short = (section, str(referable.get("idShort", "")))
            self._short[short] = name if self._short.get(short, name) == name else None

    def called(self, section: str, written: str) -> str:
        """The name that a text stands for."""
        return self._short.get((section, written)) or written


def _kind(submodel: Element) -> str:
    """Which template a submodel is of, by what it means, else by its idShort."""
    meant = semantic(submodel)
    return next((kind for kind, form in _TEMPLATES.items() if form.fullmatch(meant)), str(submodel.get("idShort", "")))
