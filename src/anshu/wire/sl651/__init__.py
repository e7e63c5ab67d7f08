# SPDX-License-Identifier: Apache-2.0
"""SL 651-2014 hydrological telemetry (水文监测数据通信规约)."""
