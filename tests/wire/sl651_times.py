# SPDX-License-Identifier: Apache-2.0
"""One instant that tests of other parts use in frames."""

from datetime import datetime

from anshu.wire.base import CHINA

AT = datetime(2026, 7, 4, 14, 5, tzinfo=CHINA)
