# SPDX-License-Identifier: Apache-2.0
"""The benchmark of the methods: what it reaches, and what it says where it cannot measure."""

import importlib
import json
import subprocess
import sys

import pytest
from tools.bench import __main__ as command
from tools.bench import report, science
from tools.bench.report import Figures, Target


@pytest.mark.parametrize("part", ["grades", "fire_weather", "gas", "blast", "rivers"])
def test_every_figure_of_a_quick_part_reaches_its_target(shared, part):
    found = importlib.import_module(f"tools.bench.{part}").figures()
    assert found.targets
    assert [target.name for target in found.targets if not target.ok] == []


def test_every_part_can_be_run_alone():
    assert set(science.PARTS) <= set(command.names())


def test_listing_the_benchmarks_leaves_django_to_whoever_needs_it():
    said = (
        "from tools.bench.__main__ import names; names(); from django.conf import settings; print(settings.configured)"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_outside_material_nothing_is_measured_and_the_exit_code_says_so(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(report, "SHARED", tmp_path)
    with pytest.raises(SystemExit) as ended:
        science.measure(as_json=True)
    assert ended.value.code == 2
    assert "needs the outside material" in capsys.readouterr().err


def test_figures_are_printed_with_reference_and_target_and_a_missed_one_fails(monkeypatch, capsys):
    part = Figures([Target("speed", 4.0, "×", 5, at_most=False, reference=2.0)], {"size": 700})
    monkeypatch.setattr("tools.bench.rivers.figures", lambda: part)
    found, _ = science.figures(("rivers",))
    assert report.finish("science", found.targets, as_json=True, details=found.details) == 1
    said = json.loads(capsys.readouterr().out)
    row = said["targets"][0]
    assert (row["name"], row["value"], row["reference"], row["target"]) == ("rivers: speed", 4.0, 2.0, 5)
    assert (row["ratio"], row["ok"], said["details"]["rivers: size"]) == (2.0, False, 700)


def test_a_part_that_cannot_measure_does_not_lose_the_others(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("tools.bench.grades.figures", lambda: Figures([Target("cases", 5.0, "", 5)]))
    monkeypatch.setattr("tools.bench.rivers.figures", lambda: report.unmeasured("needs a river"))
    monkeypatch.setattr(report, "SHARED", tmp_path)
    (tmp_path / "data").mkdir()
    assert science.measure(as_json=True, only=["grades", "rivers"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in said["targets"]] == ["grades: cases"]
    assert said["details"]["rivers: not measured"] == "needs a river"


def test_what_is_counted_alike_must_all_be_alike():
    found = Figures()
    found.alike("rows", [0.0, 1e-4, float("inf")], 5e-4)
    assert (found.targets[0].value, found.targets[0].target, found.targets[0].ok) == (2, 3, False)
