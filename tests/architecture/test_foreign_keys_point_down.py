# SPDX-License-Identifier: Apache-2.0
"""A table may point only at tables further down the ladder, and leaves no mark on them."""

import configparser
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
contracts = configparser.ConfigParser()
contracts.read(ROOT / ".importlinter")


def heights(contract):
    rungs = contracts[f"importlinter:contract:{contract}"]["layers"].split("\n")
    return {name.strip(): -place for place, rung in enumerate(rungs) for name in rung.split("|")}


HEIGHT = {name: value + 100 for name, value in heights("chain").items()} | heights("kernel")


def crossings():
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or not field.related_model:
                continue
            source, target = model._meta.app_label, field.related_model._meta.app_label
            if source != target and source in HEIGHT and target in HEIGHT:
                yield pytest.param(model, field, id=f"{model._meta.label}.{field.name}")


CROSSINGS = list(crossings())


@pytest.mark.parametrize(("model", "field"), CROSSINGS)
def test_a_foreign_key_points_down(model, field):
    assert HEIGHT[field.related_model._meta.app_label] < HEIGHT[model._meta.app_label]


@pytest.mark.parametrize(("model", "field"), CROSSINGS)
def test_a_foreign_key_leaves_no_reverse_accessor(model, field):
    # An account is so near its person that each may lead to the other.
    assert field.remote_field.related_name == "+" or str(field) == "access.User.person"
