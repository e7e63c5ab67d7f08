# SPDX-License-Identifier: Apache-2.0
"""Limits as decrees and standards word them: a value just below and at each, with the grade it must have."""

# Decree 493 (2007), article 3.
ACCIDENT = [
    ("deaths", 2, "general"),
    ("deaths", 3, "larger"),
    ("deaths", 9, "larger"),
    ("deaths", 10, "major"),
    ("deaths", 29, "major"),
    ("deaths", 30, "extraordinary"),
    ("seriously_injured", 9, "general"),
    ("seriously_injured", 10, "larger"),
    ("seriously_injured", 49, "larger"),
    ("seriously_injured", 50, "major"),
    ("seriously_injured", 99, "major"),
    ("seriously_injured", 100, "extraordinary"),
    ("direct_loss_yuan", 9_999_999.99, "general"),
    ("direct_loss_yuan", 10_000_000, "larger"),
    ("direct_loss_yuan", 49_999_999.99, "larger"),
    ("direct_loss_yuan", 50_000_000, "major"),
    ("direct_loss_yuan", 99_999_999.99, "major"),
    ("direct_loss_yuan", 100_000_000, "extraordinary"),
]
# Forest-fire regulation (decree 541, 2008), article 40.
FOREST_FIRE = [
    ("area_ha", 0.99, "general"),
    ("area_ha", 1, "larger"),
    ("area_ha", 99.9, "larger"),
    ("area_ha", 100, "major"),
    ("area_ha", 999.9, "major"),
    ("area_ha", 1000, "extraordinary"),
    ("deaths", 1, "general"),
    ("deaths", 3, "larger"),
    ("deaths", 10, "major"),
    ("deaths", 30, "extraordinary"),
    ("seriously_injured", 10, "larger"),
    ("seriously_injured", 50, "major"),
    ("seriously_injured", 100, "extraordinary"),
]
# GB/T 28592-2012, table 1, as printed: 12 h from, to; 24 h from, to.
RAIN = {
    "light": (0.1, 4.9, 0.1, 9.9),
    "moderate": (5.0, 14.9, 10.0, 24.9),
    "heavy": (15.0, 29.9, 25.0, 49.9),
    "rainstorm": (30.0, 69.9, 50.0, 99.9),
    "severe_rainstorm": (70.0, 139.9, 100.0, 249.9),
    "extraordinary_rainstorm": (140.0, 999.9, 250.0, 999.9),
}
