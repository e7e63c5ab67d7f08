# SPDX-License-Identifier: Apache-2.0
"""Alarms in the console: made by devices, answered by people."""

from tests.cast import alarm, datastream, rule, thing
from tests.console.suite import HERE, RegisterSuite

from anshu.domain.alerts.models import Alarm


class TestAlarms(RegisterSuite):
    """A township sees and answers its own alarms."""

    slug = "alarms"
    role = "R11"
    name_field = "title"

    def make(self, number, division_code=HERE, **values):
        row = alarm(rule(datastream(thing(f"RV{number:03d}", division_code=division_code))))
        Alarm.objects.filter(pk=row.pk).update(**{"title": f"水位告警{number:03d}", **values})
        row.refresh_from_db()
        return row

    def _mark(self, row):
        return row.title

    def test_signing_for_an_alarm_is_the_primary_verb_and_leaves_a_trace(self):
        row = self.make(1)
        client = self.as_(self.insider())
        verbs = client.get(self.url("detail", row.pk)).context["verbs"]
        assert verbs[0].action.primary
        assert client.post(self.url("act", row.pk, "acknowledged")).status_code == 302
        row.refresh_from_db()
        assert row.acknowledged_at is not None

    def test_an_alarm_out_of_scope_cannot_be_signed_for(self):
        row = self.make(1)
        assert self.as_(self.outsider()).post(self.url("act", row.pk, "acknowledged")).status_code == 404

    def test_clearing_without_a_reason_is_refused_in_words(self):
        row = self.make(1)
        answer = self.as_(self.insider()).post(self.url("act", row.pk, "cleared"), {"reason": ""})
        assert answer.status_code == 422
        assert "理由" in answer.content.decode()
