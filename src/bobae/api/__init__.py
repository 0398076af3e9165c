"""The REST interface: what a program may ask a running plant, and the one thing it may do: acknowledge an alarm."""

from bobae.api.plant import LivePlant, WatchedModel
from bobae.api.server import create_api, serve_http

__all__ = ["LivePlant", "WatchedModel", "create_api", "serve_http"]
