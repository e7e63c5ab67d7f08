# SPDX-License-Identifier: Apache-2.0
"""How the rights on an attached file are found: by asking for its subject."""

from collections.abc import Callable
from typing import Any

from anshu.kernel.access.viewer import Viewer
from anshu.kernel.audit.refusals import Absent

# Gives the subject, or raises Absent where the viewer may not see it.
Getter = Callable[[Viewer, str], Any]
_getters: dict[str, Getter] = {}


def register_subject(label: str, getter: Getter) -> None:
    """This will have `getter(viewer, pk)` decide who sees the files of a model, such as `grassroots.task`.

    Contexts call it in their app's `ready`. Files of a model that nobody registered are seen by nobody.
    """
    _getters[label.lower()] = getter


def subject_for(viewer: Viewer, label: str, pk: str) -> Any:
    """This will give a file's subject or raise Absent."""
    getter = _getters.get(label)
    if getter is None:
        raise Absent
    return getter(viewer, pk)
