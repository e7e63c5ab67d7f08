# SPDX-License-Identifier: Apache-2.0
"""Who may say where the platform goes, what is refused when it is written down, and what is never shown."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from tests.cast import COUNTY, account, county, organisation
from tests.cast import viewer as viewer_of

from anshu.console.registry import registry
from anshu.domain.alerts.services import step_save
from anshu.domain.sensing.models import Connector, ConnectorState
from anshu.domain.sensing.selectors import connectors_running, quarantine_visible
from anshu.domain.sensing.services import (
    Progress,
    connector_create,
    connector_note,
    connector_pause,
    connector_resume,
    connector_retire,
    connector_update,
    model_create,
    policy_create,
)
from anshu.kernel.access.choices import Capability, Right
from anshu.kernel.access.configuring import configures
from anshu.kernel.access.viewer import Absent, Refusal
from anshu.kernel.audit.models import AuditEntry
from anshu.wire.base import CHINA

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 4, 14, 6, tzinfo=CHINA)
SETTINGS = {"protocol": "hj212", "host": "192.0.2.20", "port": 9001}
SECRET = "t0ken-of-theirs"


@pytest.fixture
def keeper():
    county()
    return viewer_of(account("系统管理员", "R24", COUNTY))


def write_down(actor, **values):
    given = {"code": "C1", "name": "市平台", "kind": "tcp", "settings": SETTINGS} | values
    return connector_create(actor=actor, now=NOW, reason="接入", **given)


@pytest.mark.parametrize("role", ["R01", "R03", "R08", "R11", "R22", "R25"])
def test_only_who_keeps_the_configuration_writes_connectors_down(role):
    county()
    with pytest.raises(Absent):
        write_down(viewer_of(account("别人", role, COUNTY)))


class TestAnEnterprise:
    """It keeps its own staff (R16, U on its own unit), and nothing else: what has no place is not its own."""

    @pytest.fixture
    def enterprise(self):
        county()
        return account("企业安全员", "R16", COUNTY, unit=organisation("厂", kind="enterprise"))

    def test_it_writes_nothing_countywide(self, enterprise):
        viewer = viewer_of(enterprise)
        assert viewer.can(Capability.CONFIGURATION, Right.UPDATE)
        assert not configures(viewer)
        given = {"actor": viewer, "now": NOW, "reason": "试"}
        for write in (
            lambda: write_down(viewer),
            lambda: policy_create(name="短", raw_months=1, minute_months=1, source="", **given),
            lambda: model_create(code="m", name="m", kind="river", protocol="mqtt", **given),
            lambda: step_save(step=None, **given),
        ):
            with pytest.raises(Absent):
                write()
        assert not quarantine_visible(viewer).exists()

    @pytest.mark.parametrize("slug", ["connectors", "retention-policies", "purges", "quarantine"])
    def test_it_sees_none_of_the_registers(self, enterprise, slug):
        client = Client()
        client.force_login(enterprise)
        assert client.get(registry.get(slug).url()).status_code == 404


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"kind": "telex"}, "kind", "没有这种方式"),
        ({"settings": {"protocol": "hj212"}}, "settings", "host"),
        ({"kind": "usgs"}, "settings", "url"),
        ({"secret": "a\nb"}, "secret", "可见字符"),
        ({"secret": "x" * 501}, "secret", "500"),
    ],
)
def test_what_cannot_run_is_refused_by_field(keeper, values, field, said):
    with pytest.raises(Refusal) as caught:
        write_down(keeper, **values)
    assert said in caught.value.fields[field]
    assert not Connector.objects.exists()


def test_a_secret_is_sealed_and_neither_log_nor_history_nor_page_shows_it(keeper):
    connector = write_down(keeper, secret=SECRET)
    assert SECRET not in connector.secret
    assert connectors_running()[0].secret == SECRET
    entry = AuditEntry.objects.get(action="connector.created")
    assert SECRET not in str(entry.changes)
    with connection.cursor() as cursor:
        cursor.execute("select to_jsonb(e)::text from sensing_connectorevent e")
        assert "secret" not in cursor.fetchone()[0]
    client = Client()
    client.force_login(account("系统管理员", "R24", COUNTY))
    register = registry.get("connectors")
    for name in ("detail", "edit", "history"):
        page = client.get(register.url(name, connector.pk)).content.decode()
        assert "市平台" in page
        assert SECRET not in page
        assert connector.secret not in page


def test_elsewhere_a_secret_does_not_go_along(keeper):
    connector = write_down(keeper, secret=SECRET)
    moved = SETTINGS | {"host": "192.0.2.66"}
    with pytest.raises(Refusal) as caught:
        connector_update(connector=connector, settings=moved, actor=keeper, now=NOW, reason="x")
    assert "secret" in caught.value.fields
    connector_update(connector=connector, settings=moved, secret="another", actor=keeper, now=NOW, reason="x")
    connector_update(connector=connector, name="改名", actor=keeper, now=NOW, reason="x")
    assert connectors_running()[0].secret == "another"


def test_pausing_stops_it_and_retiring_forgets_the_secret(keeper):
    connector = write_down(keeper, secret=SECRET)
    with pytest.raises(Refusal):
        connector_pause(connector=connector, actor=keeper, now=NOW, reason=" ")
    connector_pause(connector=connector, actor=keeper, now=NOW, reason="检修")
    assert connectors_running() == []
    connector_resume(connector=connector, actor=keeper, now=NOW)
    assert len(connectors_running()) == 1
    connector_retire(connector=connector, actor=keeper, now=NOW, reason="拆除")
    assert (connectors_running(), Connector.objects.get().secret) == ([], "")
    with pytest.raises(Refusal):
        connector_resume(connector=connector, actor=keeper, now=NOW)
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {
        f"connector.{verb}" for verb in ("created", "paused", "resumed", "retired")
    }


def test_how_it_fares_adds_up_and_keeps_where_it_had_read_to(keeper):
    connector = write_down(keeper)
    connector_note(connector_id=connector.pk, progress=Progress(ok_at=NOW, received=5, cursor={"a": "1"}))
    connector_note(connector_id=connector.pk, progress=Progress(failed_at=NOW, failures=2, error="away", received=1))
    state = ConnectorState.objects.get()
    assert (state.received, state.cursor, state.ok_at, state.failures, state.error) == (6, {"a": "1"}, NOW, 2, "away")
    connector_note(connector_id=connector.pk + 1, progress=Progress(ok_at=NOW))
    assert ConnectorState.objects.count() == 1


class TestPages:
    """The register, as the administrator and others meet it."""

    @pytest.fixture
    def client(self):
        county()
        found = Client()
        found.force_login(account("系统管理员", "R24", COUNTY))
        return found

    def test_a_connector_is_written_down_on_a_page(self, client):
        register = registry.get("connectors")
        typed = {"code": "C2", "name": "市平台", "kind": "tcp", "settings": '{"protocol": "hj212"}', "reason": "接入"}
        answer = client.post(register.url("new"), typed)
        assert answer.status_code == 422
        assert "host:必填" in answer.content.decode()
        typed["settings"] = '{"protocol": "hj212", "host": "192.0.2.20", "port": 9001}'
        assert client.post(register.url("new"), typed).status_code == 302
        assert Connector.objects.get().settings == SETTINGS

    def test_the_list_says_how_each_is_doing(self, client, keeper):
        for number, progress in enumerate(
            [None, Progress(ok_at=NOW), Progress(failures=3, failed_at=NOW, error="没有应答")]
        ):
            connector = write_down(keeper, code=f"C{number}", name=f"连接{number}")
            if progress is not None:
                connector_note(connector_id=connector.pk, progress=progress)
        page = client.get(registry.get("connectors").url()).content.decode()
        assert all(word in page for word in ("尚未运行", "正常", "失败 3 次", "没有应答"))
        failing = client.get(registry.get("connectors").url(), {"tab": "failing"}).content.decode()
        assert "连接2" in failing
        assert "连接1" not in failing

    def test_each_kind_has_an_example_to_start_from(self, client):
        target = {"into": "id_settings", "name": "settings"}
        page = client.get("/connectors/examples/", target).content.decode()
        assert "SensorThings" in page
        text = client.get("/connectors/example/", target | {"example": "modbus"}).content.decode()
        assert "registers" in text
        assert client.get("/connectors/example/", target | {"example": "telex"}).status_code == 404

    def test_for_others_none_of_it_exists(self, client, keeper):
        connector = write_down(keeper)
        client.force_login(account("值班员", "R06", COUNTY))
        register = registry.get("connectors")
        for address in (register.url(), register.url("detail", connector.pk), "/connectors/examples/?into=a&name=b"):
            assert client.get(address).status_code == 404
