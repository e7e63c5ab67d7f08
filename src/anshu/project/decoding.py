# SPDX-License-Identifier: Apache-2.0
"""What `anshu wire decode` is given beside the lines: a decoder, registers, a port, a device."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from anshu.wire import payload
from anshu.wire.lines import DECODED, Means
from anshu.wire.modbus import ModbusSettings, SettingsRefused
from anshu.wire.payload import ConfigRefused, Decoder, shipped

_MOST_SHOWN = 20


def means_of(protocol: str, *, decoder: str | None, settings: str | None, port: int | None, device: str) -> Means:
    """This will read what the options name; raises UsageError for what is wrong or would change nothing."""
    if decoder is not None and protocol not in DECODED:
        raise click.UsageError(f"--decoder 只用于 / only for {', '.join(DECODED)}")
    if settings is not None and protocol != "modbus":
        raise click.UsageError("--settings 只用于 / only for modbus")
    if port is not None and protocol != "payload":
        raise click.UsageError("--port 只用于 / only for payload")
    return Means(
        received_at=datetime.now(UTC),
        decoder=None if decoder is None else _decoder(decoder),
        settings=None if settings is None else _settings(settings),
        port=port,
        device=device,
    )


def _decoder(given: str) -> Decoder:
    """This will load a shipped configuration by its name, or one of a file."""
    config = shipped.config(given) if given in shipped.names() else _document("--decoder", given)
    try:
        return payload.load(config)
    except ConfigRefused as refused:
        raise _wrong("--decoder", given, [(each.path, each.message("zh")) for each in refused.problems]) from refused


def _settings(given: str) -> ModbusSettings:
    try:
        return ModbusSettings.parse(_document("--settings", given))
    except SettingsRefused as refused:
        raise _wrong("--settings", given, [(each.path, each.message("zh")) for each in refused.problems]) from refused


def _document(option: str, given: str) -> Any:
    try:
        return json.loads(Path(given).read_text(encoding="utf-8"))
    except OSError as error:
        known = f";预置型号 / shipped: {', '.join(shipped.names())}" if option == "--decoder" else ""
        raise click.UsageError(f"{option} {given}:{error.strerror or error}{known}") from error
    except RecursionError as error:
        raise click.UsageError(f"{option} {given}:嵌套过深 / nested too deeply") from error
    except ValueError as error:
        raise click.UsageError(f"{option} {given}:不是合法的 JSON / not JSON:{error}") from error


def _wrong(option: str, given: str, problems: list[tuple[str, str]]) -> click.UsageError:
    said = [f"  {path or '(整体)'}:{message}" for path, message in problems[:_MOST_SHOWN]]
    return click.UsageError("\n".join([f"{option} {given}:", *said]))
