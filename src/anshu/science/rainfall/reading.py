# SPDX-License-Identifier: Apache-2.0
"""The one door to every reader: bytes in, fields out, the format told by its content."""

import bz2
import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterator
from typing import Final

from anshu.science.rainfall import esri_ascii, fmi_pgm, geotiff, hdf5, mch_gif, netcdf, radolan
from anshu.science.rainfall.grid import Grid, Unit
from anshu.science.standing import Refusal

_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_NETCDF3: Final = b"CDF"
_GZIP, _BZIP2, _ZIP, _GIF, _PGM = b"\x1f\x8b", b"BZh", b"PK\x03\x04", b"GIF8", b"P5"
_TIFF: Final = (b"II*\0", b"MM\0*")
_TAR_MAGIC_AT: Final = 257
# An archive of a day's products is some tens of megabytes; more than this is not one.
_MOST_BYTES: Final = 1 << 30


def read_grids(content: bytes, *, name: str = "", variable: str = "", unit: Unit | None = None) -> tuple[Grid, ...]:
    """Read every rain field of a file or archive, in the order of time where they are dated.

    MeteoSwiss GIF, FMI PGM, ODIM and KNMI HDF5, netCDF, GeoTIFF, RADOLAN binary and text; each plain, gzipped, bzipped,
    tarred or zipped.

    Parameters
    ----------
    content
        The file's bytes.
    name
        Its name, which dates those formats that do not date themselves.
    variable
        netCDF variable or ODIM quantity, where a file has several.
    unit
        Overrides the unit a netCDF file gives or leaves out; a GeoTIFF cannot be read without.

    Raises
    ------
    Refusal
        `unknown_format`, `unit_missing`, or what the format's own reader refuses.
    """
    found = [grid for member, data in _members(content, name) for grid in _decode(data, member, variable, unit)]
    if all(grid.time is not None for grid in found):
        found.sort(key=lambda grid: grid.time.timestamp() if grid.time else 0.0)
    return tuple(found)


def _members(content: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """This will unpack whatever wraps the files."""
    if content[:2] == _GZIP or content[:3] == _BZIP2:
        yield from _members(_inflate(content), name.removesuffix(".gz").removesuffix(".bz2"))
    elif content[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive:
                stream = archive.extractfile(member) if member.isfile() else None
                if stream is not None:
                    yield from _members(stream.read(), member.name)
    elif content[:4] == _ZIP:
        with zipfile.ZipFile(io.BytesIO(content)) as bundle:
            for entry in bundle.namelist():
                if not entry.endswith("/"):
                    yield from _members(bundle.read(entry), entry)
    else:
        yield name, content


def _inflate(content: bytes) -> bytes:
    with (gzip.open if content[:2] == _GZIP else bz2.open)(io.BytesIO(content), "rb") as stream:
        plain = stream.read(_MOST_BYTES + 1)
    if len(plain) > _MOST_BYTES:
        raise Refusal("too_large", most_bytes=_MOST_BYTES)
    return plain


def _decode(content: bytes, name: str, variable: str, unit: Unit | None) -> tuple[Grid, ...]:
    if content[:4] == _GIF:
        return (mch_gif.decode(content, name=name),)
    if content[:2] == _PGM:
        return (fmi_pgm.decode(content),)
    if content[:8] == _HDF5:
        return _hierarchical(content, name, variable, unit)
    if content[:3] == _NETCDF3:
        return netcdf.decode(content, variable=variable, unit=unit, name=name)
    if content[:4] in _TIFF:
        if unit is None:
            raise Refusal("unit_missing", name=name)
        return (geotiff.decode(content, unit=unit),)
    if b"BY" in content[:24] and b"\x03" in content[:2048]:
        return (radolan.decode(content),)
    if b"ncols" in content[:64].lower():
        return (esri_ascii.decode(content, name=name),)
    raise Refusal("unknown_format", name=name)


def _hierarchical(content: bytes, name: str, variable: str, unit: Unit | None) -> tuple[Grid, ...]:
    """This will tell a radar's own HDF5 from netCDF-4 by the groups that ODIM and KNMI name."""
    if b"_NCProperties" not in content and (b"dataset1" in content or b"image1" in content):
        return hdf5.decode(content, quantity=variable)
    return netcdf.decode(content, variable=variable, unit=unit, name=name)
