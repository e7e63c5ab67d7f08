# SPDX-License-Identifier: Apache-2.0
"""泄漏与扩散 release and dispersion of gases: how much gets out and how far it goes."""
