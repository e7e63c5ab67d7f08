# SPDX-License-Identifier: Apache-2.0
"""The demonstration's stations. Places are schematic; names, addresses and thresholds are made up."""

from dataclasses import dataclass

THRESHOLD_SOURCE = "演示设定,非官方阈值"


@dataclass(frozen=True, slots=True)
class DemoStation:
    """A station: rain gauge (kind rain), river gauge (river) or reservoir (reservoir)."""

    address: str
    name: str
    kind: str
    lng: float
    lat: float
    # Bed level and level span of the storm in metres; rain stations have none.
    base_m: float = 0.0
    rise_m: float = 0.0
    # Blue, yellow, orange and red thresholds in metres.
    levels: tuple[float, float, float, float] | None = None
    # When the flood wave arrives, in minutes after the heaviest rain at the station's head.
    lag_min: int = 0
    # A reservoir that stays full after the rain keeps its alarm open.
    stays: bool = False

    @property
    def properties(self) -> tuple[str, ...]:
        """What it observes."""
        level = {"river": ("water_level",), "reservoir": ("water_level_upstream",)}.get(self.kind, ())
        return ("rain_5min", "rain_1h", *level, "voltage")


STORY_STATION = "3308250004"

STATIONS: tuple[DemoStation, ...] = (
    DemoStation("3308250001", "大街雨量站", "rain", 119.151, 28.771),
    DemoStation(
        "3308250002", "沐尘水库站", "reservoir", 119.2065, 28.805, 128.0, 3.2, (129.5, 130.5, 132.0, 133.0), 35
    ),
    DemoStation("3308250003", "庙下水位站", "river", 119.118, 28.835, 92.0, 1.6, (93.2, 93.8, 94.6, 95.4), 30),
    DemoStation("3308250004", "溪口水位站", "river", 119.1876, 28.8802, 66.0, 4.1, (67.6, 68.4, 69.6, 71.0), 55),
    DemoStation("3308250005", "罗家水位站", "river", 119.245, 28.925, 74.0, 1.3, (75.4, 76.0, 76.8, 77.6), 40),
    DemoStation(
        "3308250006", "社阳水库站", "reservoir", 119.297, 28.905, 150.0, 3.4, (152.5, 153.5, 154.5, 155.5), 45, True
    ),
    DemoStation("3308250007", "龙洲水位站", "river", 119.171, 29.028, 38.0, 2.6, (40.0, 41.0, 42.0, 43.0), 120),
    DemoStation("3308250008", "湖镇水位站", "river", 119.272, 29.052, 35.0, 2.2, (37.0, 38.0, 39.0, 40.0), 150),
    DemoStation("3308250009", "詹家雨量站", "rain", 119.104, 28.99),
    DemoStation("3308250010", "小南海雨量站", "rain", 119.148, 29.082),
    DemoStation("3308250011", "塔石水位站", "river", 119.121, 29.128, 58.0, 1.1, (59.5, 60.2, 61.0, 61.8), 40),
    DemoStation("3308250012", "模环雨量站", "rain", 119.234, 29.131),
    DemoStation("3308250013", "横山雨量站", "rain", 119.089, 29.223),
    DemoStation("3308250014", "石佛雨量站", "rain", 119.127, 29.26),
    DemoStation("3308250015", "东华雨量站", "rain", 119.2, 29.002),
    DemoStation("3308250016", "沐尘雨量站", "rain", 119.222, 28.788),
    DemoStation("3308250017", "溪口雨量站", "rain", 119.16, 28.9),
    DemoStation("3308250018", "庙下雨量站", "rain", 119.1, 28.815),
)

# One-hour rain in mm: GB/T 28592 has no hourly classes, so these are the demonstration's own.
RAIN_1H_LEVELS = (15.0, 25.0, 40.0, 60.0)
