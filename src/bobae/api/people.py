"""Who can sign in, for those who look after it; they are added and changed with `bobae user`."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from bobae.api.gate import gated_router, needs
from bobae.api.plant import ThePlant
from bobae.api.questions import Nothing
from bobae.api.times import rfc3339
from bobae.app.access import Users
from bobae.core.access import UserRole

router = gated_router("users")


class ToldUser(BaseModel):
    """One user."""

    name: str
    role: UserRole
    since: str


class ToldUsers(BaseModel):
    """All users, in the order of their names."""

    items: list[ToldUser]


@router.get("/users")
@needs("user.manage")
def users(plant: ThePlant, _: Annotated[Nothing, Query()]) -> ToldUsers:
    """Who can sign in."""
    found = Users(plant.writing.book).all()
    items = [ToldUser(name=one.name, role=one.role, since=rfc3339(one.added_ns) or "") for one in found if one.role]
    return ToldUsers(items=items)
