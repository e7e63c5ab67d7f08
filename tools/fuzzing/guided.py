# SPDX-License-Identifier: Apache-2.0
"""Inputs guided by what of the code they reach: `python -m tools.fuzzing.guided TARGET SECONDS FOLDER`, by atheris.

The folder keeps the inputs that reached something new (`corpus`) and those that are findings. The process ends with
code 0 when the time is over without one.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["anshu.wire"]):
    from tools.fuzzing.targets import targets

HANG_S = 5
MOST_MB = 1024


def main(name: str, seconds: str, folder: str) -> None:
    """This will attack one codec for so long."""
    target = targets()[name]
    corpus = Path(folder) / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-timeout={HANG_S}", f"-rss_limit_mb={MOST_MB}", "-max_len=8192"]
    atheris.Setup([sys.argv[0], str(corpus), *limits, f"-artifact_prefix={folder}/", "-verbosity=1"], target.attack)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:4])
