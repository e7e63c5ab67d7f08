# SPDX-License-Identifier: Apache-2.0
"""Opening GeoJSON, Shapefile and GeoPackage files that strangers bring.

The content is checked before GDAL sees it: some formats that GDAL guesses from content can read other files.
"""

import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyogrio
import shapely
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from shapely.geometry.base import BaseGeometry

from anshu.kernel.geo.problems import BoundariesRefusedError, Problem

MOST_BYTES = 200 * 1024 * 1024
MOST_FEATURES = 20_000
_KINDS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".shp": "Shapefile", ".gpkg": "GeoPackage"}
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MAGIC = {"Shapefile": b"\x00\x00\x27\x0a", "GeoPackage": b"SQLite format 3\x00"}
_READ_ERRORS = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, CRSError)


@dataclass(frozen=True, slots=True)
class Layer:
    """The first layer of a file: its system as it says, its columns, a shape and values a row."""

    crs: str | None
    columns: tuple[str, ...]
    shapes: tuple[BaseGeometry | None, ...]
    rows: tuple[dict[str, Any], ...]


def read_layer(path: Path) -> Layer:
    """This will read the first layer of a file; raises BoundariesRefusedError."""
    if not path.is_file():
        raise BoundariesRefusedError(Problem("file_missing", {"file": path.name}))
    _check_size(path.stat().st_size)
    if path.suffix.lower() == ".zip":
        with _unpacked(path) as inner:
            return _read(inner)
    return _read(path)


def _check_size(size: int) -> None:
    if size > MOST_BYTES:
        sizes = {"megabytes": size // 1024**2, "most": MOST_BYTES // 1024**2}
        raise BoundariesRefusedError(Problem("file_too_large", sizes))


@contextmanager
def _unpacked(archive: Path) -> Iterator[Path]:
    """This will unpack an archive's only data file, under names of our own, and remove it afterwards."""
    try:
        with zipfile.ZipFile(archive) as opened, tempfile.TemporaryDirectory() as folder:
            yield _unpack(opened, Path(folder))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BoundariesRefusedError(Problem("file_unreadable", {"kind": "zip"})) from error


def _unpack(opened: zipfile.ZipFile, folder: Path) -> Path:
    _check_size(sum(member.file_size for member in opened.infolist()))
    names = {name: PurePosixPath(name) for name in opened.namelist() if "__MACOSX" not in name}
    data = [path for path in names.values() if path.suffix.lower() in _KINDS]
    if len(data) != 1:
        raise BoundariesRefusedError(Problem("zip_content", {"count": len(data)}))
    main = data[0]
    for name, path in names.items():
        suffix = path.suffix.lower()
        if path == main or (path.with_suffix("") == main.with_suffix("") and suffix in _SHAPEFILE_PARTS):
            (folder / f"boundaries{suffix}").write_bytes(opened.read(name))
    return folder / f"boundaries{main.suffix.lower()}"


def _read(path: Path) -> Layer:
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise BoundariesRefusedError(Problem("file_type", {"file": path.name}))
    _check_content(path, kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return _read_known(path)
    except (*_READ_ERRORS, UnicodeDecodeError, shapely.errors.ShapelyError) as error:
        raise BoundariesRefusedError(Problem("file_unreadable", {"kind": kind})) from error


def _check_content(path: Path, kind: str) -> None:
    with path.open("rb") as opened:
        head = opened.read(64)
    expected = _MAGIC.get(kind)
    fits = head.startswith(expected) if expected else head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    if not fits:
        raise BoundariesRefusedError(Problem("file_unreadable", {"kind": kind}))


def _read_known(path: Path) -> Layer:
    info = pyogrio.read_info(path, layer=0, force_feature_count=True, encoding=_encodings(path)[-1])  # type: ignore[no-untyped-call]
    if info["features"] > MOST_FEATURES:
        counts = {"count": int(info["features"]), "most": MOST_FEATURES}
        raise BoundariesRefusedError(Problem("too_many_features", counts))
    meta, shapes, values = _read_values(path)
    columns = tuple(str(name) for name in meta["fields"])
    rows = (
        [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)] if columns else [{}] * len(shapes)
    )
    drawn = shapely.from_wkb(shapes, on_invalid="ignore")
    return Layer(meta["crs"], columns, tuple(drawn), tuple(rows))


def _read_values(path: Path) -> tuple[dict[str, Any], Sequence[Any], Sequence[Any]]:
    *attempts, last = _encodings(path)
    for encoding in attempts:
        try:
            return _raw(path, encoding)
        except UnicodeDecodeError:
            continue
    return _raw(path, last)


def _raw(path: Path, encoding: str | None) -> tuple[dict[str, Any], Sequence[Any], Sequence[Any]]:
    meta, _, shapes, values = pyogrio.raw.read(path, layer=0, encoding=encoding, force_2d=True)  # type: ignore[no-untyped-call]
    return meta, shapes, values


def _encodings(path: Path) -> tuple[str | None, ...]:
    """A Shapefile without .cpg does not say how it is encoded; in China that is UTF-8 or GB 18030."""
    unsaid = path.suffix.lower() == ".shp" and not path.with_suffix(".cpg").exists()
    return ("utf-8", "gb18030") if unsaid else (None,)
