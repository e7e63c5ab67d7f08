# SPDX-License-Identifier: Apache-2.0
"""一网 sensing network: things, datastreams, observations and their quality."""
