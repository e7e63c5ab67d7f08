# SPDX-License-Identifier: Apache-2.0
"""Values as files: streamed, a part at a time, so that a year of many stations needs no memory."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anshu.domain.sensing.choices import Quality
from anshu.domain.sensing.selectors.history import Curve, Step, curves, points_at_most
from anshu.kernel.audit.actor import Actor
from anshu.kernel.audit.services import record
from anshu.web.history.asking import Asked

_PART = 20_000
# What a row takes in each form, measured on five-minute values.
_CSV_BYTES, _PARQUET_BYTES = 95, 14
_RAW = """
select datastream_id, at, value, quality, checks, received_at from sensing_observation
where datastream_id = any(%s) and at >= %s and at < %s order by datastream_id, at
"""
_QUALITIES = {each.value: each.name.lower() for each in Quality}
_FIELDS = [
    ("station", pa.string()), ("name", pa.string()), ("property", pa.string()), ("unit", pa.string()),
    ("at", pa.timestamp("us", tz="Asia/Shanghai")),
]  # fmt: skip
_RAW_FIELDS = [
    ("value", pa.float64()), ("quality", pa.string()), ("checks", pa.int32()),
    ("received_at", pa.timestamp("us", tz="Asia/Shanghai")),
]  # fmt: skip
_STEP_FIELDS = [
    ("low", pa.float64()), ("high", pa.float64()), ("total", pa.float64()), ("mean", pa.float64()),
    ("usable", pa.int32()), ("good", pa.int32()), ("reported", pa.int32()),
]  # fmt: skip
Row = Sequence[Any]


def estimate(asked: Asked) -> dict[str, int]:
    """This will tell how many rows an export has, and about how many bytes in each form."""
    rows = points_at_most(asked.streams, asked.since, asked.until, asked.step)
    return {"rows": rows, "csv": rows * _CSV_BYTES, "parquet": rows * _PARQUET_BYTES}


def exported(asked: Asked, form: str, *, actor: Actor, now: datetime) -> None:
    """This will note who took which values out."""
    changes = {
        "property": asked.property_code,
        "things": [each.thing_id for each in asked.streams],
        "since": asked.since.isoformat(),
        "until": asked.until.isoformat(),
        "step": asked.step.value,
        "form": form,
    }
    with transaction.atomic():
        record(actor=actor, now=now, action="observations.exported", changes=changes)


def heads(step: Step) -> list[str]:
    """This will name the columns for people."""
    common = [_("站点编号"), _("站点"), _("要素"), _("单位"), _("时间")]
    if step is Step.RAW:
        return [*common, _("数值"), _("质量"), _("检查位"), _("接收时间")]
    return [*common, _("最低"), _("最高"), _("合计"), _("平均"), _("可用数"), _("正常数"), _("上报数")]


def as_rows(asked: Asked) -> Iterator[Row]:
    """This will give the rows of a table, times as people here write them."""
    zone = timezone.get_current_timezone()
    for part in _parts(asked):
        for row in part:
            yield [_text(cell, zone) for cell in row]


def as_parquet(asked: Asked) -> IO[bytes]:
    """This will write a file of row groups and give it to be read from its beginning."""
    fields = _FIELDS + (_RAW_FIELDS if asked.step is Step.RAW else _STEP_FIELDS)
    schema = pa.schema(fields)
    file = tempfile.TemporaryFile()  # noqa: SIM115 — whoever sends it closes it
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in _parts(asked):
            columns = list(zip(*part, strict=True))
            arrays = [pa.array(column, type=kind) for column, (_name, kind) in zip(columns, fields, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    file.seek(0)
    return file


def _parts(asked: Asked) -> Iterator[list[Row]]:
    if asked.step is not Step.RAW:
        for stream in asked.streams:
            (curve,) = curves([stream], asked.since, asked.until, asked.step)
            rows = _step_rows(curve)
            for start in range(0, len(rows), _PART):
                yield rows[start : start + _PART]
        return
    about = {each.pk: _about(each) for each in asked.streams}
    # A cursor on the server, for a year of eight stations is a million rows.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_RAW, [list(about), asked.since, asked.until])
        while found := cursor.fetchmany(_PART):
            yield [
                (*about[stream], at, value, _QUALITIES.get(quality, str(quality)), checks, received)
                for stream, at, value, quality, checks, received in found
            ]


def _step_rows(curve: Curve) -> list[Row]:
    about, zone = _about(curve.datastream), timezone.get_current_timezone()
    columns = (curve.at_us, curve.low, curve.high, curve.total, curve.usable, curve.good, curve.reported)
    rows: list[Row] = []
    for at_us, low, high, total, usable, good, reported in zip(*(each.tolist() for each in columns), strict=True):
        mean = total / usable if usable else None
        at = datetime.fromtimestamp(at_us / 1e6, tz=zone)
        rows.append((*about, at, _known(low), _known(high), _known(total), mean, usable, good, reported))
    return rows


def _about(stream: Any) -> tuple[str, str, str, str]:
    return stream.thing.code, stream.thing.name, stream.observed_property.name, stream.observed_property.unit


def _known(value: float) -> float | None:
    return value if value == value else None


def _text(cell: Any, zone: tzinfo) -> Any:
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat()
    return f"{cell:.10g}" if isinstance(cell, float) else cell
