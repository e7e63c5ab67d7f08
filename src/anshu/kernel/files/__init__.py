# SPDX-License-Identifier: Apache-2.0
"""附件 uploads checked by content, positions read, thumbnails."""
