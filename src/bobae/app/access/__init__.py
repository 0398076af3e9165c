"""Who comes in: users and what they are, sessions and tokens, and how often somebody may be wrong."""

from bobae.app.access.actor import Actor
from bobae.app.access.door import COOKIE_S, Door, SignedIn
from bobae.app.access.tokens import Tokens
from bobae.app.access.tries import Tries
from bobae.app.access.users import Users

__all__ = ["COOKIE_S", "Actor", "Door", "SignedIn", "Tokens", "Tries", "Users"]
