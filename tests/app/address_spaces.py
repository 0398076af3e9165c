"""Address spaces as plants have them, each with what an engineer would make of it: asset, tag and unit of every name.

The answers were written from the names alone. A row is `path | kind | unit the source tells -> asset tag unit`; '-' is
none, and a row that ends in `-> out` is one that must not be proposed.
"""

from dataclasses import dataclass

from bobae.core import Offered


@dataclass(frozen=True)
class Space:
    """One source: what it offers, and path -> (asset, tag, unit), or None where it is to be left out."""

    name: str
    offered: tuple[Offered, ...]
    answers: dict[str, tuple[str, str, str | None] | None]
    classes: tuple[frozenset[str], ...] = ()  # assets that must come out as of one class


def _space(name: str, rows: str, *classes: str) -> Space:
    offered, answers = [], {}
    for row in filter(None, map(str.strip, rows.splitlines())):
        said, answer = row.split(" -> ")
        path, kind, unit = (part.strip() for part in said.rsplit(" | ", 2))
        kind_ = {"n": "number", "f": "flag", "t": "text", "x": None}[kind]
        offered.append(Offered(f"ns=2;s={path}", path, kind_, None if unit == "-" else unit))
        if answer.strip() == "out":
            answers[path] = None
        else:
            asset, tag, code = answer.split()
            answers[path] = (asset, tag, None if code == "-" else code)
    return Space(name, tuple(offered), answers, tuple(frozenset(one.split()) for one in classes))


