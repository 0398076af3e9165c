"""The catalogue: what a plant keeps beside its samples, in one small database."""

from bobae.registry.catalogue.alarm import (
    PRIORITIES,
    Alarm,
    AlarmEvent,
    AlarmState,
    NewAlarm,
    Priority,
    TopTags,
    Transition,
)
from bobae.registry.catalogue.alarms import AlarmStore
from bobae.registry.catalogue.aliases import Alias, AliasMove, ModelVersion, Move, VersionStore
from bobae.registry.catalogue.cases import Case, CaseStore
from bobae.registry.catalogue.catalogue import Catalogue, open_catalogue
from bobae.registry.catalogue.drift import Drift, DriftCheck, DriftStore
from bobae.registry.catalogue.feedback import Feedback, FeedbackStore, LimitMove
from bobae.registry.catalogue.ledger import LedgerEntry, LedgerStore, Outcome
from bobae.registry.catalogue.notices import Notice, NoticeStore
from bobae.registry.catalogue.order import AuditEntry, AuditEvent, Broken, Order, OrderState, Person, Switch, Value
from bobae.registry.catalogue.passes import Pass, PassKind
from bobae.registry.catalogue.points import AlarmPoint, PointChange, PointEvent, PointStore, Suppression
from bobae.registry.catalogue.records import AlarmRecord, RecordStore
from bobae.registry.catalogue.shadows import ShadowAlarm, ShadowRun, ShadowStore
from bobae.registry.catalogue.writes import Book, WriteStore

__all__ = [
    "PRIORITIES",
    "Alarm",
    "AlarmEvent",
    "AlarmPoint",
    "AlarmRecord",
    "AlarmState",
    "AlarmStore",
    "Alias",
    "AliasMove",
    "AuditEntry",
    "AuditEvent",
    "Book",
    "Broken",
    "Case",
    "CaseStore",
    "Catalogue",
    "Drift",
    "DriftCheck",
    "DriftStore",
    "Feedback",
    "FeedbackStore",
    "LedgerEntry",
    "LedgerStore",
    "LimitMove",
    "ModelVersion",
    "Move",
    "NewAlarm",
    "Notice",
    "NoticeStore",
    "Order",
    "OrderState",
    "Outcome",
    "Pass",
    "PassKind",
    "Person",
    "PointChange",
    "PointEvent",
    "PointStore",
    "Priority",
    "RecordStore",
    "ShadowAlarm",
    "ShadowRun",
    "ShadowStore",
    "Suppression",
    "Switch",
    "TopTags",
    "Transition",
    "Value",
    "VersionStore",
    "WriteStore",
    "open_catalogue",
]
