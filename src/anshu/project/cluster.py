# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL cluster under the data folder, for when no DATABASE_URL names another."""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BIN_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")


class Unavailable(Exception):
    """The cluster cannot be had; the message says what to install or mend."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster: its folder, its socket folder, and whether it may lose data (for tests only)."""

    folder: Path
    durable: bool = True
    port: int = 5432

    @property
    def run_dir(self) -> Path:
        """The folder of the unix socket."""
        return self.folder.parent / "run"

    def url(self, database: str = "anshu") -> str:
        """This will give the DATABASE_URL of one database in the cluster."""
        return f"postgresql://anshu@/{database}?host={self.run_dir}&port={self.port}"

    def ensure(self) -> str:
        """This will initialise and start the cluster where needed and make its database; gives its URL."""
        with self._alone():
            if not (self.folder / "PG_VERSION").exists():
                self._initialise()
            if not self.running():
                self._start()
            self._make_database("anshu")
        return self.url()

    def running(self) -> bool:
        """This will tell whether the server accepts connections."""
        return self._run("pg_isready", "-h", str(self.run_dir), "-p", str(self.port), check=False).returncode == 0

    def stop(self, *, mode: str = "fast") -> None:
        """This will stop the server; does nothing when it is not running."""
        if (self.folder / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.folder), "-m", mode, "-w", "-t", "30", "stop", check=False)

    def _initialise(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run_dir.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
            shutil.chown(self.run_dir, "postgres", "postgres")
        os.chmod(self.folder, 0o700)
        self._run(
            "initdb",
            "-D",
            str(self.folder),
            "-U",
            "anshu",
            "-A",
            "trust",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        )
        (self.folder / "conf.d").mkdir(exist_ok=True)
        with (self.folder / "postgresql.conf").open("a") as conf:
            conf.write("\n".join(self._settings()) + "\n")

    def _settings(self) -> Sequence[str]:
        memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        common = [
            "listen_addresses = ''",
            f"port = {self.port}",
            f"unix_socket_directories = '{self.run_dir}'",
            "unix_socket_permissions = 0700" if os.geteuid() != 0 else "unix_socket_permissions = 0770",
            f"shared_buffers = {max(128, min(2048, memory_mb // 8))}MB",
            "max_connections = 100",
            "timezone = 'Asia/Shanghai'",
            "log_timezone = 'Asia/Shanghai'",
            "jit = off",
            "max_wal_size = 2GB",
            "random_page_cost = 1.1",
        ]
        lossy = ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        return common if self.durable else common + lossy

    def _start(self) -> None:
        log = self.folder / "server.log"
        started = self._run(
            "pg_ctl",
            "-D",
            str(self.folder),
            "-l",
            str(log),
            "-w",
            "-t",
            "60",
            "start",
            check=False,
            quiet=True,
        )
        if started.returncode != 0:
            tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
            raise Unavailable(f"PostgreSQL did not start; the end of {log}:\n{tail}")

    def _make_database(self, name: str) -> None:
        found = self._sql("postgres", f"select 1 from pg_database where datname = '{name}'")
        if "1" not in found:
            self._sql("postgres", f'create database "{name}"')
        self._sql(name, "create extension if not exists postgis; create extension if not exists pg_trgm")

    def _sql(self, database: str, statement: str) -> str:
        done = self._run(
            "psql", "-h", str(self.run_dir), "-p", str(self.port), "-U", "anshu", "-d", database, "-v",
            "ON_ERROR_STOP=1", "-qAtc", statement, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise Unavailable(done.stderr.strip())
        return done.stdout

    def _run(
        self, tool: str, *arguments: str, check: bool = True, quiet: bool = False
    ) -> "subprocess.CompletedProcess[str]":
        command = [str(find_tool(tool)), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # pg_ctl's server keeps inherited pipes open, so starting must not wait for them to close.
        pipe = subprocess.DEVNULL if quiet else subprocess.PIPE
        done = subprocess.run(
            command,
            stdout=pipe,
            stderr=pipe,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd="/",
            check=False,
        )
        if check and done.returncode != 0:
            raise Unavailable(f"{tool}: {(done.stderr or '').strip()}")
        return done

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """This will keep two processes from initialising the same folder at once."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        _open_to_postgres(self.folder.parent)
        with (self.folder.parent / f"{self.folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _open_to_postgres(folder: Path) -> None:
    """This will check, when root, that the postgres user can reach the folder at all."""
    if os.geteuid() != 0:
        return
    reach = subprocess.run(
        ["runuser", "-u", "postgres", "--", "test", "-x", str(folder)],
        cwd="/",
        check=False,
        capture_output=True,
    )
    if reach.returncode != 0:
        raise Unavailable(
            f"the postgres user cannot enter {folder}; put the data elsewhere with ANSHU_DATA=/var/lib/anshu, "
            "or run as an ordinary user"
        )


def find_tool(name: str) -> Path:
    """This will find a PostgreSQL program, newest version first.

    Raises Unavailable naming the packages when there is none.
    """
    places = [Path(path) for pattern in _BIN_PLACES for path in sorted(Path("/").glob(pattern[1:]), reverse=True)]
    for place in places:
        if (place / name).exists():
            return place / name
    if found := shutil.which(name):
        return Path(found)
    raise Unavailable(
        f"{name} was not found; install PostgreSQL with PostGIS: "
        "apt-get install --no-install-recommends postgresql postgresql-15-postgis-3"
    )


def wait_ready(cluster: Cluster, *, seconds: float = 30) -> None:
    """This will wait until the server answers."""
    end = time.monotonic() + seconds
    while not cluster.running():
        if time.monotonic() > end:
            raise Unavailable("PostgreSQL did not become ready")
        time.sleep(0.1)
