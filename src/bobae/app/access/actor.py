"""Who asks: what is known of them, and what they may do."""

from dataclasses import dataclass

from bobae.core import BadInput
from bobae.core.access import ALLOWED, NEVER_BY_TOKEN, Permission, UserRole
from bobae.registry.catalogue import Pass, Person


@dataclass(frozen=True)
class Actor:
    """Who asks.

    Attributes:
        role: what they are here; None: they only ask for writes and approve them.
        may: what they may do.
        person: who, if that is known; None: nobody has a login yet.
        csrf: what a page shows with each request that changes something; None: no cookie is what they are known by.
        expires_ns: when they have to sign in again, ns UTC.
        digest: of the pass that they showed; None: they showed none.
    """

    role: UserRole | None
    may: frozenset[Permission]
    person: Person | None = None
    csrf: str | None = None
    expires_ns: int | None = None
    digest: str | None = None

    @classmethod
    def anybody(cls) -> "Actor":
        """Whoever sits at this computer, as long as nobody has a login."""
        return cls(UserRole.ADMINISTRATOR, ALLOWED[UserRole.ADMINISTRATOR])

    @classmethod
    def of(cls, person: Person, shown: Pass | None = None, *, csrf: str | None = None) -> "Actor":
        """A person, by the session that they showed, if they did."""
        if shown is None:
            return cls(person.role, ALLOWED[person.role], person)
        return cls(person.role, ALLOWED[person.role], person, csrf, shown.expires_ns, shown.digest)

    @classmethod
    def program(cls, person: Person, role: UserRole, shown: Pass) -> "Actor":
        """A program with a token of a person: it may what both may, and nothing that takes a person."""
        may = (ALLOWED[role] & ALLOWED[person.role]) - NEVER_BY_TOKEN
        return cls(role, may, person, expires_ns=shown.expires_ns, digest=shown.digest)

    @property
    def name(self) -> str:
        """Of the person; empty: it is not known."""
        return "" if self.person is None else self.person.name

    def hand(self, said: str | None) -> str:
        """In whose name something is done: one's own, once it is known; else the one that is said.

        Raises:
            BadInput: none is said, or somebody else's.
        """
        if self.person is not None:
            if said is not None and said.strip() != self.name:
                raise BadInput("you are {name}, not {said!r}; leave 'by' away", name=self.name, said=said)
            return self.name
        if said is None:
            raise BadInput("{name!r} is missing", name="by")
        return said
