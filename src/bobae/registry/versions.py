"""The shelf: every version of a plant's models as a file that is never changed, and which of them is live.

The catalogue is the truth. What lies where people look for the live model is put there after it says so: whoever dies
in between leaves the version before or the new one, and the next look puts it right. A file that somebody put there by
hand is told from that by its digest, and becomes a version of its own.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bobae.core import BadInput, Refused, UnknownName
from bobae.registry.catalogue import Alias, AliasMove, ModelVersion, Move, VersionStore
from bobae.registry.durable import write_whole
from bobae.registry.gate import open_sealed, read_package, show
from bobae.registry.keys import TrustList

_DIGITS = 6
SETTLED = "bobae"  # who moved an alias where nobody did


@dataclass(frozen=True)
class Hand:
    """Who moves an alias, when (ns UTC) and why."""

    by: str
    because: str
    time_ns: int


class Shelf:
    """The versions of all models of one plant.

    Args:
        folder: where they are kept, a folder for each model.
        versions: what the catalogue knows of them.
        plain: name of a model -> where people look for the live one.
        trust: whose models may run here.
    """

    def __init__(
        self, folder: Path, versions: VersionStore, plain: Callable[[str], Path], *, trust: Callable[[], TrustList]
    ) -> None:
        self._folder, self.versions, self._plain, self._trust = folder, versions, plain, trust
        self._looked: dict[str, tuple[int, int, int]] = {}

    def path(self, version: ModelVersion) -> Path:
        """Where its file is kept."""
        name = re.sub(r"[^\w.-]+", "-", version.model)
        return self._folder / name / "versions" / f"{version.sha256[:12]}.bobae"

    def live(self, model: str) -> ModelVersion | None:
        """The version that raises alarms; None: it is retired, or there is none yet."""
        return self.versions.pointed_at(model, Alias.LIVE)

    def settle(self, model: str, now_ns: int) -> ModelVersion | None:
        """Bring the catalogue and the file that people see together; the version that is live then.

        The first file becomes version 1 and live; one that was put there by hand becomes a version and live; what was
        not put there yet when a process died is put there.

        Raises:
            Refused: the file is no sealed model, or the disk does not take it.
        """
        plain, live = self._plain(model), self.live(model)
        if not plain.is_file():
            if live is not None:
                self._place(live)
            return live
        if live is None and self.versions.versions(model):
            return None  # it is retired; its file stays where it was
        found = plain.stat()
        looked = (found.st_mtime_ns, found.st_size, found.st_ino)
        if live is None or self._looked.get(model) != looked:
            live = self._taken_up(model, plain, live, now_ns)
            found = plain.stat()
            self._looked[model] = (found.st_mtime_ns, found.st_size, found.st_ino)
        return live

    def keep(self, file: Path, said: ModelVersion) -> ModelVersion:
        """Keep a sealed file as a version; its number, digest, name and verdict are found here.

        Raises:
            BadInput: it cannot be read or written.
            Refused: it is no sealed model.
        """
        data, found = read_package(file), show(file)
        digest = hashlib.sha256(data).hexdigest()
        said = replace(said, sha256=digest, name=found.manifest.name, verdict=str(found.manifest.verdict))
        path = self.path(said)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadInput(
                    "cannot write to the folder {folder}: {reason}", folder=path.parent, reason=error
                ) from error
            write_whole(path, data)
        return self.versions.add(said)

    def propose(self, version: ModelVersion, hand: Hand) -> None:
        """Make it the candidate, in the place of any before it."""
        self._point(version.model, Alias.CANDIDATE, version.number, Move.PROPOSED, hand)

    def try_out(self, version: ModelVersion, hand: Hand) -> None:
        """Let it run beside the live one, silently."""
        self._point(version.model, Alias.SHADOW, version.number, Move.TRIED, hand)

    def approve(self, version: ModelVersion, hand: Hand) -> Sequence[str]:
        """Let it be the candidate because somebody wants it live; who does by now.

        What was wanted before another version went live, or the trial was ended, does not count any more.

        Raises:
            Refused: this person has said so already.
        """
        model, who = version.model, []
        for move in self.versions.history(model):
            if move.event is Move.APPROVED and move.becomes == version.number:
                who.append(move.by)
            elif move.alias is Alias.LIVE or move.event is Move.REFUSED:
                who.clear()
        if hand.by.strip().casefold() in (one.strip().casefold() for one in who):
            raise Refused(
                "{name} wants version {number} of {model} live already; a different person must say so too",
                name=hand.by,
                number=version.number,
                model=model,
            )
        self._point(model, Alias.CANDIDATE, version.number, Move.APPROVED, hand)
        return [*who, hand.by]

    def refuse(self, model: str, hand: Hand) -> None:
        """End the trial of what was proposed; the live one stays."""
        now = self.versions.aliases(model)
        self.versions.move([
            _move(model, alias, now[alias], None, Move.REFUSED, hand)
            for alias in (Alias.CANDIDATE, Alias.SHADOW)
            if alias in now
        ])  # fmt: skip

    def promote(self, version: ModelVersion, hand: Hand, *, by_rule: bool = False) -> ModelVersion:
        """Make a version live, after the import gate.

        Raises:
            Refused: its file was changed since it was kept, does not pass the gate, or somebody else was quicker.
        """
        return self._go_live(version, Move.PROMOTED_BY_RULE if by_rule else Move.PROMOTED, hand)

    def rollback(self, model: str, hand: Hand) -> ModelVersion:
        """Make the version live that was live before this one; after it was rolled back to, the one before that.

        Raises:
            Refused: there was none before, or its file was changed.
        """
        live = self.live(model)
        before = _before(self.versions.history(model))
        if not before:
            raise Refused("{model} has no version before the live one", model=model)
        return self._go_live(self.versions.version(model, before[-1]), Move.ROLLED_BACK, hand, was=live)

    def retire(self, model: str, hand: Hand) -> ModelVersion:
        """Let no version of it raise alarms any more; a promotion brings it back.

        Raises:
            Refused: it is retired already.
        """
        live = self.live(model)
        if live is None:
            raise Refused("{model} is not live, so it cannot be retired", model=model)
        now = self.versions.aliases(model)
        self.versions.move([_move(model, alias, now[alias], None, Move.RETIRED, hand) for alias in now])
        return live

    def sealed_path(self, version: ModelVersion) -> Path:
        """Where its file is kept, after a look that it is the one that was kept.

        Raises:
            Refused: it was changed, or is gone.
        """
        path = self.path(version)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != version.sha256:
            raise Refused(
                "version {number} of {model} is refused: {path} was changed since it was kept, or is gone",
                number=version.number,
                model=version.model,
                path=path,
            )
        return path

    def _go_live(self, version: ModelVersion, event: Move, hand: Hand, was: ModelVersion | None = None) -> ModelVersion:
        open_sealed(self.sealed_path(version), trust=self._trust())
        now = self.versions.aliases(version.model)
        if was is not None and now.get(Alias.LIVE) != was.number:
            raise Refused("{model} was changed by somebody else just now; look again", model=version.model)
        if now.get(Alias.LIVE) == version.number:
            raise Refused("version {number} of {model} is live already", number=version.number, model=version.model)
        moves = [_move(version.model, Alias.LIVE, now.get(Alias.LIVE), version.number, event, hand)]
        moves += [
            _move(version.model, alias, version.number, None, event, hand)
            for alias in (Alias.CANDIDATE, Alias.SHADOW)
            if now.get(alias) == version.number
        ]
        self.versions.move(moves)
        self._place(version)
        return version

    def _taken_up(self, model: str, plain: Path, live: ModelVersion | None, now_ns: int) -> ModelVersion:
        digest = hashlib.sha256(read_package(plain)).hexdigest()
        if live is not None and digest == live.sha256:
            if self.versions.placed(model) != digest:
                self.versions.note_placed(model, digest)
            return live
        if live is not None and digest == self.versions.placed(model):  # it died before the file was there
            self._place(live)
            return live
        # what lies there was sealed before it was put there, so it has learned from nothing later
        learned_ns = min(plain.stat().st_mtime_ns, now_ns)
        event = Move.TAKEN_IN if live is None else Move.BY_HAND
        new = self.keep(plain, ModelVersion(model, 0, "", "", "", str(event), "", now_ns, learned_ns))
        was = None if live is None else live.number
        try:
            self.versions.move([_move(model, Alias.LIVE, was, new.number, event, Hand(SETTLED, "", now_ns))])
        except Refused:  # another process took it in just now
            if (live := self.live(model)) is None:
                raise
            return live
        self.versions.note_placed(model, digest)
        return new

    def _place(self, version: ModelVersion) -> None:
        plain = self._plain(version.model)
        plain.parent.mkdir(parents=True, exist_ok=True)
        write_whole(plain, self.sealed_path(version).read_bytes())
        self.versions.note_placed(version.model, version.sha256)

    def _point(self, model: str, alias: Alias, number: int, event: Move, hand: Hand) -> None:
        was = self.versions.aliases(model).get(alias)
        self.versions.move([_move(model, alias, was, number, event, hand)])


def version_named(versions: Sequence[ModelVersion], written: str) -> ModelVersion:
    """The version that a person means: its number, or the first digits of its digest.

    Raises:
        UnknownName: there is none.
    """
    for one in versions:
        if written == str(one.number) or (len(written) >= _DIGITS and one.sha256.startswith(written)):
            return one
    raise UnknownName(
        "no version {written!r}; there are {known}",
        written=written,
        known=", ".join(f"{one.number} ({one.sha256[:12]})" for one in versions) or "-",
    )


def _before(history: Sequence[AliasMove]) -> list[int]:
    """The versions that were live before the one that is, the last of them last; rolling back takes one off."""
    stack: list[int] = []
    for move in history:
        if move.alias is not Alias.LIVE:
            continue
        if move.event is Move.ROLLED_BACK:
            stack.pop()
        elif move.was is not None:
            stack.append(move.was)
    return stack


def _move(model: str, alias: Alias, was: int | None, becomes: int | None, event: Move, hand: Hand) -> AliasMove:
    return AliasMove(0, model, alias, was, becomes, hand.time_ns, event, hand.by, hand.because)
