# SPDX-License-Identifier: Apache-2.0
"""The clock of the sensing network: gaps are asked for again, hours close, what is old enough goes."""

import os

from django.utils import timezone
from procrastinate.contrib.django import app

from anshu.domain.sensing.services import (
    DAILY,
    aggregates_close,
    clocks_measure,
    gaps_fill,
    housekeeping,
    neighbours_compare,
)
from anshu.kernel.audit.actor import platform


@app.periodic(cron="*/15 * * * *")
@app.task(name="sensing.gaps_fill", queueing_lock="sensing.gaps_fill")
def fill_gaps(timestamp: int) -> None:
    """This will request what stations of HJ 212 and SL 651 kept while they could not report (ANSHU_GAP_FILL=0: no)."""
    if os.environ.get("ANSHU_GAP_FILL", "1") == "1":
        gaps_fill(now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="sensing.aggregates_close", queueing_lock="sensing.aggregates_close")
def close_aggregates(timestamp: int) -> None:
    """This will bring minutes, hours and days up to date, late rows included."""
    aggregates_close(now=timezone.now())


@app.periodic(cron="37 3 * * *")
@app.task(name="sensing.housekeeping", queueing_lock="sensing.housekeeping")
def keep_house(timestamp: int) -> None:
    """This will take away what the retention policies say, old raw frames, and commands out of time."""
    housekeeping(actor=platform("retention"), now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="sensing.neighbours_compare", queueing_lock="sensing.neighbours_compare")
def compare_neighbours(timestamp: int) -> None:
    """This will doubt rain and levels that their neighbours contradict."""
    neighbours_compare(now=timezone.now())


@app.periodic(cron="17 2 * * *")
@app.task(name="sensing.outliers_compare", queueing_lock="sensing.outliers_compare")
def compare_outliers(timestamp: int) -> None:
    """This will doubt gauges that have not followed their neighbours for four weeks."""
    neighbours_compare(now=timezone.now(), methods=DAILY)


@app.periodic(cron="4-59/15 * * * *")
@app.task(name="sensing.clocks_measure", queueing_lock="sensing.clocks_measure")
def measure_clocks(timestamp: int) -> None:
    """This will measure how far the clock of each device is off."""
    clocks_measure(now=timezone.now())
