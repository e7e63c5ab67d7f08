# SPDX-License-Identifier: Apache-2.0
"""The standard's tables of types, states and units, clause 8."""

from anshu.wire.gb26875.dialects import Analog, Layout

READ_DEVICE_STATE, READ_DEVICE_OPERATIONS, SET_CLOCK, ROLL_CALL = 81, 84, 90, 91
DEVICE_OPERATION = 24

# Table 3, with the parts of each object as 8.3 lays them out
LAYOUTS: dict[int, Layout] = {
    1: Layout("system_state", "上传建筑消防设施系统状态", ("system", "system_state", "time")),
    2: Layout(
        "component_state", "上传建筑消防设施部件运行状态", ("system", "component", "component_state", "note_31", "time")
    ),
    3: Layout("component_analog", "上传建筑消防设施部件模拟量值", ("system", "component", "analog", "time")),
    4: Layout("system_operation", "上传建筑消防设施操作信息", ("system", "system_operation", "time")),
    5: Layout("system_version", "上传建筑消防设施软件版本", ("system", "version")),
    6: Layout("system_configuration", "上传建筑消防设施系统配置情况", ("system", "note")),
    7: Layout("component_configuration", "上传建筑消防设施部件配置情况", ("system", "component", "note_31")),
    8: Layout("system_time", "上传建筑消防设施系统时间", ("system", "clock")),
    21: Layout("device_state", "上传用户信息传输装置运行状态", ("device_state", "time")),
    24: Layout("device_operation", "上传用户信息传输装置操作信息", ("device_operation", "time")),
    25: Layout("device_version", "上传用户信息传输装置软件版本", ("version",)),
    26: Layout("device_configuration", "上传用户信息传输装置配置情况", ("note",)),
    28: Layout("device_time", "上传用户信息传输装置系统时间", ("clock",)),
    61: Layout("read_system_state", "读建筑消防设施系统状态", ("system",), down=True),
    62: Layout("read_component_state", "读建筑消防设施部件运行状态", ("system", "point"), down=True),
    63: Layout("read_component_analog", "读建筑消防设施部件模拟量值", ("system", "point"), down=True),
    64: Layout("read_system_operation", "读建筑消防设施操作信息", ("system", "count", "clock"), down=True),
    65: Layout("read_system_version", "读建筑消防设施软件版本", ("system",), down=True),
    66: Layout("read_system_configuration", "读建筑消防设施系统配置情况", ("system",), down=True),
    67: Layout("read_component_configuration", "读建筑消防设施部件配置情况", ("system", "point"), down=True),
    68: Layout("read_system_time", "读建筑消防设施系统时间", ("system",), down=True),
    81: Layout("read_device_state", "读用户信息传输装置运行状态", ("reserved",), down=True),
    84: Layout("read_device_operation", "读用户信息传输装置操作信息记录", ("count", "clock"), down=True),
    85: Layout("read_device_version", "读用户信息传输装置软件版本", ("reserved",), down=True),
    86: Layout("read_device_configuration", "读用户信息传输装置配置情况", ("reserved",), down=True),
    88: Layout("read_device_time", "读用户信息传输装置系统时间", ("reserved",), down=True),
    89: Layout("initialize", "初始化用户信息传输装置", ("reserved",), down=True),
    90: Layout("set_clock", "同步用户信息传输装置时钟", ("clock",), down=True),
    91: Layout("roll_call", "查岗命令", ("minutes",), down=True),
}
USER_TYPES = range(128, 255)

# 8.2.1.1, bits 0 to 13 of a system's state
SYSTEM_BITS = (
    "fire.normal",
    "fire.alarm",
    "fire.fault",
    "fire.shielded",
    "fire.supervised",
    "fire.start",
    "fire.feedback",
    "fire.delayed",
    "fire.mains_fault",
    "fire.backup_fault",
    "fire.bus_fault",
    "fire.manual",
    "fire.reconfigured",
    "fire.reset",
)
# 8.2.1.2, bits 0 to 8 of a component's state
COMPONENT_BITS = (*SYSTEM_BITS[:8], "fire.power_fault")
# 8.2.1.8, bits 0 to 6 of the transmission device's state
DEVICE_BITS = (
    "fire.normal",
    "fire.alarm",
    "fire.fault",
    "fire.mains_fault",
    "fire.backup_fault",
    "fire.link_fault",
    "fire.line_fault",
)
# 8.2.1.4 and 8.2.1.9, bits 0 to 6
SYSTEM_OPERATIONS = ("reset", "mute", "manual_alarm", "alarm_cleared", "self_test", "acknowledged", "test")
DEVICE_OPERATIONS = ("reset", "mute", "manual_alarm", "alarm_cleared", "self_test", "roll_call_answer", "test")