# the proposals were worked out on these
WORKED_ON = (
    _space(
        "s7_server",  # an S7-1500's own OPC UA server: data blocks below the PLC
        """
        PLC_1/DataBlocksGlobal/DB_Press1/Hydraulics/OilTemp | n | - -> press1 hydraulics_oil_temp -
        PLC_1/DataBlocksGlobal/DB_Press1/Hydraulics/MainPressure_bar | n | - -> press1 hydraulics_main_pressure bar
        PLC_1/DataBlocksGlobal/DB_Press1/Hydraulics/PumpFlow_l_min | n | - -> press1 hydraulics_pump_flow L/min
        PLC_1/DataBlocksGlobal/DB_Press1/Motor/Current_A | n | - -> press1 motor_current A
        PLC_1/DataBlocksGlobal/DB_Press1/Motor/Speed_rpm | n | - -> press1 motor_speed {rev}/min
        PLC_1/DataBlocksGlobal/DB_Press1/StrokeCounter | n | - -> press1 stroke_counter -
        PLC_1/DataBlocksGlobal/DB_Press1/Running | f | - -> press1 running -
        PLC_1/DataBlocksGlobal/DB_Press2/Hydraulics/OilTemp | n | - -> press2 hydraulics_oil_temp -
        PLC_1/DataBlocksGlobal/DB_Press2/Hydraulics/MainPressure_bar | n | - -> press2 hydraulics_main_pressure bar
        PLC_1/DataBlocksGlobal/DB_Press2/Hydraulics/PumpFlow_l_min | n | - -> press2 hydraulics_pump_flow L/min
        PLC_1/DataBlocksGlobal/DB_Press2/Motor/Current_A | n | - -> press2 motor_current A
        PLC_1/DataBlocksGlobal/DB_Press2/Motor/Speed_rpm | n | - -> press2 motor_speed {rev}/min
        PLC_1/DataBlocksGlobal/DB_Press2/StrokeCounter | n | - -> press2 stroke_counter -
        PLC_1/DataBlocksGlobal/DB_Press2/Running | f | - -> press2 running -
        PLC_1/DataBlocksGlobal/DB_Press2/Recipe/Table | x | - -> out
        PLC_1/DeviceManual | t | - -> out
        PLC_1/DeviceRevision | t | - -> out
        """,
        "press1 press2",
    ),
    _space(
        "s7_dotted",  # names as a gateway without a tree gives them
        """
        "DB10"."Line1"."Press3"."OilTemp_degC" | n | - -> line1/press3 oil_temp Cel
        "DB10"."Line1"."Press3"."MainPressure" | n | bar -> line1/press3 main_pressure bar
        "DB10"."Line1"."Press3"."Mode" | n | - -> line1/press3 mode -
        "DB10"."Line1"."Press4"."OilTemp_degC" | n | - -> line1/press4 oil_temp Cel
        "DB10"."Line1"."Press4"."MainPressure" | n | bar -> line1/press4 main_pressure bar
        "DB10"."Line1"."Press4"."Mode" | n | - -> line1/press4 mode -
        "DB11"."Line2"."Oven1"."Zone[1].Temp" | n | Cel -> line2/oven1 zone1_temp Cel
        "DB11"."Line2"."Oven1"."Zone[2].Temp" | n | Cel -> line2/oven1 zone2_temp Cel
        "DB11"."Line2"."Oven1"."BeltSpeed_m_min" | n | - -> line2/oven1 belt_speed m/min
        """,
        "line1/press3 line1/press4",
    ),
    _space(
        "kepware",  # channel.device.tag, one PLC a machine, with the server's own tags
        """
        _System/_Time | t | - -> out
        _System/_ActiveTagCount | n | - -> out
        Siemens_S7/_Statistics/_SuccessfulReads | n | - -> out
        Siemens_S7/CNC01/_System/_Error | f | - -> out
        Siemens_S7/CNC01/SpindleSpeed_rpm | n | - -> cnc01 spindle_speed {rev}/min
        Siemens_S7/CNC01/SpindleLoad_pct | n | - -> cnc01 spindle_load %
        Siemens_S7/CNC01/FeedRate_mm_min | n | - -> cnc01 feed_rate mm/min
        Siemens_S7/CNC01/Axis/X_Pos_mm | n | - -> cnc01 axis_x_pos mm
        Siemens_S7/CNC01/Program | t | - -> cnc01 program -
        Siemens_S7/CNC02/SpindleSpeed_rpm | n | - -> cnc02 spindle_speed {rev}/min
        Siemens_S7/CNC02/SpindleLoad_pct | n | - -> cnc02 spindle_load %
        Siemens_S7/CNC02/FeedRate_mm_min | n | - -> cnc02 feed_rate mm/min
        Siemens_S7/CNC02/Axis/X_Pos_mm | n | - -> cnc02 axis_x_pos mm
        Siemens_S7/CNC02/Program | t | - -> cnc02 program -
        """,
        "cnc01 cnc02",
    ),
    _space(
        "kepware_dotted",  # the same server through its flat item names
        """
        Channel1.Device1.BOILER_STEAM_PRESS_BAR | n | - -> device1 boiler_steam_press bar
        Channel1.Device1.BOILER_WATER_LVL_PCT | n | - -> device1 boiler_water_lvl %
        Channel1.Device1.BURNER_ON | f | - -> device1 burner_on -
        Channel1.Device2.BOILER_STEAM_PRESS_BAR | n | - -> device2 boiler_steam_press bar
        Channel1.Device2.BOILER_WATER_LVL_PCT | n | - -> device2 boiler_water_lvl %
        Channel1.Device2.BURNER_ON | f | - -> device2 burner_on -
        """,
        "device1 device2",
    ),
    _space(
        "beckhoff",  # TwinCAT symbols with Hungarian letters
        """
        PLC1/GVL_Filler/fFillVolume_ml | n | - -> filler fill_volume mL
        PLC1/GVL_Filler/fProductTemp | n | Cel -> filler product_temp Cel
        PLC1/GVL_Filler/nBottleCount | n | - -> filler bottle_count -
        PLC1/GVL_Filler/bRunning | f | - -> filler running -
        PLC1/GVL_Filler/arrHistory | x | - -> out
        PLC1/GVL_Capper/fTorque_Nm | n | - -> capper torque N.m
        PLC1/GVL_Capper/nCapCount | n | - -> capper cap_count -
        PLC1/GVL_Capper/bRunning | f | - -> capper running -
        PLC1/MAIN/fbConveyor[1]/fSpeed_m_s | n | - -> conveyor1 speed m/s
        PLC1/MAIN/fbConveyor[1]/bRunning | f | - -> conveyor1 running -
        PLC1/MAIN/fbConveyor[2]/fSpeed_m_s | n | - -> conveyor2 speed m/s
        PLC1/MAIN/fbConveyor[2]/bRunning | f | - -> conveyor2 running -
        """,
        "conveyor1 conveyor2",
    ),
    _space(
        "machinery",  # OPC UA for Machinery (40001) with a machine tool's monitoring
        """
        Machines/MillingCenter/Identification/SerialNumber | t | - -> out
        Machines/MillingCenter/Identification/Manufacturer | t | - -> out
        Machines/MillingCenter/MachineryBuildingBlocks/MachineryItemState/CurrentState | t | - -> \
milling_center machinery_item_state_current_state -
        Machines/MillingCenter/MachineryBuildingBlocks/OperationCounters/PowerOnDuration | n | h -> \
milling_center operation_counters_power_on_duration h
        Machines/MillingCenter/Monitoring/Spindle/SpindleSpeed | n | {rev}/min -> milling_center spindle_speed {rev}/min
        Machines/MillingCenter/Monitoring/Spindle/IsRotating | f | - -> milling_center spindle_is_rotating -
        Machines/MillingCenter/Monitoring/Channel1/FeedOverride | n | % -> milling_center channel1_feed_override %
        Machines/MillingCenter/Components/Coolant/Identification/SerialNumber | t | - -> out
        Machines/MillingCenter/Components/Coolant/Temperature | n | Cel -> milling_center coolant_temperature Cel
        Machines/Lathe/Identification/SerialNumber | t | - -> out
        Machines/Lathe/Monitoring/Spindle/SpindleSpeed | n | {rev}/min -> lathe spindle_speed {rev}/min
        """,
    ),
    _space(
        "sparkplug",  # group / edge node / device / metric
        """
        Busan/PackagingLine1/Node Control/Rebirth | f | - -> out
        Busan/PackagingLine1/bdSeq | n | - -> out
        Busan/PackagingLine1/LineSpeed | n | - -> busan/packaging_line1 line_speed -
        Busan/PackagingLine1/Filler1/Temperature | n | Cel -> busan/packaging_line1/filler1 temperature Cel
        Busan/PackagingLine1/Filler1/Motor/Current | n | A -> busan/packaging_line1/filler1 motor_current A
        Busan/PackagingLine1/Filler1/Count/Good | n | - -> busan/packaging_line1/filler1 count_good -
        Busan/PackagingLine1/Filler2/Temperature | n | Cel -> busan/packaging_line1/filler2 temperature Cel
        Busan/PackagingLine1/Filler2/Motor/Current | n | A -> busan/packaging_line1/filler2 motor_current A
        Busan/PackagingLine1/Filler2/Count/Good | n | - -> busan/packaging_line1/filler2 count_good -
        Busan/PackagingLine1/Palletizer/State | t | - -> busan/packaging_line1/palletizer state -
        Busan/PackagingLine1/Palletizer/LayerTime_s | n | - -> busan/packaging_line1/palletizer layer_time s
        Busan/PackagingLine1/Palletizer/Device Control/Reboot | f | - -> out
        """,
        "busan/packaging_line1/filler1 busan/packaging_line1/filler2",
    ),
    _space(
        "etch1",  # status variables of one semiconductor tool (SEMI E5 S1F11/S1F12)
        """
        CLOCK | t | - -> etch1 clock -
        ControlState | n | - -> etch1 control_state -
        ProcessState | n | - -> etch1 process_state -
        PPExecName | t | - -> etch1 pp_exec_name -
        PM1_ChamberPressure | n | mTorr -> etch1 pm1_chamber_pressure um[Hg]
        PM1_RFForwardPower | n | W -> etch1 pm1_rf_forward_power W
        PM1_RFReflectedPower | n | W -> etch1 pm1_rf_reflected_power W
        PM1_Gas1Flow_sccm | n | - -> etch1 pm1_gas1_flow cm3/min
        PM1_ESCTemp_C | n | - -> etch1 pm1_esc_temp Cel
        PM2_ChamberPressure | n | mTorr -> etch1 pm2_chamber_pressure um[Hg]
        PM2_RFForwardPower | n | W -> etch1 pm2_rf_forward_power W
        LP1_CarrierID | t | - -> etch1 lp1_carrier_id -
        AlarmsEnabled | x | - -> out
        """,
    ),
    _space(
        "korean",  # a Korean integrator's names
        """
        1라인/프레스1호기/유온(℃) | n | - -> 1라인/프레스1호기 유온 Cel
        1라인/프레스1호기/주압력_bar | n | - -> 1라인/프레스1호기 주압력 bar
        1라인/프레스1호기/모터전류(A) | n | - -> 1라인/프레스1호기 모터전류 A
        1라인/프레스1호기/운전상태 | t | - -> 1라인/프레스1호기 운전상태 -
        1라인/프레스2호기/유온(℃) | n | - -> 1라인/프레스2호기 유온 Cel
        1라인/프레스2호기/주압력_bar | n | - -> 1라인/프레스2호기 주압력 bar
        1라인/프레스2호기/모터전류(A) | n | - -> 1라인/프레스2호기 모터전류 A
        1라인/프레스2호기/운전상태 | t | - -> 1라인/프레스2호기 운전상태 -
        2라인/건조기/존1온도_℃ | n | - -> 2라인/건조기 존1온도 Cel
        2라인/건조기/풍량[m3/h] | n | - -> 2라인/건조기 풍량 m3/h
        """,
        "1라인/프레스1호기 1라인/프레스2호기",
    ),
    _space(
        "korean_flat",
        """
        사출1호기_노즐온도_C | n | - -> 사출1호기 노즐온도 Cel
        사출1호기_형체력_kN | n | - -> 사출1호기 형체력 kN
        사출1호기_사이클타임_s | n | - -> 사출1호기 사이클타임 s
        사출2호기_노즐온도_C | n | - -> 사출2호기 노즐온도 Cel
        사출2호기_형체력_kN | n | - -> 사출2호기 형체력 kN
        사출2호기_사이클타임_s | n | - -> 사출2호기 사이클타임 s
        """,
        "사출1호기 사출2호기",
    ),
    _space(
        "flat_plc",  # everything in the name, as old projects have it
        """
        PRS1_HYD_PRESS_BAR | n | - -> prs1 hyd_press bar
        PRS1_OIL_TEMP_C | n | - -> prs1 oil_temp Cel
        PRS1_MTR_CUR_A | n | - -> prs1 mtr_cur A
        PRS1_CYC_TIME_S | n | - -> prs1 cyc_time s
        PRS1_RUN | f | - -> prs1 run -
        PRS2_HYD_PRESS_BAR | n | - -> prs2 hyd_press bar
        PRS2_OIL_TEMP_C | n | - -> prs2 oil_temp Cel
        PRS2_MTR_CUR_A | n | - -> prs2 mtr_cur A
        PRS2_CYC_TIME_S | n | - -> prs2 cyc_time s
        PRS2_RUN | f | - -> prs2 run -
        """,
        "prs1 prs2",
    ),
    _space(
        "flat_lines",
        """
        L1_OVN1_Z1_TEMP_C | n | - -> l1/ovn1 z1_temp Cel
        L1_OVN1_Z2_TEMP_C | n | - -> l1/ovn1 z2_temp Cel
        L1_OVN1_FAN_RPM | n | - -> l1/ovn1 fan_rpm {rev}/min
        L1_OVN2_Z1_TEMP_C | n | - -> l1/ovn2 z1_temp Cel
        L1_OVN2_Z2_TEMP_C | n | - -> l1/ovn2 z2_temp Cel
        L1_OVN2_FAN_RPM | n | - -> l1/ovn2 fan_rpm {rev}/min
        L2_OVN1_Z1_TEMP_C | n | - -> l2/ovn1 z1_temp Cel
        L2_OVN1_Z2_TEMP_C | n | - -> l2/ovn1 z2_temp Cel
        L2_OVN1_FAN_RPM | n | - -> l2/ovn1 fan_rpm {rev}/min
        """,
        "l1/ovn1 l1/ovn2 l2/ovn1",
    ),
    _space(
        "flat_machines",  # a packaging line in one controller, without numbers
        """
        FILLER_SPEED | n | - -> filler speed -
        FILLER_PRODUCT_TEMP_C | n | - -> filler product_temp Cel
        FILLER_STATE | n | - -> filler state -
        CAPPER_TORQUE_NM | n | - -> capper torque N.m
        CAPPER_STATE | n | - -> capper state -
        LABELER_LABELS_LEFT | n | - -> labeler labels_left -
        LABELER_STATE | n | - -> labeler state -
        """,
    ),
    _space(
        "meter",  # an energy meter: one device, all in one list
        """
        Voltage_L1_V | n | V -> meter voltage_l1 V
        Voltage_L2_V | n | V -> meter voltage_l2 V
        Current_L1_A | n | A -> meter current_l1 A
        Current_L2_A | n | A -> meter current_l2 A
        ActivePower_kW | n | - -> meter active_power kW
        ApparentPower_kVA | n | - -> meter apparent_power kV.A
        ActiveEnergy_kWh | n | - -> meter active_energy kW.h
        Frequency_Hz | n | - -> meter frequency Hz
        PowerFactor | n | - -> meter power_factor -
        """,
    ),
    _space(
        "process",  # instrument tags after ISA-5.1 in units of a process plant
        """
        Area100/Reactor1/TIC101/PV | n | Cel -> area100/reactor1 tic101 Cel
        Area100/Reactor1/TIC101/SP | n | Cel -> area100/reactor1 tic101_sp Cel
        Area100/Reactor1/PT102/PV | n | bar -> area100/reactor1 pt102 bar
        Area100/Reactor1/LIC103/PV | n | % -> area100/reactor1 lic103 %
        Area100/Reactor1/LIC103/OP | n | % -> area100/reactor1 lic103_op %
        Area200/Column1/FT201/PV | n | kg/h -> area200/column1 ft201 kg/h
        Area200/Column1/TT202/PV | n | Cel -> area200/column1 tt202 Cel
        """,
    ),
    _space(
        "uns",  # a unified namespace over MQTT: enterprise/site/area/line/cell and a tag
        """
        umh/v1/acme/busan/press_shop/line1/press1/_raw/oil_temperature | n | - -> press_shop/line1/press1 \
oil_temperature -
        umh/v1/acme/busan/press_shop/line1/press1/_raw/main_pressure_bar | n | - -> press_shop/line1/press1 \
main_pressure bar
        umh/v1/acme/busan/press_shop/line1/press2/_raw/oil_temperature | n | - -> press_shop/line1/press2 \
oil_temperature -
        umh/v1/acme/busan/press_shop/line1/press2/_raw/main_pressure_bar | n | - -> press_shop/line1/press2 \
main_pressure bar
        umh/v1/acme/busan/paint_shop/line1/oven1/_raw/zone1_temp_c | n | - -> paint_shop/line1/oven1 zone1_temp Cel
        """,
        "press_shop/line1/press1 press_shop/line1/press2",
    ),
    _space(
        "rockwell",  # ControlLogix program tags
        """
        Program:MainProgram/Conv_01/Speed_FPM | n | - -> conv01 speed_fpm -
        Program:MainProgram/Conv_01/Motor_Amps | n | - -> conv01 motor_amps A
        Program:MainProgram/Conv_01/Running | f | - -> conv01 running -
        Program:MainProgram/Conv_02/Speed_FPM | n | - -> conv02 speed_fpm -
        Program:MainProgram/Conv_02/Motor_Amps | n | - -> conv02 motor_amps A
        Program:MainProgram/Conv_02/Running | f | - -> conv02 running -
        """,
        "conv01 conv02",
    ),
    _space(
        "robots",  # robotic cells, one companion-like folder a motion device
        """
        DeviceSet/Cell3/Robot1/Axes/Axis_1/ActualPosition | n | deg -> cell3/robot1 axes_axis1_actual_position deg
        DeviceSet/Cell3/Robot1/Axes/Axis_2/ActualPosition | n | deg -> cell3/robot1 axes_axis2_actual_position deg
        DeviceSet/Cell3/Robot1/Axes/Axis_1/MotorTemperature | n | Cel -> cell3/robot1 axes_axis1_motor_temperature Cel
        DeviceSet/Cell3/Robot1/Manufacturer | t | - -> out
        DeviceSet/Cell3/Robot2/Axes/Axis_1/ActualPosition | n | deg -> cell3/robot2 axes_axis1_actual_position deg
        DeviceSet/Cell3/Robot2/Axes/Axis_2/ActualPosition | n | deg -> cell3/robot2 axes_axis2_actual_position deg
        DeviceSet/Cell3/Robot2/Axes/Axis_1/MotorTemperature | n | Cel -> cell3/robot2 axes_axis1_motor_temperature Cel
        DeviceSet/Cell3/WeldCount | n | - -> cell3 weld_count -
        """,
        "cell3/robot1 cell3/robot2",
    ),
)

