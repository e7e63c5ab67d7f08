# SPDX-License-Identifier: Apache-2.0
"""Benchmarks: measured figures with their references and targets."""
