# SPDX-License-Identifier: Apache-2.0
"""The anshu command as its user meets it."""

import json

import pytest
from click.testing import CliRunner
from tests.wire.sl651_times import AT

from anshu.project.command import main
from anshu.project.doctor import Finding, examine
from anshu.wire.sl651 import Group, Station, encode_uplink

GOOD = encode_uplink(
    0x33, Station("0011223344"), serial=1, sent_at=AT, groups=[Group(AT, [("water_level", 10.49)])]
).hex()


def run(*arguments, text=None):
    return CliRunner().invoke(main, list(arguments), input=text, catch_exceptions=False)


def test_decode_gives_one_object_a_line(tmp_path):
    file = tmp_path / "frames.txt"
    file.write_text(f"# comment\n{GOOD}\n\n")
    outcome = run("wire", "decode", "--protocol", "sl651", str(file))
    body = json.loads(outcome.output)
    assert outcome.exit_code == 0
    assert body["observations"][0]["value"] == pytest.approx(10.49)


def test_decode_exits_1_when_anything_was_refused(tmp_path):
    file = tmp_path / "frames.txt"
    file.write_text(f"{GOOD}\n{GOOD[:-4]}0000\n")
    outcome = run("wire", "decode", str(file))
    lines = [json.loads(line) for line in outcome.output.splitlines()]
    assert outcome.exit_code == 1
    assert [line["ok"] for line in lines] == [True, False]
    assert set(lines[1]["error"]) >= {"reason", "offset", "clause"}


def test_decode_reads_standard_input():
    assert run("wire", "decode", "-", text=GOOD).exit_code == 0


def test_every_subcommand_of_the_readme_exists():
    wanted = [
        "up",
        "web",
        "stream",
        "ingest",
        "worker",
        "migrate",
        "demo",
        "replay",
        "wire",
        "user",
        "audit",
        "backup",
        "restore",
        "doctor",
    ]
    assert set(wanted) <= set(main.commands)


def test_a_senseless_speed_is_refused_in_words(tmp_path):
    file = tmp_path / "frames.txt"
    file.write_text(GOOD)
    outcome = run("replay", "--speed", "fast", str(file))
    assert outcome.exit_code == 2
    assert "60x" in outcome.output


@pytest.mark.django_db
def test_the_doctor_gives_a_remedy_for_whatever_is_bad():
    findings = examine()
    assert {finding.grade for finding in findings} <= {"ok", "warn", "bad"}
    assert all(finding.remedy for finding in findings if finding.grade == "bad"), findings
    assert isinstance(findings[0], Finding)


UPLINK = json.dumps({"device": "0102030405060708", "payload_hex": "01755c03771400", "fPort": 85})


def test_decode_takes_a_shipped_decoder_by_name_and_another_from_a_file(tmp_path):
    named = run("wire", "decode", "--protocol", "plain", "--decoder", "milesight_em500_swl", "-", text=UPLINK)
    assert named.exit_code == 0
    assert json.loads(named.output)["observations"][1]["property"] == "submersible_level"
    file = tmp_path / "ours.json"
    file.write_text(json.dumps({"decode": [{"read": "u8", "property": "first", "unit": "1"}]}))
    ours = run("wire", "decode", "--protocol", "payload", "--decoder", str(file), "--device", "D1", "-", text="2a")
    assert json.loads(ours.output)["observations"][0] | {"time": 0} == {
        "thing": "D1",
        "property": "first",
        "time": 0,
        "value": 42.0,
        "unit": "1",
        "quality": "good",
    }


@pytest.mark.parametrize(
    ("options", "content", "said"),
    [
        (("--protocol", "plain", "--decoder", "absent.json"), None, "milesight_em500_swl"),
        (("--protocol", "plain", "--decoder", "FILE"), "{", "JSON"),
        (("--protocol", "plain", "--decoder", "FILE"), '{"decode": [{"read": "u0"}]}', "decode[0].read"),
        (("--protocol", "modbus", "--settings", "FILE"), '{"host": "a", "registers": [{}]}', "registers[0].address"),
        (("--protocol", "sl651", "--decoder", "elsys"), None, "--decoder"),
        (("--protocol", "sl651", "--settings", "x"), None, "--settings"),
        (("--protocol", "mqtt", "--port", "1"), None, "--port"),
        (
            (
                "--protocol",
                "morse",
            ),
            None,
            "morse",
        ),
    ],
)
def test_options_that_will_not_do_are_said_in_words_before_anything_is_read(tmp_path, options, content, said):
    file = tmp_path / "given.json"
    file.write_text(content or "")
    named = [str(file) if each == "FILE" else each for each in options]
    outcome = run("wire", "decode", *named, "-", text="")
    assert outcome.exit_code == 2
    assert said in outcome.output
