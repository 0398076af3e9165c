"""Versions of models in the catalogue, what each alias points at, and every time that it was made to point elsewhere.

A model is named after its monitor, such as 'line1/press3:anomaly'. Its history is only ever added to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bobae.core import Refused, UnknownName
from bobae.registry.catalogue.database import Database
from bobae.registry.catalogue.tables import MODEL_ALIASES, MODEL_HISTORY, MODEL_VERSIONS


class Alias(StrEnum):
    """What can point at a version: the one that raises alarms, the one on trial beside it, the one that is proposed."""

    LIVE = "live"
    SHADOW = "shadow"
    CANDIDATE = "candidate"


class Move(StrEnum):
    """Why an alias was made to point elsewhere."""

    TAKEN_IN = "taken_in"
    BY_HAND = "replaced_by_hand"
    PROPOSED = "proposed"
    APPROVED = "approved"
    TRIED = "shadow_began"
    REFUSED = "refused"
    PROMOTED = "promoted"
    PROMOTED_BY_RULE = "promoted_by_rule"
    ROLLED_BACK = "rolled_back"
    RETIRED = "retired"


@dataclass(frozen=True)
class ModelVersion:
    """One sealed file of a model; times in ns UTC.

    Attributes:
        model: name of its monitor.
        number: 1 for the first.
        sha256: digest of the file, which is never changed.
        name: what the sealed model calls itself.
        verdict: of its own training.
        origin: 'taken_in', 'replaced_by_hand' or 'retrained'.
        by: who brought it; empty: bobae itself.
        added_ns: when.
        learned_until_ns: it has learned from nothing later than this.
        cut: what it learned from, so that the training can be repeated bit for bit; None: not known here.
        comparison: how it did against the live one of then; None: it was not compared.
    """

    model: str
    number: int
    sha256: str
    name: str
    verdict: str
    origin: str
    by: str
    added_ns: int
    learned_until_ns: int
    cut: Mapping[str, Any] | None = None
    comparison: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class AliasMove:
    """One entry of a model's history: an alias pointed at version `was`, and points at `becomes`; None: at nothing."""

    id: int
    model: str
    alias: Alias
    was: int | None
    becomes: int | None
    time_ns: int
    event: Move
    by: str
    because: str


