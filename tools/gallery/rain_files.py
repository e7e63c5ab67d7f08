# SPDX-License-Identifier: Apache-2.0
"""Pictures of what each reader makes of a file: codes to amounts, or one made storm through every format."""

import io
from typing import Any

import numpy as np
from PIL import Image

from anshu.science.rainfall import esri_ascii, fmi_pgm, geotiff, hdf5, mch_gif, netcdf, radolan
from tools.gallery.drawing import curves
from tools.gallery.panels import Panels
from tools.gallery.rain_fields import AROUND, on_the_map, storm

panel = Panels()
CODES = np.arange(256, dtype=np.uint8)


@panel("mch_gif", "瑞士 GIF:序号到 mm")
def _gif(axes: Any) -> None:
    rows, columns = mch_gif.SHAPE
    image = Image.fromarray(np.resize(CODES, (rows, columns)), mode="P")
    image.putpalette([value for value in range(256) for _ in range(3)])
    buffer = io.BytesIO()
    image.save(buffer, format="GIF", comment=b"AQC200010000 ACCUm=5")
    read = mch_gif.decode(buffer.getvalue()).values.ravel()[:256]
    curves(axes, CODES, {"": np.where(read > 0, read, np.nan)}, x_label="调色板序号", y_label="mm", log="y")


@panel("fmi_pgm", "芬兰 PGM:灰度到 dBZ")
def _pgm(axes: Any) -> None:
    head = (
        "P5\n# obstime 201609281500\n# type stereographic\n# centrallongitude 25\n# centrallatitude 90\n"
        "# truelatitude 60\n# bottomleft 18.6 57.93\n# topright 34.9 69.01\n"
        "# metersperpixel_x 999.67\n# metersperpixel_y 999.67\n256 1\n255\n"
    )
    read = fmi_pgm.decode(head.encode() + CODES.tobytes()).values[0]
    curves(axes, CODES, {"": read}, x_label="灰度(255 缺测)", y_label="dBZ")


@panel("radolan", "RADOLAN 二进制")
def _radolan(axes: Any) -> None:
    codes = np.zeros((900, 900), "<u2")
    codes[300:700, 300:700] = np.kron(storm()[::-1], np.ones((10, 10))) * 10
    codes[:, :150] = 0x2000 | 2500
    head = f"RW180650100001022BY{900 * 900 * 2 + 60:7d}VS 3SW   2.29.1PR E-01"
    head += "INT  60GP 900x 900MF 00000001MS  8<boo,ess>"
    read = radolan.decode(head.encode() + b"\x03" + codes.tobytes())
    on_the_map(axes, read.values[::10, ::10], "mm(白为缺测)", points=False)


@panel("esri_ascii", "ESRI ASCII")
def _ascii(axes: Any) -> None:
    rows = "\n".join(" ".join(f"{value:.2f}" for value in row) for row in storm())
    head = "ncols 40\nnrows 40\nxllcorner 500000\nyllcorner 3200000\ncellsize 1000\nNODATA_value -9999\n"
    on_the_map(axes, esri_ascii.decode((head + rows).encode(), crs="EPSG:32650").values, points=False)


@panel("netcdf", "netCDF")
def _netcdf(axes: Any) -> None:
    import netCDF4

    file = netCDF4.Dataset("made.nc", "w", memory=1 << 16)
    for name, values in (("y", np.arange(40.0)[::-1]), ("x", np.arange(40.0))):
        file.createDimension(name, 40)
        axis = file.createVariable(name, "f8", (name,))
        axis.units, axis[:] = "km", values
    rain = file.createVariable("rain_rate", "f4", ("y", "x"))
    rain.units, rain[:] = "mm h-1", storm()
    file.proj_string = AROUND
    content = bytes(file.close())
    (read,) = netcdf.decode(content, unit="mm/h")
    on_the_map(axes, read.values, "mm/h", points=False)


@panel("hdf5", "ODIM HDF5")
def _hdf5(axes: Any) -> None:
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_group("what").attrs.update({"object": np.bytes_("COMP"), "date": np.bytes_("20180824")})
        where = {"projdef": np.bytes_("+proj=laea +lat_0=55 +lon_0=10 +ellps=WGS84"), "xscale": 1e3, "yscale": 1e3}
        file.create_group("where").attrs.update(where | {"LL_lon": 10.0, "LL_lat": 55.0, "xsize": 40, "ysize": 40})
        told = {"startdate": "20180824", "starttime": "084500", "enddate": "20180824", "endtime": "090000"}
        what = {"quantity": np.bytes_("RATE"), "gain": 0.05, "offset": 0.0, "nodata": 255.0, "undetect": 0.0}
        file.create_group("dataset1/what").attrs.update(what | {key: np.bytes_(one) for key, one in told.items()})
        file["dataset1/data1/data"] = np.round(storm() / 0.05).astype(np.uint8)
    on_the_map(axes, hdf5.decode(buffer.getvalue())[0].values, "mm/h", points=False)


@panel("geotiff", "GeoTIFF 高程")
def _geotiff(axes: Any) -> None:
    import rasterio

    frame = {"driver": "GTiff", "width": 40, "height": 40, "count": 1, "dtype": "float32", "nodata": -9999}
    frame |= {"crs": "EPSG:32650", "transform": rasterio.Affine(1000, 0, 500_000, 0, -1000, 3_240_000)}
    with rasterio.MemoryFile() as memory:
        with memory.open(**frame) as file:
            file.write((storm() * 100).astype("float32"), 1)
        content = memory.read()
    on_the_map(axes, geotiff.decode(content, unit="m").values, "m", points=False)
