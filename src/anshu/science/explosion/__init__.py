# SPDX-License-Identifier: Apache-2.0
"""火灾爆炸后果 fire and explosion: heat and blast at a distance, and what they do to people."""
