"""A control engineer's names, taken apart: paths into segments, segments into words."""

import re
from functools import lru_cache

from bobae.app.proposing import vocabulary as v

_BRACKETED = re.compile(r"[\[(（［][^\])）］]*[\])）］]")
_SUBSCRIPT = re.compile(r"\[(\d+)(?:,\s*(\d+))?\]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})|(?<=[a-z]{3})(?=\d)|(?<=[가-힣])(?=[A-Za-z])")
_MIXED_UNIT = re.compile(  # a unit with a capital inside: after a separator, or at the end of a word that runs into it
    r"(?:^([munpkMGhcd](?:Wh?|Ah?|VAh?|[Vv][Aa]rh?|V|Hz|Pa|Nm?|L|J|S|F|H|T|B|Ohm|Torr)|deg[CF])"
    r"|(?<=[a-z0-9가-힣])(k(?:Wh?|VA|Pa|Hz)|MPa|deg[CF]|mTorr))$"
)
_APART = re.compile(r"[^0-9A-Za-zÀ-ɏͰ-Ͽ가-힣一-鿿ぁ-ヿ%℃℉°㎏㎜]+")
_NUMBER = re.compile(r"^(.*?)0*(\d+)$")
_HUNGARIAN = re.compile(r"^(?:lr|udi|uli|usi|ui|di|dw|fb|st|by|arr|ar|b|f|n|r|i|e|s|w|t|x)(?=[A-Z][A-Za-z]|[가-힣])")
_ISA_LOOP = re.compile(r"^[TPFLA][DFQK]?(?:I|T|C|E|R|Y|V|S|IC|IT|IR|RC|CV|SH|SL|AH|AL|QI|QIC)\d{3,5}[A-Z]?$")
_KOREAN_PLACE = re.compile(
    r"^(?P<first>(?:[A-Za-z0-9]+|[가-힣]{1,6}?)(?:공장|동|라인|구역))(?P<rest>[가-힣A-Za-z0-9].*)$"
)
_COUNTED = re.compile(r"^\d+(?:호기|라인|공장|동|구역|호|번)$")
_REMEMBERED = 4_096


def parts_of(path: str) -> list[str]:
    """The segments of a browse path, a dotted PLC name or a topic, at least one; what is in brackets is one piece.

    Example:
        >>> parts_of('PLC_1/"DB10"."Line1"."Press3".OilTemp'), parts_of("MAIN.fbPress[2].Flow [L/min]")
        (['PLC_1', 'DB10', 'Line1', 'Press3', 'OilTemp'], ['MAIN', 'fbPress2', 'Flow [L/min]'])
    """
    path = _SUBSCRIPT.sub(lambda m: m[1] if m[2] is None else f"{m[1]}_{m[2]}", path)
    kept: list[str] = []

    def keep(found: "re.Match[str]") -> str:
        kept.append(found[0])
        return f"\0{len(kept) - 1}\0"

    hidden = _BRACKETED.sub(keep, path.replace('"', ""))
    hidden = re.sub(r"(?<=\d)\.(?=\d)(?![^/]*[A-Za-z가-힣]\.)", "\1", hidden)  # the point of a number
    found = [part.strip() for part in re.split(r"[/\\.:|]+", hidden)]
    back = [re.sub(r"\0(\d+)\0", lambda m: kept[int(m[1])], part).replace("\1", ".") for part in found]
    return [part for part in back if part] or ["signal"]


@lru_cache(_REMEMBERED)
def words_of(segment: str) -> tuple[str, ...]:
    """The words of one segment as they are written, numbers with the word before them.

    Example:
        >>> words_of("PRS1_HYD_PRESS_BAR"), words_of("Line 1"), words_of("OilTempZone3")
        (('PRS1', 'HYD', 'PRESS', 'BAR'), ('Line1',), ('Oil', 'Temp', 'Zone3'))
        >>> words_of("프레스1호기 유온(℃)")
        ('프레스', '1호기', '유온', '℃')
    """
    found: list[str] = []
    for piece in _APART.split(segment):
        unit = _MIXED_UNIT.search(piece)
        spaced = _CAMEL.sub(" ", piece[: unit.start()] if unit else piece)
        for word in (part for spelled in spaced.split() for part in _korean(spelled)):
            if word.isdigit() and found and not found[-1][-1].isdigit():
                found[-1] += word
            else:
                found.append(word)
        found += [unit[0]] if unit else []
    return tuple(found)


def _korean(word: str) -> list[str]:
    """'프레스1호기' and '1라인프레스3호기' as words: place by place."""
    match = _KOREAN_PLACE.match(word)
    if match:
        return [match["first"], *_korean(match["rest"])]
    machine = re.match(r"^([가-힣A-Za-z]+)(\d+(?:호기|호|번기))(.*)$", word)
    if machine:
        return [machine[1], machine[2], *([machine[3]] if machine[3] else [])]
    machine = re.match(r"^(\d+호기)(.+)$", word)
    return [machine[1], machine[2]] if machine else [word]


def stem(word: str) -> str:
    """A word without its number, in lower case: 'PRS01' -> 'prs', '3호기' -> '호기'."""
    lower = word.lower()
    if match := re.match(r"^\d+([가-힣]+)$", lower):
        return match[1]
    match = _NUMBER.match(lower)
    return match[1] if match and match[1] else lower


def is_numbered(word: str) -> bool:
    """Whether a number belongs to the word."""
    return bool(re.search(r"\d", word)) and not word.isdigit()


def is_loop(word: str) -> bool:
    """Whether it is an instrument's tag after ISA-5.1, such as TIC101 or PDT2301: a signal, no machine."""
    return bool(_ISA_LOOP.match(word.upper()))


def key_of(segment: str) -> str:
    """What two spellings of one segment have in common."""
    return "".join(words_of(segment)).lower()


def without_type(segment: str, *, hungarian: bool) -> str:
    """A name without what says its type: 'DB_Press1' -> 'Press1', with `hungarian` 'fOilTemp' -> 'OilTemp'."""
    if hungarian and (match := _HUNGARIAN.match(segment)):
        segment = segment[match.end() :]
    first, _, rest = segment.partition("_")
    if rest and first.lower() in v.BLOCK_PREFIX and not rest.isdigit():
        return rest
    return segment


def is_hungarian(name: str) -> bool:
    """Whether the name begins with a letter for its type, as in IEC 61131 programs."""
    return bool(_HUNGARIAN.match(name))


def as_name(words: tuple[str, ...]) -> str:
    """Words as a tag's name: lower case, joined by '_'."""
    return "_".join(word.lower() for word in words)


def counted_korean(word: str) -> bool:
    """Whether it counts machines or lines in Korean: '1호기', '2라인'."""
    return bool(_COUNTED.match(word))
