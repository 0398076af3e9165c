"""A small OPC UA server for tests, started as a process of its own: `python -m bobae.testing.opcua_server PLAN`.

PLAN is JSON: url, nodes (what `Node` of `opcua_process` says), login [user, password] or null. It writes one row when
it serves, then answers each row on its standard input, a list of `Write`s, with one row when they are done.
"""

import asyncio
import datetime
import json
import logging
import sys
from typing import Any

from asyncua import Server, ua
from asyncua.server.user_managers import User, UserRole

Plan = dict[str, Any]
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class _OneLogin:
    """Lets in who knows the one password."""

    def __init__(self, user: str, password: str) -> None:
        self._known = (user, password)

    def get_user(self, *_: Any, username: Any = None, password: Any = None, **_more: Any) -> Any:
        """Who logs in, or None for nobody."""
        return User(role=UserRole.User) if (username, password) == self._known else None


async def serve(plan: Plan) -> None:
    """Serve until the standard input ends."""
    server = Server(user_manager=_OneLogin(*plan["login"]) if plan["login"] else None)
    await server.init()
    server.set_endpoint(plan["url"])
    await server.register_namespace("urn:bobae:testing")
    for node in plan["nodes"]:
        await _add(server, node)
    async with server:
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        print("serving", flush=True)
        while order := await reader.readline():
            for write in json.loads(order):
                await server.write_attribute_value(ua.NodeId(write["name"], 2), _data_value(write))
            print("written", flush=True)


async def _add(server: Server, node: Plan) -> None:
    """A variable ns=2;s=<name> in its folders, with unit and range where it has them."""
    parent = server.nodes.objects
    *folders, _ = node["name"].split(".")
    for depth, folder in enumerate(folders):
        place = ua.NodeId("/".join(folders[: depth + 1]), 2)
        if place in server.iserver.aspace:
            parent = server.get_node(place)
        else:
            parent = await parent.add_folder(place, ua.QualifiedName(folder, 2))
    name = ua.QualifiedName(node["name"].rsplit(".")[-1], 2)
    variable = await parent.add_variable(ua.NodeId(node["name"], 2), name, _data_value(node).Value)
    if node["unit"] is not None:
        said = ua.EUInformation("http://www.opcfoundation.org/UA/units/un/cefact", -1, ua.LocalizedText(node["unit"]))
        await variable.add_property(2, "EngineeringUnits", said)
    if node["range"] is not None:
        await variable.add_property(2, "EURange", ua.Range(*node["range"]))
    await server.write_attribute_value(variable.nodeid, _data_value(node))


def _data_value(said: Plan) -> Any:
    """A value with its status and time, exactly as said."""
    kind = ua.VariantType["Null" if said["value"] is None else said["type"]]
    time = said["time_ns"]
    source_time = None if time is None else _EPOCH + datetime.timedelta(microseconds=time // 1000)
    return ua.DataValue(ua.Variant(said["value"], kind), ua.StatusCode(said["status"]), source_time)


if __name__ == "__main__":
    logging.disable()
    asyncio.run(serve(json.loads(sys.argv[1])))
