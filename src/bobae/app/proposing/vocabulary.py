"""What the words in a control engineer's names mean: places, machines, their parts, and what says nothing of either.

English and Korean, with the short forms that controllers' names are full of. A word is looked up in lower case and
without the number behind it.
"""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# ISA-95 places above a machine
AREA = _set(
    "enterprise company site plant factory fab area shop workshop hall building bldg zone_area department dept "
    "section bay floor utility utilities 공장 사업장 구역 동 공정 작업장 건물 부서 구간"
)
LINE = _set("line ln cell workcell workcenter train stream 라인 셀 계열")

# machines, whatever stands below them
MACHINE = _set(
    "machine mc mch equipment equip eqp eq device tool robot rbt press prs cnc lathe mill milling grinder drill "
    "saw injection imm molding moulding extruder ext mixer reactor furnace oven kiln boiler chiller compressor "
    "comp turbine generator genset blower agv amr crane hoist conveyor conv cnv filler capper labeler labeller "
    "packer packaging palletizer wrapper sorter feeder welder laser printer coater dryer washer etcher etch cvd "
    "pvd cmp implanter stepper scanner tester handler loader unloader transformer inverterstation meter analyzer "
    "ahu tower unit station stn st workstation op tank silo vessel column 설비 장비 호기 기계 프레스 사출기 압출기 "
    "로봇 성형기 선반 밀링 가공기 연삭기 절단기 용접기 조립기 포장기 충전기 보일러 컴프레서 압축기 공조기 냉동기 "
    "건조기 세척기 가열로 전기로 열처리로 반응기 믹서 혼합기 컨베이어 크레인 에칭기 식각기 증착기"
)

# parts of a machine: what is below them is a signal of the machine
PART = _set(
    "axis ax axes zone zn heater htr motor mtr mot pump pmp pp valve vlv vv cylinder cyl drive drv inverter inv "
    "vfd spindle spd spindles sensor sens probe hydraulic hydraulics hyd pneumatic pneumatics pneu lube "
    "lubrication lub cooling coolant cool cooler clnt heating electrical electric elec power pwr energy safety "
    "guard die mold mould chamber chm pm module mod loadport lp port lot gas mfc rf chuck stage slot head nozzle "
    "bearing brg gearbox gear shaft belt fan filter accumulator acc tankside phase ph channel ch input in output "
    "out io ai ao di do pid loop controller ctrl controllers control params parameters parameter setpoints "
    "setpoint settings recipe status state states alarms alarm alm faults fault warnings counters counter cnt "
    "statistics stats production prod process operation oper quality energy_meter general info hmi command "
    "commands cmd mode temps temperatures pressures flows levels speeds currents positions vibration vib joint "
    "joints arm gripper tcp oil air water steam main notification operationcounters machineryitemstate "
    "machineryoperationmode items 축 존 히터 모터 펌프 밸브 실린더 드라이브 인버터 스핀들 주축 센서 유압 공압 "
    "윤활 냉각 가열 전기 전력 금형 챔버 모듈 포트 가스 노즐 베어링 감속기 벨트 팬 필터 축압기 상 채널 입력 출력 "
    "제어 설정 레시피 상태 알람 경보 카운터 생산 품질 운전"
)

# folders that an address space is made of, not a plant
WRAPPER = _set(
    "objects root var views machines deviceset components monitoring parameterset machinerybuildingblocks "
    "functionalgroup datablocksglobal datablocksinstance datablocks instancedatablocks globalvars "
    "globalvariables global globals gvl gvls main programs program mainprogram application applications "
    "resources resource tags tag packtags packml iecdata static data processdata values variables vars "
    "measurements measurement metrics metric inputs outputs inouts memory controllertags symbols pous prg plcprg "
    "public retain namespace spbv umh raw historian nodes 태그 데이터 변수 측정값"
)
# a level of this name says something only where it has brothers
WEAK = _set(
    "plc plcs cpu controller channel chan device dev server node edge gateway gw simulation simulator siemens s7 "
    "simatic modbus modbustcp mitsubishi melsec allenbradley rockwell ab omron fanuc beckhoff ads twincat "
    "codesys ethernet ethernetip tcp tcpip opcua opc kepware kepserverex ls lselectric xgt port"
)
# blocks that a controller counts: DB10, and v1 of a topic
BLOCK_NUMBER = _set("db idb fb v")
# words before a name that say what kind of block it is
BLOCK_PREFIX = _set("db idb gvl fb st prg pou udt inst arr")

# what a device says of itself
IDENTITY = _set(
    "identification nameplate namespacemetadata methodset lock locking deviceinfo manufacturer vendorname "
    "serverdiagnostics servercapabilities serverredundancy serverstatus buildinfo vendorserverinfo "
    "sessionsdiagnosticssummary deviceclass devicerevision devicemanual hardwarerevision softwarerevision "
    "hardwareversion softwareversion firmwareversion firmware serialnumber serialno revisioncounter "
    "manufactureruri productinstanceuri icon types typedefinition yearofconstruction monthofconstruction "
    "initialoperationdate interfaceversion dictionaryentries connectioninfo"
)
# kinds of registers: a number below one of them is no name
REGISTER = _set("holding input coil coils discrete register registers holdingregisters inputregisters discreteinputs")
CONTROL = _set("nodecontrol devicecontrol")
SESSION = _set("bdseq")

# leaves that are the signal named by the folder above them
VALUE = _set("value val pv currentvalue actualvalue presentvalue processvalue actual 값 현재값")
# leaves that a control loop or an analogue block has: the folder above them is a signal, no machine
BLOCK = VALUE | _set(
    "sp op mv out output cv mode man auto quality hi lo hh ll hihi lolo high low hilim lolim limit min max alarm "
    "setpoint spt err error unit eu status deadband raw kp ki kd ti td gain"
)

TEMPERATURE = _set("temp temperature temps tmp tmpr te tc 온도 유온 수온")
CURRENT = _set("current curr cur amp amps amperage crnt 전류")
VOLTAGE = _set("voltage volt volts 전압")
POWER = _set("power pwr watt load 전력")
FORCE = _set("force tension 장력 tonnage load clamp 하중 가압력 하중값 형체력")
TORQUE = _set("torque trq tq moment 토크")
TIME = _set("time duration cycle elapsed delay runtime run dwell ct operating hours remaining 시간 사이클 사이클타임")
LENGTH = _set(
    "position pos diameter 직경 stroke distance length height width gap depth level lvl displacement thickness "
    "위치 거리 높이 두께 수위 변위"
)
VIBRATION = _set("vibration vib acceleration accel acc shock 진동 가속도")
WEIGHT = _set("weight mass shot load 중량 무게")
VOLUME = _set("volume level lvl total totalizer vol 부피 적산")
SPEED = _set("speed velocity spd vel rate feed vibration vib 속도 회전수")
QUANTITY = (
    TEMPERATURE
    | CURRENT
    | VOLTAGE
    | POWER
    | FORCE
    | TORQUE
    | TIME
    | LENGTH
    | VIBRATION
    | WEIGHT
    | VOLUME
    | SPEED
    | _set(
        "pres lvl angle 각도 풍량 압 pressure press humidity flow level frequency freq count counter total energy "
        "ratio percent flux density ph conductivity concentration oee yield voltage signal value state status mode "
        "recipe product lot batch wafer step alarm fault running run start stop ready auto enable setpoint sp pv sv "
        "압력 유량 습도 진공 상태 수량 제품 모드 가동 운전 정지 경보"
    )
)
