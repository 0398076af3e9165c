"""How long requests take: one after the other, or from several clients at once."""

import contextlib
import http.client
import threading
import time

import numpy as np

from _serve.servers import Server


def latencies_s(server: Server, requests: int, clients: int) -> np.ndarray:
    """Seconds of each request, over connections that stay open (requests,)."""
    took: list[float] = []
    lock = threading.Lock()

    def ask() -> None:
        mine = []
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as line:
            server.ask(line)
            for _ in range(requests // clients):
                began = time.perf_counter()
                server.ask(line)
                mine.append(time.perf_counter() - began)
        with lock:
            took.extend(mine)

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return np.array(took)
