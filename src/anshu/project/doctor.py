# SPDX-License-Identifier: Apache-2.0
"""What is missing or wrong on this machine, and how to mend it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from anshu.project.cluster import Cluster, Unavailable, find_tool
from anshu.project.paths import data_dir

APT = "apt-get install --no-install-recommends"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `grade`: ok, warn or bad."""

    grade: str
    what: str
    remedy: str = ""


def examine() -> list[Finding]:
    """This will look at everything that the platform needs, without changing anything."""
    looks: tuple[Callable[[], Finding], ...] = (_python, _postgres, _postgis, _gis, _database, _fonts, _disk, _front)
    return [_safely(look) for look in looks] + _ports()


def _safely(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as error:
        return Finding("bad", f"{look.__name__.strip('_')}: {error}", "先排除上面的报错,再运行 anshu doctor")


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info < (3, 14):
        return Finding("ok", f"Python {version}")
    return Finding("bad", f"Python {version} 不受支持", "请使用 Python 3.11–3.13")


def _postgres() -> Finding:
    if os.environ.get("DATABASE_URL"):
        return Finding("ok", "使用 DATABASE_URL 指定的数据库")
    try:
        version = subprocess.run([find_tool("postgres"), "--version"], capture_output=True, text=True, check=True)
    except Unavailable:
        return Finding("bad", "没有找到 PostgreSQL", f"{APT} postgresql postgresql-15-postgis-3")
    return Finding("ok", version.stdout.strip())


def _postgis() -> Finding:
    if os.environ.get("DATABASE_URL"):
        return Finding("ok", "PostGIS 由外部数据库提供")
    share = subprocess.run([find_tool("pg_config"), "--sharedir"], capture_output=True, text=True, check=False)
    control = f"{share.stdout.strip()}/extension/postgis.control"
    if os.path.exists(control):
        return Finding("ok", "PostGIS 已安装")
    return Finding("bad", "没有找到 PostGIS", f"{APT} postgresql-15-postgis-3")


def _gis() -> Finding:
    from anshu.project.gislibs import bundled_library

    bundled_library("pyogrio", "libgdal")
    bundled_library("shapely", "libgeos_c")
    return Finding("ok", "GDAL、GEOS 随安装包提供")


def _database() -> Finding:
    url = os.environ.get("DATABASE_URL")
    cluster = Cluster(data_dir() / "pg")
    if url is None and not (cluster.folder / "PG_VERSION").exists():
        return Finding("warn", "私有数据库尚未建立", "首次运行 anshu up 或 bin/demo 时自动建立")
    if url is None and not cluster.running():
        return Finding("warn", "私有数据库未在运行", "运行 anshu up")
    os.environ.setdefault("DATABASE_URL", url or cluster.url())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anshu.project.settings")
    import django
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Finding("warn", f"数据库可用,有 {len(waiting)} 个迁移待执行", "anshu migrate")
    return Finding("ok", "数据库可用,表结构最新")


def _fonts() -> Finding:
    if shutil.which("fc-list") is None:
        return Finding("ok", "字体由浏览器所在的计算机提供")
    found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout
    if found.strip():
        return Finding("ok", "有中文字体")
    return Finding("warn", "没有中文字体,服务器端截图和打印会缺字", f"{APT} fonts-noto-cjk")


def _disk() -> Finding:
    folder = data_dir()
    folder.mkdir(parents=True, exist_ok=True)
    free_gib = shutil.disk_usage(folder).free / 2**30
    if free_gib < 2:
        return Finding("bad", f"数据目录只剩 {free_gib:.1f} GiB", "清理磁盘,或用 ANSHU_DATA 换到别处")
    return Finding("ok", f"数据目录可写,剩余 {free_gib:.0f} GiB")


def _front() -> Finding:
    from pathlib import Path

    import anshu

    built = Path(anshu.__file__).parent / "web/static/dist/manifest.json"
    if built.exists():
        return Finding("ok", "前端已构建")
    return Finding("bad", "前端尚未构建", "运行 bin/demo 或 bin/build-front")


def _ports() -> list[Finding]:
    names = {"ANSHU_WEB": 8000, "ANSHU_STREAM": 8001, "ANSHU_INGEST_HTTP": 8002, "ANSHU_INGEST_SL651": 5651}
    return [_port(name, port) for name, port in names.items()]


def _port(name: str, standard: int) -> Finding:
    host, _, port = os.environ.get(name, f"127.0.0.1:{standard}").rpartition(":")
    with socket.socket() as probe:
        probe.settimeout(0.5)
        taken = probe.connect_ex((host.strip("[]"), int(port))) == 0
    if taken:
        return Finding("warn", f"端口 {port} 已有程序在用", f"若不是安枢,请用 {name}=127.0.0.1:端口 换一个")
    return Finding("ok", f"端口 {port} 可用")
