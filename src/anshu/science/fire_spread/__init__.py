# SPDX-License-Identifier: Apache-2.0
"""林火蔓延 fire spread: how fast a surface fire runs, and the ground it may have reached by when."""
