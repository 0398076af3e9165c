"""The REST interface: what a program may ask a running plant, and what it may do: acknowledge alarms, order writes."""

from bobae.api.inference import Desk, serving_grpc
from bobae.api.plant import LivePlant, WatchedModel
from bobae.api.server import Tls, create_api, create_inference_api, serve_http

__all__ = [
    "Desk",
    "LivePlant",
    "Tls",
    "WatchedModel",
    "create_api",
    "create_inference_api",
    "serve_http",
    "serving_grpc",
]
