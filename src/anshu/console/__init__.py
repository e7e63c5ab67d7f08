# SPDX-License-Identifier: Apache-2.0
"""The declarative register kit: list, detail, edit, history, import, export."""
