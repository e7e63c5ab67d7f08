# SPDX-License-Identifier: Apache-2.0
"""JT/T 809 between platforms (道路运输车辆卫星定位系统平台数据交换)."""
