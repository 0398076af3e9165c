"""Numbers, times and money as a person reads them, in the reader's language."""

import math

from bobae.core import Text, current_language, local_time, say, text
from bobae.core.gauge import NO_VALUE
from bobae.core.gauge import number as number
from bobae.core.gauge import unit as unit


def percent(share: float) -> Text:
    """A share as a percentage: 0.0339 -> '3.4 %', written together in Korean."""
    if not math.isfinite(share):
        return text("–")
    value = share * 100
    small = 0 < abs(value) < 0.1
    said = "< 0.1" if small else f"{value:.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.1f}"
    return text("{n} %", n=said)


def duration(seconds: float) -> Text:
    """A length of time in its two largest units that matter: 11700 -> '3 h 15 min'."""
    if not math.isfinite(seconds):
        return text("–")
    sign, left = ("-" if seconds < 0 else ""), abs(seconds)
    if left == 0:
        return text("{n} s", n=0)
    if left < 1:
        return text("{n} ms", n=f"{sign}{number(left * 1000)}")
    if left < 60:
        return text("{n} s", n=f"{sign}{number(left)}")
    left = round(left)
    days, hours, minutes, rest = left // 86400, left % 86400 // 3600, left % 3600 // 60, left % 60
    if days >= 7 or (days > 1 and not hours):
        return text("{n} days", n=f"{sign}{round(left / 86400):,}")
    if days > 1:
        return text("{n} days {m} h", n=f"{sign}{days}", m=hours)
    if days:
        return text("{n} h", n=f"{sign}{24 + hours}")
    if hours:
        return text("{n} h {m} min", n=f"{sign}{hours}", m=minutes) if minutes else text("{n} h", n=f"{sign}{hours}")
    return text("{n} min {m} s", n=f"{sign}{minutes}", m=rest) if rest else text("{n} min", n=f"{sign}{minutes}")


def moment(time_ns: int, *, seconds: bool = True) -> str:
    """A point in time as the plant's own clock shows it: '2020-03-09 10:14:33'."""
    at = local_time(time_ns)
    return at.strftime("%Y-%m-%d %H:%M:%S" if seconds and at.second else "%Y-%m-%d %H:%M")


def money(amount: float, currency: str) -> str:
    """An amount with its currency: '1.25 million KRW', in Korean '125만 원' for won."""
    if not math.isfinite(amount):
        return NO_VALUE
    if currency == "KRW" and current_language() == "ko":
        return _won(amount)
    if abs(amount) >= 1e6:
        return say("{n} million {currency}", n=number(amount / 1e6), currency=currency)
    step = 10 ** max(0, math.floor(math.log10(max(abs(amount), 1))) - 2)
    return f"{round(amount / step) * step:,.0f} {currency}"


def _won(amount: float) -> str:
    """Won in 만 and 억, three significant places: nobody in Korea reads 125,000,000."""
    sign, left = ("-" if amount < 0 else ""), abs(amount)
    if left >= 1e8:
        return f"{sign}{number(left / 1e8)}억 원"
    if left >= 1e4:
        return f"{sign}{left / 1e4:,.0f}만 원"
    return f"{sign}{left:,.0f}원"
