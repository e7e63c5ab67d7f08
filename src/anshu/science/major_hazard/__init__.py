# SPDX-License-Identifier: Apache-2.0
"""重大危险源 major hazard installations: identification and grading by GB 18218-2018."""
