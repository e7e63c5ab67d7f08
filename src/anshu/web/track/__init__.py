# SPDX-License-Identifier: Apache-2.0
"""Track playback: where one vehicle or boat went in a period, on the map, as a table and as files."""
