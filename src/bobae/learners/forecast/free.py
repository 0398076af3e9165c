"""Free days: the public holidays of a country, written into the model so that it needs no list when it runs."""

from datetime import UTC, datetime

import holidays

from bobae.core import Ints

_YEARS_ON = 10
_COUNTRIES = {
    "Asia/Seoul": "KR",
    "Asia/Tokyo": "JP",
    "Asia/Taipei": "TW",
    "Europe/Berlin": "DE",
    "America/New_York": "US",
}


def days_off(time_ns: Ints, timezone: str, country: str | None) -> tuple[str, ...]:
    """Holidays from the first year of the rows to ten years after the last, YYYY-MM-DD; none without a country."""
    country = _COUNTRIES.get(timezone, "") if country is None else country
    if not country or not len(time_ns):
        return ()
    first, last = (datetime.fromtimestamp(int(ns) / 1e9, UTC).year for ns in (time_ns.min(), time_ns.max()))
    return tuple(
        sorted(str(day) for day in holidays.country_holidays(country, years=range(first, last + _YEARS_ON + 1)))
    )