# Written after the proposals had been worked out, in two batches of seven and six. Of these the first proposals got
# right: 0.76 and 0.87 of the assets, 0.87 and 0.85 of the names, 0.94 and 0.89 of the units, with no unit wrong. The
# rest has been mended since, so these too are no test of what is new any more.
WRITTEN_LATER = (
    _space(
        "ignition",  # a supervisory system's tag folders
        """
        Seoul/Assembly/Line 1/Welder 1/Current | n | A -> assembly/line1/welder1 current A
        Seoul/Assembly/Line 1/Welder 1/Electrode Force (kN) | n | - -> assembly/line1/welder1 electrode_force kN
        Seoul/Assembly/Line 1/Welder 1/Weld Time (ms) | n | - -> assembly/line1/welder1 weld_time ms
        Seoul/Assembly/Line 1/Welder 2/Current | n | A -> assembly/line1/welder2 current A
        Seoul/Assembly/Line 1/Welder 2/Electrode Force (kN) | n | - -> assembly/line1/welder2 electrode_force kN
        Seoul/Assembly/Line 1/Welder 2/Weld Time (ms) | n | - -> assembly/line1/welder2 weld_time ms
        Seoul/Assembly/Line 2/Screwdriver 1/Torque (Nm) | n | - -> assembly/line2/screwdriver1 torque N.m
        Seoul/Assembly/Line 2/Screwdriver 1/Angle (deg) | n | - -> assembly/line2/screwdriver1 angle deg
        """,
        "assembly/line1/welder1 assembly/line1/welder2",
    ),
    _space(
        "euromap",  # OPC UA for injection moulding machines (EUROMAP 77)
        """
        DeviceSet/IMM_0815/MachineInformation/SerialNumber | t | - -> out
        DeviceSet/IMM_0815/MachineStatus/MachineMode | n | - -> imm0815 machine_status_machine_mode -
        DeviceSet/IMM_0815/InjectionUnits/InjectionUnit_1/TemperatureZones/BarrelTemperatureZone_1/ActualTemperature\
 | n | Cel -> \
imm0815 injection_units_injection_unit1_temperature_zones_barrel_temperature_zone1_actual_temperature Cel
        DeviceSet/IMM_0815/Moulds/Mould_1/MouldStatus | n | - -> imm0815 moulds_mould1_mould_status -
        DeviceSet/IMM_0815/Jobs/ActiveJob/JobName | t | - -> imm0815 jobs_active_job_job_name -
        DeviceSet/IMM_0815/Jobs/ActiveJobValues/LastCycleTime | n | s -> \
imm0815 jobs_active_job_values_last_cycle_time s
        DeviceSet/IMM_0816/MachineStatus/MachineMode | n | - -> imm0816 machine_status_machine_mode -
        DeviceSet/IMM_0816/Jobs/ActiveJobValues/LastCycleTime | n | s -> \
imm0816 jobs_active_job_values_last_cycle_time s
        """,
    ),
    _space(
        "packml",  # a PackML machine in a CODESYS controller
        """
        Application/PackTags/Wrapper1/Status/StateCurrent | n | - -> wrapper1 status_state_current -
        Application/PackTags/Wrapper1/Status/CurMachSpeed | n | - -> wrapper1 status_cur_mach_speed -
        Application/PackTags/Wrapper1/Admin/ProdProcessedCount | n | - -> wrapper1 admin_prod_processed_count -
        Application/PackTags/Wrapper1/Admin/Alarm | x | - -> out
        Application/PackTags/Cartoner1/Status/StateCurrent | n | - -> cartoner1 status_state_current -
        Application/PackTags/Cartoner1/Status/CurMachSpeed | n | - -> cartoner1 status_cur_mach_speed -
        """,
    ),
    _space(
        "melsec",  # global labels of a Mitsubishi controller, a furnace line
        """
        FUR01_ZONE1_PV_degC | n | - -> fur01 zone1_pv Cel
        FUR01_ZONE1_SV_degC | n | - -> fur01 zone1_sv Cel
        FUR01_ZONE2_PV_degC | n | - -> fur01 zone2_pv Cel
        FUR01_O2_PPM | n | - -> fur01 o2_ppm [ppm]
        FUR01_GAS_FLOW_M3H | n | - -> fur01 gas_flow m3/h
        FUR02_ZONE1_PV_degC | n | - -> fur02 zone1_pv Cel
        FUR02_ZONE1_SV_degC | n | - -> fur02 zone1_sv Cel
        FUR02_ZONE2_PV_degC | n | - -> fur02 zone2_pv Cel
        FUR02_O2_PPM | n | - -> fur02 o2_ppm [ppm]
        FUR02_GAS_FLOW_M3H | n | - -> fur02 gas_flow m3/h
        """,
        "fur01 fur02",
    ),
    _space(
        "korean_mixed",  # English short forms under Korean folders
        """
        제1공장/조립라인/볼트체결기1호기/TORQUE_NM | n | - -> 제1공장/조립라인/볼트체결기1호기 torque N.m
        제1공장/조립라인/볼트체결기1호기/ANGLE_DEG | n | - -> 제1공장/조립라인/볼트체결기1호기 angle deg
        제1공장/조립라인/볼트체결기1호기/OK수량 | n | - -> 제1공장/조립라인/볼트체결기1호기 ok수량 -
        제1공장/조립라인/볼트체결기2호기/TORQUE_NM | n | - -> 제1공장/조립라인/볼트체결기2호기 torque N.m
        제1공장/조립라인/볼트체결기2호기/ANGLE_DEG | n | - -> 제1공장/조립라인/볼트체결기2호기 angle deg
        제1공장/조립라인/볼트체결기2호기/OK수량 | n | - -> 제1공장/조립라인/볼트체결기2호기 ok수량 -
        제1공장/도장라인/건조로/온도(℃) | n | - -> 제1공장/도장라인/건조로 온도 Cel
        제1공장/도장라인/건조로/습도(%) | n | - -> 제1공장/도장라인/건조로 습도 %
        """,
        "제1공장/조립라인/볼트체결기1호기 제1공장/조립라인/볼트체결기2호기",
    ),
    _space(
        "cmp2",  # status variables of a polishing tool
        """
        EquipmentState | n | - -> cmp2 equipment_state -
        Platen1_DownForce_psi | n | - -> cmp2 platen1_down_force [psi]
        Platen1_Speed_rpm | n | - -> cmp2 platen1_speed {rev}/min
        Platen2_DownForce_psi | n | - -> cmp2 platen2_down_force [psi]
        Platen2_Speed_rpm | n | - -> cmp2 platen2_speed {rev}/min
        SlurryFlow_mlmin | n | - -> cmp2 slurry_flow mL/min
        WaferID | t | - -> cmp2 wafer_id -
        RecipeName | t | - -> cmp2 recipe_name -
        """,
    ),
    _space(
        "compressors",  # a utility room through a gateway, capital letters and points
        """
        UTIL.COMP01.DISCH_PRESS_KPA | n | - -> util/comp01 disch_press kPa
        UTIL.COMP01.MOTOR_TEMP_C | n | - -> util/comp01 motor_temp Cel
        UTIL.COMP01.LOAD_HRS | n | - -> util/comp01 load_hrs h
        UTIL.COMP02.DISCH_PRESS_KPA | n | - -> util/comp02 disch_press kPa
        UTIL.COMP02.MOTOR_TEMP_C | n | - -> util/comp02 motor_temp Cel
        UTIL.COMP02.LOAD_HRS | n | - -> util/comp02 load_hrs h
        UTIL.CHILLER.SUPPLY_TEMP_C | n | - -> util/chiller supply_temp Cel
        UTIL.CHILLER.POWER_KW | n | - -> util/chiller power kW
        """,
        "util/comp01 util/comp02",
    ),
    _space(
        "extrusion",  # symbols of an Omron controller
        """
        Extruder_1.Barrel.Zone[1].ActTemp | n | Cel -> extruder1 barrel_zone1_act_temp Cel
        Extruder_1.Barrel.Zone[2].ActTemp | n | Cel -> extruder1 barrel_zone2_act_temp Cel
        Extruder_1.Screw.Speed_rpm | n | - -> extruder1 screw_speed {rev}/min
        Extruder_1.Screw.Torque_pct | n | - -> extruder1 screw_torque %
        Extruder_1.MeltPressure_bar | n | - -> extruder1 melt_pressure bar
        Haul_Off.Speed_m_min | n | - -> haul_off speed m/min
        Haul_Off.Length_m | n | - -> haul_off length m
        Winder_1.Tension_N | n | - -> winder1 tension N
        Winder_1.Diameter_mm | n | - -> winder1 diameter mm
        """,
    ),
    _space(
        "battery",  # an electrode coater in Korean and short English
        """
        코터1호기_존1_온도_℃ | n | - -> 코터1호기 존1_온도 Cel
        코터1호기_존2_온도_℃ | n | - -> 코터1호기 존2_온도 Cel
        코터1호기_장력_N | n | - -> 코터1호기 장력 N
        코터1호기_LINE_SPEED_mpm | n | - -> 코터1호기 line_speed m/min
        코터2호기_존1_온도_℃ | n | - -> 코터2호기 존1_온도 Cel
        코터2호기_존2_온도_℃ | n | - -> 코터2호기 존2_온도 Cel
        코터2호기_장력_N | n | - -> 코터2호기 장력 N
        코터2호기_LINE_SPEED_mpm | n | - -> 코터2호기 line_speed m/min
        """,
        "코터1호기 코터2호기",
    ),
    _space(
        "dairy",  # Sparkplug, metrics with folders
        """
        DairyPlant/Pasteurizer/Node Control/Rebirth | f | - -> out
        DairyPlant/Pasteurizer/Heat Exchanger/Outlet Temperature | n | Cel -> \
dairy_plant/pasteurizer heat_exchanger_outlet_temperature Cel
        DairyPlant/Pasteurizer/Heat Exchanger/Flow Rate | n | L/h -> \
dairy_plant/pasteurizer heat_exchanger_flow_rate L/h
        DairyPlant/Pasteurizer/State | t | - -> dairy_plant/pasteurizer state -
        DairyPlant/FillingHall/Filler A/Bottles Per Minute | n | - -> \
dairy_plant/filling_hall/filler_a bottles_per_minute -
        DairyPlant/FillingHall/Filler A/Reject Count | n | - -> dairy_plant/filling_hall/filler_a reject_count -
        DairyPlant/FillingHall/Filler B/Bottles Per Minute | n | - -> \
dairy_plant/filling_hall/filler_b bottles_per_minute -
        DairyPlant/FillingHall/Filler B/Reject Count | n | - -> dairy_plant/filling_hall/filler_b reject_count -
        """,
        "dairy_plant/filling_hall/filler_a dairy_plant/filling_hall/filler_b",
    ),
    _space(
        "furnace3",  # status variables of a vertical furnace
        """
        Clock | t | - -> furnace3 clock -
        Tube1_UpperTemp | n | Cel -> furnace3 tube1_upper_temp Cel
        Tube1_LowerTemp | n | Cel -> furnace3 tube1_lower_temp Cel
        Tube1_Pressure_Torr | n | - -> furnace3 tube1_pressure mm[Hg]
        N2Flow_slm | n | - -> furnace3 n2_flow L/min
        BoatPosition_mm | n | - -> furnace3 boat_position mm
        CurrentStep | n | - -> furnace3 current_step -
        LotID | t | - -> furnace3 lot_id -
        """,
    ),
    _space(
        "water",  # pump stations through a telemetry gateway
        """
        Station_North/Pump_1/Flow_m3_h | n | - -> station_north pump1_flow m3/h
        Station_North/Pump_1/Current_A | n | - -> station_north pump1_current A
        Station_North/Pump_2/Flow_m3_h | n | - -> station_north pump2_flow m3/h
        Station_North/Sump_Level_m | n | - -> station_north sump_level m
        Station_South/Pump_1/Flow_m3_h | n | - -> station_south pump1_flow m3/h
        Station_South/Pump_1/Current_A | n | - -> station_south pump1_current A
        Station_South/Pump_2/Flow_m3_h | n | - -> station_south pump2_flow m3/h
        Station_South/Sump_Level_m | n | - -> station_south sump_level m
        """,
        "station_north station_south",
    ),
    _space(
        "codesys",  # a packing cell in a CODESYS controller
        """
        |var|Controller/Application/GVL_IO/rAirPressure_bar | n | - -> codesys io_air_pressure bar
        |var|Controller/Application/PLC_PRG/Robot/rCycleTime_s | n | - -> robot cycle_time s
        |var|Controller/Application/PLC_PRG/Robot/bGripperClosed | f | - -> robot gripper_closed -
        |var|Controller/Application/PLC_PRG/Robot/iPartCount | n | - -> robot part_count -
        |var|Controller/Application/PLC_PRG/Checkweigher/rWeight_g | n | - -> checkweigher weight g
        |var|Controller/Application/PLC_PRG/Checkweigher/bReject | f | - -> checkweigher reject -
        """,
    ),
)
