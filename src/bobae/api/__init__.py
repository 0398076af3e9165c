"""The REST interface: what a program may ask a running plant, and what it may do: acknowledge alarms, order writes."""

from bobae.api.plant import LivePlant, WatchedModel
from bobae.api.server import create_api, serve_http

__all__ = ["LivePlant", "WatchedModel", "create_api", "serve_http"]
