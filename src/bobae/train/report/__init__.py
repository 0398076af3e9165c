"""The report of a training: the verdict in words first, then the evidence, in one self-contained page."""

from bobae.train.report.foretold import foretold_html
from bobae.train.report.report import report_html

__all__ = ["foretold_html", "report_html"]