class VersionStore:
    """Reads and writes versions and aliases; safe from any thread and from several processes.

    Raises:
        Unreachable, Refused: each method, as `open_catalogue`; nothing of the change was kept then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def models(self) -> Sequence[str]:
        """The names of all models, in order."""
        with self._database.reading() as connection:
            found = connection.execute(select(MODEL_VERSIONS.c.model).distinct().order_by(MODEL_VERSIONS.c.model))
            return [row.model for row in found]

    def add(self, version: ModelVersion) -> ModelVersion:
        """Keep a version under the next number (whatever it says); one with this digest already is given as it is."""
        table = MODEL_VERSIONS
        with self._database.writing() as connection:
            query = select(table).where(table.c.model == version.model, table.c.sha256 == version.sha256)
            if (row := connection.execute(query).one_or_none()) is not None:
                return _version(row)
            newest = select(func.max(table.c.number)).where(table.c.model == version.model)
            number = (connection.execute(newest).scalar() or 0) + 1
            connection.execute(insert(table).values(vars(version) | {"number": number}))
            return _version(connection.execute(query).one())

    def versions(self, model: str) -> Sequence[ModelVersion]:
        """All versions of a model, oldest first."""
        query = select(MODEL_VERSIONS).where(MODEL_VERSIONS.c.model == model).order_by(MODEL_VERSIONS.c.number)
        with self._database.reading() as connection:
            return [_version(row) for row in connection.execute(query)]

    def version(self, model: str, number: int) -> ModelVersion:
        """One version.

        Raises:
            UnknownName: the model has none of that number.
        """
        found = self.versions(model)
        for one in found:
            if one.number == number:
                return one
        raise UnknownName(
            "{model} has no version {number}; it has {known}",
            model=model,
            number=number,
            known=", ".join(str(one.number) for one in found) or "-",
        )

    def pointed_at(self, model: str, alias: Alias) -> ModelVersion | None:
        """The version that an alias points at, if any."""
        where = (MODEL_ALIASES.c.model == model, MODEL_ALIASES.c.alias == str(alias))
        with self._database.reading() as connection:
            row = connection.execute(select(MODEL_ALIASES).where(*where)).one_or_none()
        return None if row is None else self.version(model, row.version)

    def all_pointed_at(self, alias: Alias) -> Mapping[str, ModelVersion]:
        """The version of each model that an alias points at, by the model's name."""
        here, of = MODEL_ALIASES.c, MODEL_VERSIONS.c
        joined = (here.model == of.model) & (here.version == of.number)
        query = select(MODEL_VERSIONS).join(MODEL_ALIASES, joined).where(here.alias == str(alias)).order_by(of.model)
        with self._database.reading() as connection:
            return {row.model: _version(row) for row in connection.execute(query)}

    def aliases(self, model: str) -> Mapping[Alias, int]:
        """What each alias of a model points at."""
        with self._database.reading() as connection:
            found = connection.execute(select(MODEL_ALIASES).where(MODEL_ALIASES.c.model == model))
            return {Alias(row.alias): row.version for row in found}

    def move(self, moves: Sequence[AliasMove]) -> None:
        """Make aliases point elsewhere, all of them or none.

        Raises:
            Refused: one does not point any more at what its move says that it was; somebody else was quicker.
        """
        with self._database.writing() as connection:
            for move in moves:
                self._move(connection, move)

    def history(self, model: str | None = None) -> Sequence[AliasMove]:
        """All that happened to the aliases of a model (or of all), oldest first."""
        query = select(MODEL_HISTORY).order_by(MODEL_HISTORY.c.id)
        if model is not None:
            query = query.where(MODEL_HISTORY.c.model == model)
        with self._database.reading() as connection:
            return [_move(row) for row in connection.execute(query)]

    def revision(self) -> int:
        """Grows with every move."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.max(MODEL_HISTORY.c.id))).scalar() or 0)

    def placed(self, model: str) -> str | None:
        """The digest of what was last put where people look for the live model; None: nothing was yet."""
        where = (MODEL_ALIASES.c.model == model, MODEL_ALIASES.c.alias == str(Alias.LIVE))
        with self._database.reading() as connection:
            row = connection.execute(select(MODEL_ALIASES.c.placed).where(*where)).one_or_none()
        return None if row is None or not row.placed else str(row.placed)

    def note_placed(self, model: str, sha256: str) -> None:
        """Keep that the file with this digest lies where people look for the live model."""
        where = (MODEL_ALIASES.c.model == model, MODEL_ALIASES.c.alias == str(Alias.LIVE))
        with self._database.writing() as connection:
            connection.execute(update(MODEL_ALIASES).where(*where).values(placed=sha256))

    def _move(self, connection: Connection, move: AliasMove) -> None:
        where = (MODEL_ALIASES.c.model == move.model, MODEL_ALIASES.c.alias == str(move.alias))
        row = connection.execute(select(MODEL_ALIASES).where(*where)).one_or_none()
        now = None if row is None else row.version
        if now != move.was:
            raise Refused(
                "{alias} of {model} points at version {now}, no more at {was}: somebody else was quicker; look again",
                alias=str(move.alias),
                model=move.model,
                now=now or "-",
                was=move.was or "-",
            )
        if move.becomes is None:
            connection.execute(delete(MODEL_ALIASES).where(*where))
        elif row is None:
            values = {"model": move.model, "alias": str(move.alias), "placed": ""}
            connection.execute(
                insert(MODEL_ALIASES).values(values | {"version": move.becomes, "since_ns": move.time_ns})
            )
        else:
            changed = update(MODEL_ALIASES).where(*where)
            connection.execute(changed.values(version=move.becomes, since_ns=move.time_ns))
        kept = vars(move) | {"alias": str(move.alias), "event": str(move.event)}
        del kept["id"]
        connection.execute(insert(MODEL_HISTORY).values(kept))


def _version(row: Row[Any]) -> ModelVersion:
    kept = dict(row._mapping)
    del kept["id"]
    return ModelVersion(**kept)


def _move(row: Row[Any]) -> AliasMove:
    kept = dict(row._mapping)
    return AliasMove(**kept | {"alias": Alias(kept["alias"]), "event": Move(kept["event"])})
