# SPDX-License-Identifier: Apache-2.0
"""一库 risk library: what in the county can hurt people."""
