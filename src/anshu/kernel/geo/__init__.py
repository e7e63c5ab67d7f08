# SPDX-License-Identifier: Apache-2.0
"""坐标 one stored CRS, GCJ-02 at the edges, boundary import."""
