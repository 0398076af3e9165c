"""A small OPC UA server for tests, started as a process of its own: `python -m bobae.testing.opcua_server PLAN`.

PLAN is JSON: what `OpcUaProcess` says. The server writes one row when it serves, then answers each row on its standard
input with one: a list of `Write`s, or an order such as `{"ramp": ...}`, `{"lose": ...}` and `{"counts": ...}`.
"""

import asyncio
import datetime
import json
import logging
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from asyncua.server.history import HistoryDict
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.uaprocessor import UaProcessor
from asyncua.server.user_managers import User, UserRole

Plan = dict[str, Any]
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_OVERFLOW = 0x0480  # DataValue, Overflow (OPC UA Part 4, 7.39)


class _OneLogin:
    """Lets in who knows the one password."""

    def __init__(self, user: str, password: str) -> None:
        self._known = (user, password)

    def get_user(self, *_: Any, username: Any = None, password: Any = None, **_more: Any) -> Any:
        """Who logs in, or None for nobody."""
        return User(role=UserRole.User) if (username, password) == self._known else None


class _Watched:
    """Counts what clients ask for, and loses messages when told to."""

    def __init__(self, server: Server) -> None:
        self.sessions = self.requests = self.most = self.to_lose = 0
        self.for_good = False
        self._server = server.iserver
        self._registered = self._server.register_external_session
        self._served = UaProcessor._process_message
        self._sent = UaProcessor.forward_publish_response

    def begin(self) -> None:
        """From now on."""
        this = self
        this._server.register_external_session = this._session

        async def served(processor: Any, *request: Any) -> Any:
            this.requests += 1
            return await this._served(processor, *request)

        async def sent(processor: Any, result: ua.PublishResult, request: Any) -> None:
            if this.to_lose and result.NotificationMessage.NotificationData:
                this.to_lose -= 1
                if this.for_good:
                    subscription = this._server.subscription_service.subscriptions[result.SubscriptionId]
                    subscription.publish([result.NotificationMessage.SequenceNumber])
                processor._publish_requests.appendleft(request)
                return
            await this._sent(processor, result, request)

        UaProcessor._process_message = served
        UaProcessor.forward_publish_response = sent

    def counts(self) -> list[int]:
        """Sessions and requests so far, the sessions that are open, and how many were at most."""
        return [self.sessions, self.requests, len(self._server._external_sessions), self.most]

    def _session(self, session: Any) -> None:
        self._registered(session)
        self.sessions += 1
        self.most = max(self.most, len(self._server._external_sessions))


async def serve(plan: Plan) -> None:
    """Serve until the standard input ends."""
    server = Server(user_manager=_OneLogin(*plan["login"]) if plan["login"] else None)
    await server.init()
    server.set_endpoint(plan["url"])
    await _secure(server, plan["security"])
    for name in plan["namespaces"]:
        await server.register_namespace(name)
    server.iserver.history_manager.set_storage(HistoryDict(plan["history_page"]))
    watched = _Watched(server)
    watched.begin()
    _mark_overflow()
    for node in plan["nodes"]:
        await _add(server, node)
    async with server:
        for node in plan["nodes"]:
            if node["historized"]:
                await server.historize_node_data_change(server.get_node(ua.NodeId(node["name"], plan["index"])))
        await _obey(server, watched, plan["index"])


def _mark_overflow() -> None:
    """Have a full queue tell that it drops its oldest value, as the standard wants (OPC UA Part 4, 5.13.1.5)."""
    add = InternalSubscription._enqueue_event

    async def marked(subscription: Any, item: int, event: Any, size: int, queues: dict[int, list[Any]]) -> None:
        drops = 1 < size <= len(queues.get(item, ()))
        await add(subscription, item, event, size, queues)
        if drops:
            oldest = queues[item][0]
            status = ua.StatusCode(oldest.Value.StatusCode.value | _OVERFLOW)
            queues[item][0] = replace(oldest, Value=replace(oldest.Value, StatusCode=status))

    InternalSubscription._enqueue_event = marked


async def _obey(server: Server, watched: _Watched, index: int) -> None:
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("serving", flush=True)
    counting: asyncio.Task[None] | None = None
    while row := await reader.readline():
        order = json.loads(row)
        answer = "written"
        if isinstance(order, list):
            for write in order:
                await server.write_attribute_value(ua.NodeId(write["name"], index), _data_value(write))
        elif "ramp" in order:
            if counting is not None:
                counting.cancel()
            node = ua.NodeId(order["name"], index)
            counting = asyncio.create_task(_count_up(server, node, order["ramp"] / 1000)) if order["ramp"] else None
        elif "lose" in order:
            watched.to_lose, watched.for_good = order["lose"], order["for_good"]
        else:
            answer = json.dumps(watched.counts())
        print(answer, flush=True)


async def _count_up(server: Server, node: ua.NodeId, every_s: float) -> None:
    begun, number = time.monotonic(), 0
    while True:
        number += 1
        value = ua.DataValue(ua.Variant(float(number)), SourceTimestamp=datetime.datetime.now(datetime.UTC))
        await server.write_attribute_value(node, value)
        await asyncio.sleep(max(0.0, begun + number * every_s - time.monotonic()))


async def _secure(server: Server, security: Plan | None) -> None:
    """Its certificate, which end points it offers, and which clients it trusts."""
    if security is None:
        return
    await server.load_certificate(security["certificate"])
    await server.load_private_key(security["key"])
    server.set_security_policy([ua.SecurityPolicyType[name] for name in security["policies"]])
    if security["trusted"] is not None:
        store = TrustStore([Path(security["trusted"])], [])
        await store.load()
        options = CertificateValidatorOptions.TRUSTED_VALIDATION | CertificateValidatorOptions.PEER_CLIENT
        server.set_certificate_validator(CertificateValidator(options, store))


async def _add(server: Server, node: Plan) -> None:
    """A variable ns=<index>;s=<name> in its folders, with unit and range where it has them."""
    parent = server.nodes.objects
    index = len(await server.get_namespace_array()) - 1
    *folders, _ = node["name"].split(".")
    for depth, folder in enumerate(folders):
        place = ua.NodeId("/".join(folders[: depth + 1]), index)
        if place in server.iserver.aspace:
            parent = server.get_node(place)
        else:
            parent = await parent.add_folder(place, ua.QualifiedName(folder, index))
    name = ua.QualifiedName(node["name"].rsplit(".")[-1], index)
    variable = await parent.add_variable(ua.NodeId(node["name"], index), name, _data_value(node).Value)
    if node["writable"]:
        await variable.set_writable()
    if node["unit"] is not None:
        said = ua.EUInformation("http://www.opcfoundation.org/UA/units/un/cefact", -1, ua.LocalizedText(node["unit"]))
        await variable.add_property(index, "EngineeringUnits", said)
    if node["range"] is not None:
        await variable.add_property(index, "EURange", ua.Range(*node["range"]))
    await server.write_attribute_value(variable.nodeid, _data_value(node))


def _data_value(said: Plan) -> Any:
    """A value with its status and time, exactly as said."""
    kind = ua.VariantType["Null" if said["value"] is None else said["type"]]
    time_ns = said["time_ns"]
    source_time = None if time_ns is None else _EPOCH + datetime.timedelta(microseconds=time_ns // 1000)
    return ua.DataValue(ua.Variant(said["value"], kind), ua.StatusCode(said["status"]), source_time)


if __name__ == "__main__":
    logging.disable()
    asyncio.run(serve(json.loads(sys.argv[1])))
