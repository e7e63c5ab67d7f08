# SPDX-License-Identifier: Apache-2.0
"""The `anshu` command. Each subcommand is thin; its work stands in a module of its own."""

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import click

from anshu.project.cluster import Cluster, Unavailable
from anshu.project.paths import data_dir
from anshu.wire.lines import PROTOCOLS


def say(text: str) -> None:
    """This will tell the person at the terminal what is going on."""
    click.echo(f"[安枢] {text}", err=True)


def private_cluster() -> Cluster | None:
    """This will give the private cluster, or None when DATABASE_URL names a database of the user's own."""
    return None if os.environ.get("DATABASE_URL") else Cluster(data_dir() / "pg")


def prepare(cluster: Cluster | None) -> None:
    """This will make sure that the database answers and that Django knows where it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anshu.project.settings")
    if cluster is not None:
        os.environ["DATABASE_URL"] = cluster.ensure()


def with_django() -> None:
    """This will set Django up on the configured or private database."""
    prepare(private_cluster())
    import django

    django.setup()


def _migrate() -> None:
    from anshu.project.tables import migrate_all

    migrate_all()


def on_stop(action: Callable[[], None]) -> None:
    """This will run the action at the first SIGTERM or Ctrl-C."""

    def handler(_number: int, _frame: FrameType | None) -> None:
        action()

    signal.signal(signal.SIGTERM, handler)
    signal.signal(signal.SIGINT, handler)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="anshu", prog_name="anshu")
def main() -> None:
    """安枢 Anshu: a county's emergency-management and work-safety platform."""


@main.command()
@click.option("--migrate/--no-migrate", default=True, help="Bring the tables up to date first.")
def up(migrate: bool) -> None:
    """Run everything on this machine: database, web, stream, ingest, worker."""
    from anshu.project.supervisor import Supervisor

    cluster = private_cluster()
    prepare(cluster)
    if migrate:
        with_django()
        _migrate()
    supervisor = Supervisor(os.environ, cluster, say)

    def halt() -> None:
        supervisor.stopping = True

    on_stop(halt)
    supervisor.start()
    say(f"http://{os.environ.get('ANSHU_WEB', '127.0.0.1:8000')}/")
    try:
        supervisor.watch()
    finally:
        supervisor.stop()


def _serve(target: str, address: str, **options: Any) -> None:
    from granian import Granian
    from granian.log import LogLevels

    host, port = address.rsplit(":", 1)
    Granian(
        target, address=host.strip("[]"), port=int(port), log_access=False, log_level=LogLevels.error,
        respawn_failed_workers=True, respawn_interval=0.5, workers_kill_timeout=3, **options,
    ).serve()  # fmt: skip


@main.command()
def web() -> None:
    """Serve the pages and the API."""
    prepare(private_cluster())
    from granian.constants import Interfaces

    workers = int(os.environ.get("ANSHU_WEB_WORKERS", "2"))
    address = os.environ.get("ANSHU_WEB", "127.0.0.1:8000")
    _serve("anshu.project.wsgi:application", address, interface=Interfaces.WSGI, workers=workers, blocking_threads=4)


@main.command()
def stream() -> None:
    """Serve the live stream."""
    prepare(private_cluster())
    from granian.constants import Interfaces

    address = os.environ.get("ANSHU_STREAM", "127.0.0.1:8001")
    _serve("anshu.project.asgi:application", address, interface=Interfaces.ASGI, workers=1)


@main.command()
def ingest() -> None:
    """Receive devices' data over TCP and HTTP."""
    with_django()
    import asyncio

    from anshu.ingest.server import run

    asyncio.run(run())


def _with_stream() -> None:
    from django.conf import settings

    with_django()
    if not settings.NATS_SERVERS:
        raise click.ClickException("没有设置 ANSHU_NATS:单机运行请用 anshu ingest。ANSHU_NATS is not set.")


@main.command()
def gateway() -> None:
    """Receive devices' data and put it into the stream (several machines)."""
    _with_stream()
    import asyncio

    from anshu.ingest.jetstream import run_gateway

    asyncio.run(run_gateway())


@main.command("ingest-worker")
def ingest_worker() -> None:
    """Store and judge what gateways put into the stream (several machines)."""
    _with_stream()
    import asyncio

    from anshu.ingest.jetstream import run_worker

    asyncio.run(run_worker())


@main.command()
def worker() -> None:
    """Deliver events to their receivers and run periodic jobs."""
    with_django()
    from anshu.project.worker import run

    run()


@main.command()
def migrate() -> None:
    """Bring the tables up to date."""
    with_django()
    _migrate()
    say("tables are up to date")


@main.command()
@click.option(
    "--check", is_flag=True, help="Run the storm, verify its outcome, stop; exit 0 if all is as it should be."
)
@click.option("--reset", is_flag=True, help="Throw the demonstration's data away first.")
def demo(check: bool, reset: bool) -> None:
    """Run the demonstration county with a storm replayed through the real doors."""
    from anshu.project.demo.run import run

    sys.exit(run(check=check, reset=reset, say=say))


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--protocol", type=click.Choice(["sl651"]), default="sl651", show_default=True)
@click.option("--to", "target", default="127.0.0.1:5651", show_default=True, metavar="HOST:PORT")
@click.option("--speed", default="60x", show_default=True, help="How many times faster than recorded; 0 means at once.")
@click.option("--now", "to_now", is_flag=True, help="Move the recorded times so that the last frame is now.")
def replay(file: Path, protocol: str, target: str, speed: str, to_now: bool) -> None:
    """Send recorded frames through a real socket and count the answers."""
    host, _, port = target.rpartition(":")
    try:
        factor, number = float(speed.rstrip("xX")), int(port)
    except ValueError as error:
        raise click.UsageError("--speed 应为 60x 或 0 这样的数,--to 应为 主机:端口") from error
    from anshu.ingest.replay import replay_file

    outcome = replay_file(path=file, protocol=protocol, host=host.strip("[]"), port=number, speed=factor, to_now=to_now)
    click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
    sys.exit(0 if outcome.complete else 1)


