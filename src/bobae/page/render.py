"""Templates into pages: everything escaped, every word through the catalogue, the style sheet inside."""

import functools
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from bobae import __version__
from bobae.core import current_language, say
from bobae.page import charts, numbers


def page(package: str, template: str, **values: Any) -> str:
    """A template of `package` (in its folder `templates`) as one HTML file in the current language.

    Templates may extend `page.html.j2` and import `parts.html.j2`; values are escaped unless they are charts.
    """
    return _environment(package).get_template(template).render(language=current_language(), **values)


@functools.cache
def _environment(package: str) -> jinja2.Environment:
    folders = dict.fromkeys((package, "bobae.page"))
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = resources.files("bobae.page").joinpath("templates", "page.css").read_text(encoding="utf-8")
    environment.globals.update(say=say, style=Markup(style), version=__version__)
    for module in (charts, numbers):
        for name in ("bar", "sparkline", "histogram", "duration", "moment", "money", "number", "percent", "unit"):
            if hasattr(module, name):
                environment.globals[name] = getattr(module, name)
    return environment
