"""secsgem's equipment as it is, its own connection included, at a port; each row on its input is a new pressure."""

import logging
import os
import sys

from secsgem.common import DeviceType
from secsgem.gem import Alarm, CollectionEvent, GemEquipmentHandler, StatusVariable
from secsgem.hsms import HsmsConnectMode, HsmsSettings
from secsgem.secs.variables import F8, String

logging.disable()
tool = GemEquipmentHandler(
    HsmsSettings(
        address="127.0.0.1",
        port=int(sys.argv[1]),
        connect_mode=HsmsConnectMode.ACTIVE if "active" in sys.argv else HsmsConnectMode.PASSIVE,
        device_type=DeviceType.EQUIPMENT,
        session_id=3,
        t5=1.0,
    )
)
for number, name, kind, value in ((101, "Pressure", F8, 1.5), (102, "Lot", String, "LOT-1")):
    tool.status_variables[number] = StatusVariable(number, name, "bar" if kind is F8 else "", kind, False)
    tool.status_variables[number].value = value
tool.collection_events[300] = CollectionEvent(300, "WaferDone", [101, 102])
tool.alarms[12] = Alarm(12, "door", "Door open", 1, 300, 300)
tool.enable()
print("up", flush=True)
for row in sys.stdin:
    tool.status_variables[101].value = float(row)
    tool.trigger_collection_events([300])
os._exit(0)