@main.group()
def wire() -> None:
    """Look at frames without the platform."""


@wire.command("decode")
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--protocol", type=click.Choice(PROTOCOLS), default="sl651", show_default=True)
@click.option("--decoder", metavar="NAME|FILE", help="How payloads are read: a shipped model or a configuration.")
@click.option("--settings", metavar="FILE", help="Registers of a Modbus device.")
@click.option("--port", type=click.IntRange(0, 255), help="FPort of payloads that do not say theirs.")
@click.option("--device", default="", help="Address of the device where the messages do not say it.")
def wire_decode(
    file: Any, protocol: str, decoder: str | None, settings: str | None, port: int | None, device: str
) -> None:
    """Decode frames or messages, one a line, to one JSON object a line; exit 1 if any was refused."""
    from anshu.project.decoding import means_of
    from anshu.wire.lines import decode_lines

    means = means_of(protocol, decoder=decoder, settings=settings, port=port, device=device)
    refused = False
    for outcome in decode_lines(protocol, file, means):
        refused = refused or not outcome["ok"]
        click.echo(json.dumps(outcome, ensure_ascii=False))
    sys.exit(1 if refused else 0)


@main.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@click.option("--anchors", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Heads noted earlier.")
def audit_verify(anchors: Path | None) -> None:
    """Walk the hash chain; exit 1 and list every break if it does not hold."""
    with_django()
    from anshu.kernel.audit import chain

    file = anchors or data_dir() / "audit-heads.log"
    verdict = chain.verify(anchors=chain.read_anchors(file))
    for broken in verdict.breaks:
        click.echo(f"{broken.kind}\tchain_no={broken.chain_no}\tentry={broken.entry_id}")
    click.echo(f"{verdict.entries} entries, head {verdict.head_no} {verdict.head_hash}, {len(verdict.breaks)} breaks")
    sys.exit(1 if verdict.breaks else 0)


@main.group()
def user() -> None:
    """Accounts, for the first administrator and for emergencies."""


@user.command("create")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, help="A role code such as R24, SEC, AUD or R06.")
@click.option("--division", default="330825000000", show_default=True)
@click.password_option()
def user_create(username: str, name: str, role: str, division: str, password: str) -> None:
    """Make an account with one role; the password must be changed at the first sign-in."""
    with_django()
    from anshu.project.accounts import create

    _refusable(lambda: create(username=username, name=name, role=role, division=division, password=password))
    say(f"account {username} made")


@user.command("unlock")
@click.argument("username")
def user_unlock(username: str) -> None:
    """Unlock an account that was locked by failed sign-ins."""
    with_django()
    from anshu.project.accounts import unlock

    _refusable(lambda: unlock(username=username))
    say(f"account {username} unlocked")


@user.command("password")
@click.argument("username")
@click.password_option()
def user_password(username: str, password: str) -> None:
    """Set a new password, to be changed at the next sign-in."""
    with_django()
    from anshu.project.accounts import set_password

    _refusable(lambda: set_password(username=username, password=password))
    say(f"password of {username} set")


def _refusable(action: Callable[[], object]) -> None:
    from anshu.kernel.access.viewer import Absent, Refusal

    try:
        action()
    except Refusal as refusal:
        raise click.ClickException(
            refusal.message or "; ".join(f"{name}: {text}" for name, text in refusal.fields.items())
        ) from refusal
    except Absent as absent:
        raise click.ClickException("没有这个账号") from absent


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
def backup(target: Path) -> None:
    """Write database and files into one archive."""
    prepare(private_cluster())
    from anshu.project.backup import make

    _archive(lambda: say(f"{make(target)} bytes written to {target}"))


@main.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put the archive in the place of existing data.")
def restore(source: Path, replace: bool) -> None:
    """Bring database and files back from an archive."""
    prepare(private_cluster())
    from anshu.project.backup import bring_back

    _archive(lambda: bring_back(source, replace=replace))
    say("restored; run `anshu audit verify` to check the log")


def _archive(action: Callable[[], object]) -> None:
    from anshu.project.backup import Unusable

    try:
        action()
    except Unusable as error:
        raise click.ClickException(str(error)) from error


@main.command()
def doctor() -> None:
    """Say what is missing or wrong on this machine, and how to mend it."""
    from anshu.project.doctor import examine

    findings = examine()
    for finding in findings:
        mark = {"ok": "✓", "warn": "!", "bad": "✗"}[finding.grade]
        click.echo(f"{mark} {finding.what}" + (f"\n    → {finding.remedy}" if finding.remedy else ""))
    sys.exit(1 if any(finding.grade == "bad" for finding in findings) else 0)


def run(arguments: Sequence[str] | None = None) -> None:
    """This will run the command and turn a missing database into one clear line."""
    try:
        main(args=list(arguments) if arguments is not None else None, prog_name="anshu")
    except Unavailable as error:
        click.echo(f"[安枢] {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    run()
