"""What a column's name says: the words plants use, English and Korean, for machine, lot, outcome and product."""

import re

_NEUTRAL = {"id", "no", "nr", "num", "number", "name", "code", "key", "idx", "index", "label"}
_ASSET = {
    "asset",
    "machine",
    "equipment",
    "equip",
    "eqp",
    "unit",
    "engine",
    "device",
    "robot",
    "pump",
    "motor",
    "press",
}
_ASSET_KO = ("설비", "장비", "호기", "기계")
_LOT = {"lot", "batch", "run", "shot", "wafer", "heat", "coil", "experiment", "trial", "campaign", "cassette", "foup"}
_LOT_KO = ("로트", "배치", "샷", "웨이퍼", "차수", "작업지시")
_FILE = {"file", "filename", "파일", "파일명"}
_STRONG = {"label", "target", "class"}
_SET = {"sp", "setpoint", "set", "command", "cmd", "설정", "설정값", "지령"}
_FAULT = {"fault", "faults", "failure", "fail", "failed", "anomaly", "defect", "defects", "defective", "outlier"}
_FAULT_KO = ("고장", "불량", "이상", "결함", "라벨", "판정", "합부")
_JUDGED = {"condition", "result", "grade", "quality", "judgement", "judgment", "ng", "reject", "scrap", "changepoint"}
_MEASURED = {"decay", "yield", "purity", "rul", "removal", "quality"}
_MEASURED_KO = ("품질", "수율", "순도", "불량률", "잔여수명")
_CONTEXT = {
    *("product", "recipe", "mode", "step", "stage", "phase", "process", "shift", "type", "state", "status", "program"),
    *("material", "mold", "mould", "die", "chamber", "operator", "weekday", "layer", "grade", "part", "model"),
}
_CONTEXT_KO = (
    "제품",
    "품목",
    "품번",
    "레시피",
    "모드",
    "공정",
    "단계",
    "교대",
    "근무",
    "작업조",
    "금형",
    "재질",
    "상태",
)
_ENERGY = {"usage", "kwh", "load", "energy", "consumption", "부하", "전력량"}
_NEVER_NEGATIVE = {"pressure", "flow", "level", "rpm", "weight", "압력", "유량", "수위", "중량"}


def words(name: str) -> tuple[str, ...]:
    """The words of a column name in lower case: 'AVG_RemovalRate [nm]' -> ('avg', 'removal', 'rate', 'nm')."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return tuple(word.lower() for word in re.split(r"[^0-9A-Za-z가-힣]+", spaced) if word)


def means_file(name: str) -> bool:
    """Whether the name says which file a row came from."""
    return name.lower().strip("_ ").replace("source_", "") in _FILE


def means_asset(name: str) -> bool:
    """Whether the column names the machine, and nothing about it ('Machine failure' does not)."""
    return _is_only(name, _ASSET) or (any(word in name for word in _ASSET_KO) and "상태" not in name)


def means_lot(name: str) -> bool:
    """Whether the column names a lot, batch, run, shot or wafer."""
    return _is_only(name, _LOT) or any(word in name.lower() for word in _LOT_KO)


def means_id(name: str) -> bool:
    """Whether the name says that the column is a running or serial number."""
    found = words(name)
    return bool(found) and (found[-1] in _NEUTRAL or found[-1] in {"udi", "serial", "uid", "uuid", "번호"})


def outcome_strength(name: str) -> int:
    """How much the name sounds like an outcome, 0 (not at all) to 5 ('label')."""
    found = set(words(name))
    if found & _STRONG:
        return 5
    if found & _FAULT or any(word in name for word in _FAULT_KO):
        return 4
    if found & _JUDGED:
        return 3
    return 2 if means_measured_outcome(name) else 0


def means_measured_outcome(name: str) -> bool:
    """Whether the name is that of a result measured as a number: yield, purity, removal rate, remaining life."""
    return bool((_MEASURED | {"target"}) & set(words(name))) or any(word in name for word in _MEASURED_KO)


def means_context(name: str, *, number: bool) -> bool:
    """Whether the column says what is being made and how; of a number the last word must say so."""
    found = [word for word in words(name) if word not in _NEUTRAL]
    if any(word in name for word in _CONTEXT_KO):
        return True
    return bool(_CONTEXT & set(found[-1:] if number else found))


def is_setting(name: str) -> bool:
    """Whether the value is asked for by a person or a program, not measured; it may stand still for days."""
    return bool(_SET & set(words(name)))


def never_negative(name: str) -> bool:
    """Whether a value below zero would be odd: pressure, flow, level, speed of turning, weight."""
    return bool(_NEVER_NEGATIVE & set(words(name)))


def both_of_energy(one: str, other: str) -> bool:
    """Whether both names speak of the energy drawn, so that one was likely made from the other."""
    return bool(_ENERGY & set(words(one))) and bool(_ENERGY & set(words(other)))


def _is_only(name: str, meaning: set[str]) -> bool:
    found = [word for word in words(name) if word not in _NEUTRAL]
    return len(found) == 1 and found[0].rstrip("s") in meaning | {word.rstrip("s") for word in meaning}
