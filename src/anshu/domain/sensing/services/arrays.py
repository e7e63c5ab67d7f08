# SPDX-License-Identifier: Apache-2.0
"""Many numbers to PostgreSQL at once, without a Python object for each: arrays in their binary form."""

import struct
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format


class _Array(bytes):
    """A PostgreSQL array in its binary form."""

    oid = 0


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Any) -> bytes:
        """This will hand the bytes over as they are."""
        return bytes(obj)


def _kind(name: str, array_oid: int, element_oid: int, form: str) -> Any:
    """This will make the array type of one element type and its dumper."""
    array = type(name, (_Array,), {"oid": element_oid, "form": np.dtype([("size", ">i4"), ("value", form)])})
    dumper = type(f"{name}Dumper", (_ArrayDumper,), {"oid": array_oid})
    return array, dumper


INT8, _Int8Dumper = _kind("Int8Array", 1016, 20, ">i8")
TIME, _TimeDumper = _kind("TimeArray", 1185, 1184, ">i8")
FLOAT, _FloatDumper = _kind("FloatArray", 1022, 701, ">f8")
INT4, _Int4Dumper = _kind("Int4Array", 1007, 23, ">i4")


def encoded(array: Any, values: np.ndarray[Any, Any]) -> Any:
    """This will write numbers as an array of a type (INT8, TIME, FLOAT, INT4); times are microseconds since 2000."""
    body = np.empty(len(values), dtype=array.form)
    body["size"], body["value"] = array.form["value"].itemsize, values
    return array(struct.pack(">iiIii", 1, 0, array.oid, len(values), 1) + body.tobytes())


def binary_cursor() -> "psycopg.Cursor[Any]":
    """This will open a cursor that binds on the server, on Django's own connection and in its transaction."""
    connection.ensure_connection()
    cursor: psycopg.Cursor[Any] = psycopg.Cursor(connection.connection)
    for array, dumper in ((INT8, _Int8Dumper), (TIME, _TimeDumper), (FLOAT, _FloatDumper), (INT4, _Int4Dumper)):
        cursor.adapters.register_dumper(array, dumper)
    return cursor
