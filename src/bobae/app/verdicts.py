"""A verdict in the reader's words."""

from bobae.core import Text, Verdict, text

VERDICTS = {
    Verdict.USEFUL: text("useful"),
    Verdict.NO_BETTER_THAN_BASELINE: text("no better than a simple rule"),
    Verdict.NOT_ENOUGH_EVIDENCE: text("not enough evidence to say"),
}


def verdict_in_words(verdict: Verdict) -> Text:
    """What a verdict says, in the reader's language."""
    return VERDICTS[verdict]
