# SPDX-License-Identifier: Apache-2.0
"""Pictures and standing of the methods: one small picture a method, drawn by calling it (bin/docs)."""
