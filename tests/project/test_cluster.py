# SPDX-License-Identifier: Apache-2.0
"""The private cluster: made once, started when needed, stopped cleanly, clear when it cannot be had."""

import pytest

from anshu.project import cluster as module
from anshu.project.cluster import Cluster, Unavailable


@pytest.fixture
def fresh(tmp_path_factory):
    # A short path: a unix socket's address holds 107 bytes.
    folder = tmp_path_factory.mktemp("pg", numbered=True)
    # The server runs as another user when the tests run as root, and must be able to walk in.
    for place in (folder, *folder.parents[:4]):
        if "pytest" in place.name or "popen" in place.name or place == folder:
            place.chmod(0o755)
    made = Cluster(folder / "pg", durable=True)
    yield made
    made.stop(mode="immediate")


def test_it_starts_with_postgis_and_can_be_asked_for_again(fresh):
    url = fresh.ensure()
    assert fresh.ensure() == url
    assert "t" in fresh._sql("anshu", "select postgis_version() is not null")


def test_it_listens_on_no_network_address(fresh):
    fresh.ensure()
    assert fresh._sql("anshu", "show listen_addresses").strip() == ""


def test_it_comes_back_after_being_killed(fresh):
    fresh.ensure()
    fresh._sql("anshu", "create table kept (n int); insert into kept values (1)")
    fresh.stop(mode="immediate")
    assert not fresh.running()
    fresh.ensure()
    assert fresh._sql("anshu", "select n from kept").strip() == "1"


def test_a_missing_server_names_the_packages(monkeypatch):
    monkeypatch.setattr(module, "_BIN_PLACES", ())
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    with pytest.raises(Unavailable, match="apt-get install"):
        module.find_tool("initdb")
