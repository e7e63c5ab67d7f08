# SPDX-License-Identifier: Apache-2.0
"""Composition for people: menus, home, the map, the phone pages, the wall."""
