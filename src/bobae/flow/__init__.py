"""How material flows through a plant: what it is made of, compiled, and an engine that runs it.

The engine (`bobae.flow.engine`) is imported from its own module: numba loads where it is needed only.
"""

from bobae.flow.compiling import Plan, compiled
from bobae.flow.production import Production

__all__ = ["Plan", "Production", "compiled"]