# Table 6: 0 is not used, 13 to 127 reserved, from 128 on the maker's own
ANALOGS: dict[int, Analog] = {
    1: Analog("fire.event_count", "1", 1, "事件计数"),
    2: Analog("fire.height", "m", 0.01, "高度"),
    3: Analog("fire.temperature", "Cel", 0.1, "温度"),
    4: Analog("fire.pressure", "MPa", 0.1, "压力"),
    5: Analog("fire.pressure", "kPa", 0.1, "压力"),
    6: Analog("combustible_gas", "%", 0.1, "气体浓度(%LEL)"),
    7: Analog("fire.duration", "s", 1, "时间"),
    8: Analog("fire.voltage", "V", 0.1, "电压"),
    9: Analog("fire.current", "A", 0.1, "电流"),
    10: Analog("fire.flow", "L/s", 0.1, "流量"),
    11: Analog("fire.air_flow", "m3/min", 0.1, "风量"),
    12: Analog("wind_speed", "m/s", 1, "风速"),
}

# Table 4
SYSTEMS: dict[int, str] = {
    0: "通用",
    1: "火灾报警系统",
    10: "消防联动控制器",
    11: "消火栓系统",
    12: "自动喷水灭火系统",
    13: "气体灭火系统",
    14: "水喷雾灭火系统(泵启动方式)",
    15: "水喷雾灭火系统(压力容器启动方式)",
    16: "泡沫灭火系统",
    17: "干粉灭火系统",
    18: "防烟排烟系统",
    19: "防火门及卷帘系统",
    20: "消防电梯",
    21: "消防应急广播",
    22: "消防应急照明和疏散指示系统",
    23: "消防电源",
    24: "消防电话",
}

# Table 5
COMPONENTS: dict[int, str] = {
    0: "通用",
    1: "火灾报警控制器",
    10: "可燃气体探测器",
    11: "点型可燃气体探测器",
    12: "独立式可燃气体探测器",
    13: "线型可燃气体探测器",
    16: "电气火灾监控报警器",
    17: "剩余电流式电气火灾监控探测器",
    18: "测温式电气火灾监控探测器",
    21: "探测回路",
    22: "火灾显示盘",
    23: "手动火灾报警按钮",
    24: "消火栓按钮",
    25: "火灾探测器",
    30: "感温火灾探测器",
    31: "点型感温火灾探测器",
    32: "点型感温火灾探测器(S型)",
    33: "点型感温火灾探测器(R型)",
    34: "线型感温火灾探测器",
    35: "线型感温火灾探测器(S型)",
    36: "线型感温火灾探测器(R型)",
    37: "光纤感温火灾探测器",
    40: "感烟火灾探测器",
    41: "点型离子感烟火灾探测器",
    42: "点型光电感烟火灾探测器",
    43: "线型光束感烟火灾探测器",
    44: "吸气式感烟火灾探测器",
    50: "复合式火灾探测器",
    51: "复合式感烟感温火灾探测器",
    52: "复合式感光感温火灾探测器",
    53: "复合式感光感烟火灾探测器",
    61: "紫外火焰探测器",
    62: "红外火焰探测器",
    69: "感光火灾探测器",
    74: "气体探测器",
    78: "图像摄像方式火灾探测器",
    79: "感声火灾探测器",
    81: "气体灭火控制器",
    82: "消防电气控制装置",
    83: "消防控制室图形显示装置",
    84: "模块",
    85: "输入模块",
    86: "输出模块",
    87: "输入/输出模块",
    88: "中继模块",
    91: "消防水泵",
    92: "消防水箱",
    95: "喷淋泵",
    96: "水流指示器",
    97: "信号阀",
    98: "报警阀",
    99: "压力开关",
    101: "阀驱动装置",
    102: "防火门",
    103: "防火阀",
    104: "通风空调",
    105: "泡沫液泵",
    106: "管网电磁阀",
    111: "防烟排烟风机",
    113: "排烟防火阀",
    114: "常闭送风口",
    115: "排烟口",
    116: "电控挡烟垂壁",
    117: "防火卷帘控制器",
    118: "防火门监控器",
    121: "警报装置",
}
