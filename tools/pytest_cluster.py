# SPDX-License-Identifier: Apache-2.0
"""A pytest plugin: tests run against a real PostGIS, in a private cluster kept between runs.

It is loaded with -p, because the address must stand in the environment before Django reads its settings. Run as a
program it stops the cluster.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
os.environ.setdefault("ANSHU_DATA", str(ROOT / "var" / "test"))

from anshu.project.cluster import Cluster  # noqa: E402  the data folder comes first

CLUSTER = Cluster(Path(os.environ["ANSHU_DATA"]) / "pg", durable=False)

if __name__ == "__main__":
    CLUSTER.stop()
elif "DATABASE_URL" not in os.environ:
    os.environ["DATABASE_URL"] = CLUSTER.ensure()

# WhiteNoise warns about a folder that a fresh data folder does not have yet, and warnings are errors here.
(Path(os.environ["ANSHU_DATA"]) / "static").mkdir(parents=True, exist_ok=True)
