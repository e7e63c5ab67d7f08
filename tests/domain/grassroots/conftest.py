# SPDX-License-Identifier: Apache-2.0
"""The scene and short ways to report and move."""

from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from PIL import Image
from tests import cast

from anshu.domain.grassroots.models import Task
from anshu.domain.grassroots.services import task_move, task_report
from anshu.kernel.files.services import file_store

VILLAGE = "330825101200"


@pytest.fixture
def scene(db):
    return cast.scene()


@pytest.fixture
def say(scene):
    """Report and move as somebody, a minute after another."""
    clock = SimpleNamespace(now=cast.NOW)

    def report(user, **fields):
        values = {"kind": "flood", "title": "堤防渗水", "text": "桩号 3+200 处", "point": cast.centre(VILLAGE)}
        return task_report(actor=cast.viewer(user), now=clock.now, **{**values, **fields})

    def move(user, task, transition, **given):
        clock.now += timedelta(minutes=1)
        actor = cast.viewer(user, at=clock.now)
        return task_move(task=task, transition=transition, actor=actor, now=clock.now, given=given)

    def walk(task, *names):
        """Take the ordinary way up to and including the named transitions."""
        ordinary = {
            "accept": (scene.township, {}),
            "assign": (scene.township, {"assignee": scene.village_post}),
            "take": (scene.village, {}),
            "feedback": (scene.village, {"text": "已封堵"}),
            "close": (scene.township, {}),
        }
        for name in names:
            user, given = ordinary[name]
            task = move(user, task, name, **given)
        return Task.objects.get(pk=task.pk)

    return SimpleNamespace(report=report, move=move, walk=walk, clock=clock)


@pytest.fixture
def photo_of(settings, tmp_path):
    """A picture that somebody has just uploaded."""
    settings.DATA_DIR = tmp_path

    def store(user, colour="red"):
        content = BytesIO()
        Image.new("RGB", (40, 30), colour).save(content, "JPEG")
        return file_store(content=content.getvalue(), name="现场.jpg", actor=cast.viewer(user), now=cast.NOW)

    return store
