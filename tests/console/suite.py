# SPDX-License-Identifier: Apache-2.0
"""What every register must hold, as an inherited test class: a subclass gives data only.

A subclass says which register it is about, makes a row at a place, gives what a person would type into the form, and
names four accounts: one that may write at the place, one with the same role elsewhere, one without any right, and the
one that may create. Everything else is inherited. Rights are always asked of real accounts through real pages.
"""

import csv
import io
import re
from urllib.parse import urlencode

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import COUNTY, account, county, village

from anshu.console.fields import PlaceField
from anshu.console.forms import form_class
from anshu.console.importing import PLACE_PARTS
from anshu.console.models import ImportDraft
from anshu.console.registry import registry
from anshu.kernel.audit.models import AuditEntry

HERE, ELSEWHERE = "330825101200", "330825109205"
TOWNSHIP, OTHER_TOWNSHIP = "330825101000", "330825109000"
SCRIPT = "<script>alert('1')</script>"
REASON = "现场核对"


@pytest.mark.django_db
class RegisterSuite:
    """Subclass it as `Test…`, set `slug` and the role, and give `make` and `typed`."""

    slug = ""
    # The role whose holders may read and update at their place, and the one whose holders may create there.
    role = ""
    creator_role = ""
    # A role that holds nothing on the register's capability.
    powerless_role = "SEC"
    # The field that a change may touch, with another value for it; and the field that names the row.
    change = ("name", "改后的名称")
    name_field = "name"
    form_prefix = ""

    # -- to be given ---------------------------------------------------------------------------------------------

    def make(self, number, division_code=HERE, **values):
        """A stored row, the number telling it apart from others."""
        raise NotImplementedError

    def typed(self, number):
        """What a person types into the form for a new row at HERE, without a reason."""
        raise NotImplementedError

    def creator(self):
        """The account that may create at HERE."""
        return account("新建人", self.creator_role or self.role, TOWNSHIP)

    # -- accounts and addresses ----------------------------------------------------------------------------------

    @pytest.fixture(autouse=True)
    def _places(self):
        county()
        village(HERE)
        village(ELSEWHERE)

    @property
    def register(self):
        return registry.get(self.slug)

    def insider(self):
        return account("本镇办事员", self.role, TOWNSHIP)

    def outsider(self):
        return account("邻镇办事员", self.role, OTHER_TOWNSHIP)

    def powerless(self):
        return account("无权人", self.powerless_role, COUNTY)

    def as_(self, user):
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    def url(self, name="list", *args):
        return self.register.url(name, *args)

    def may(self, *services):
        return all(self.register.service(name) is not None for name in services)

    def _need(self, *services):
        if not self.may(*services):
            pytest.skip(f"{self.slug} declares no {' or '.join(services)}")

    def _need_import(self):
        if not (self.register.importable and self.register.natural_key and self.may("create", "update")):
            pytest.skip(f"{self.slug} takes no tables")

    def pages_of(self, row):
        """Every page and every write of one row: (verb, address, data)."""
        register = self.register
        found = [("get", self.url("detail", row.pk), {})]
        if register.history:
            found.append(("get", self.url("history", row.pk), {}))
        if self.may("update"):
            found.append(("get", self.url("edit", row.pk), {}))
            found.append(("post", self.url("edit", row.pk), {**self.typed(1), "reason": REASON, "version": "0"}))
        if self.may("retire"):
            found.append(("post", self.url("retirement", row.pk), {"reason": REASON}))
            found.append(("post", self.url("bulk"), {"pk": row.pk, "what": "retire"}))
            found.append(
                ("post", self.url("bulk"), {"pk": row.pk, "what": "retire", "confirmed": "1", "reason": REASON})
            )
        if register.attach and self.may("update"):
            found.append(("post", self.url("attach", row.pk), {"file": _text_file()}))
        found += [("post", self.url("phone", row.pk, name), {"reason": REASON}) for name in register.phones]
        return found

    # -- anonymous -----------------------------------------------------------------------------------------------

    def test_anonymous_visitors_are_sent_to_the_login(self):
        row = self.make(1)
        for verb, address, data in [("get", self.url(), {}), *self.pages_of(row)]:
            answer = getattr(self.as_(None), verb)(address, data)
            assert answer.status_code == 302, address
            assert answer.headers["Location"].startswith("/login/"), address

    # -- no right ------------------------------------------------------------------------------------------------

    def test_without_the_capability_nothing_is_there(self):
        row = self.make(1)
        client = self.as_(self.powerless())
        assert client.get(self.url()).status_code == 404
        for verb, address, data in self.pages_of(row):
            assert getattr(client, verb)(address, data).status_code == 404, address
        assert client.get(self.url("export", "csv")).status_code == 404

    # -- right, out of scope -------------------------------------------------------------------------------------

    def test_rows_out_of_scope_look_absent(self):
        row = self.make(1)
        client = self.as_(self.outsider())
        before = self._state(row)
        for verb, address, data in self.pages_of(row):
            answer = getattr(client, verb)(address, data)
            assert answer.status_code == 404, f"{verb} {address}"
        assert self._state(row) == before

    def test_a_row_out_of_scope_answers_like_one_that_never_was(self):
        row = self.make(1)
        client = self.as_(self.outsider())
        there, nowhere = client.get(self.url("detail", row.pk)), client.get(self.url("detail", 999_999_999))
        assert there.status_code == nowhere.status_code == 404
        assert _without_token(there) == _without_token(nowhere)

    def test_the_list_shows_only_the_scope(self):
        inside, outside = self.make(1), self.make(2, ELSEWHERE)
        page = self.as_(self.insider()).get(self.url()).content.decode()
        assert self.url("detail", inside.pk) in page
        assert self.url("detail", outside.pk) not in page

    def test_one_row_out_of_scope_stops_a_whole_bulk_change(self):
        self._need("retire")
        inside, outside = self.make(1), self.make(2, ELSEWHERE)
        data = {"pk": [inside.pk, outside.pk], "what": "retire", "confirmed": "1", "reason": REASON}
        assert self.as_(self.insider()).post(self.url("bulk"), data).status_code == 404
        assert self._state(inside)["retired_at"] is None

    def test_an_export_holds_only_the_scope(self):
        if not self.register.exportable:
            pytest.skip(f"{self.slug} is not exported")
        inside, outside = self.make(1), self.make(2, ELSEWHERE)
        text = self._exported(self.as_(self.insider()))
        assert self._mark(inside) in text
        assert self._mark(outside) not in text

    # -- right, in scope -----------------------------------------------------------------------------------------

    def test_in_scope_every_page_opens(self):
        row = self.make(1)
        client = self.as_(self.insider())
        for verb, address, data in self.pages_of(row):
            if verb == "get":
                assert client.get(address, data).status_code == 200, address
        assert client.get(self.url()).status_code == 200

    def test_a_created_row_is_audited_with_its_reason(self):
        self._need("create")
        answer = self.as_(self.creator()).post(self.url("new"), {**self.typed(1), "reason": REASON})
        assert answer.status_code == 302, self._problems(answer)
        row = self.register.model.objects.latest("pk")
        entry = AuditEntry.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk)).latest("pk")
        assert entry.action.endswith(".created")
        assert entry.reason == REASON

    def test_a_form_without_its_name_is_refused_in_words(self):
        self._need("create")
        answer = self.as_(self.creator()).post(self.url("new"), {**self.typed(1), self.name_field: ""})
        assert answer.status_code == 422
        assert str(self.register.label_of(self.name_field)) in answer.content.decode()
        assert not self.register.model.objects.exists()

    def test_a_change_is_audited_with_its_reason(self):
        self._need("update")
        row = self.make(1)
        answer = self._change(self.as_(self.insider()), row)
        assert answer.status_code == 302, self._problems(answer)
        name, value = self.change
        row.refresh_from_db()
        assert str(getattr(row, name)) == str(value)
        entry = AuditEntry.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk)).latest("pk")
        assert entry.reason == REASON
        assert name in entry.changes

    def test_a_change_without_a_reason_is_refused(self):
        self._need("update")
        row = self.make(1)
        before = self._state(row)
        assert self._change(self.as_(self.insider()), row, reason=" ").status_code == 422
        assert self._state(row) == before

    def test_a_change_over_a_newer_one_is_shown_as_a_conflict(self):
        self._need("update")
        row = self.make(1)
        opened = self.as_(self.insider()).get(self.url("edit", row.pk)).context["version"]
        if not opened:
            pytest.skip(f"{self.slug} keeps no history")
        assert self._change(self.as_(self.insider()), row).status_code == 302
        name, value = self.change
        late = self._change(self.as_(self.insider()), row, version=opened, **{self.name_field: "另一处修改"})
        assert late.status_code == 409
        assert str(value) in late.content.decode() or name != self.name_field
        assert "另一处修改" not in self._state(row).values()

    def test_a_retired_row_leaves_the_list_and_keeps_its_history(self):
        self._need("retire")
        row = self.make(1)
        client = self.as_(self.insider())
        assert client.post(self.url("retirement", row.pk), {"reason": REASON}).status_code == 302
        assert self.url("detail", row.pk) not in client.get(self.url()).content.decode()
        assert REASON in client.get(self.url("history", row.pk)).content.decode()

    def test_bulk_retirement_previews_then_takes_all(self):
        self._need("retire")
        rows = [self.make(1), self.make(2)]
        client, data = self.as_(self.insider()), {"pk": [row.pk for row in rows], "what": "retire"}
        assert client.post(self.url("bulk"), data).status_code == 200
        assert all(self._state(row)["retired_at"] is None for row in rows)
        answer = client.post(self.url("bulk"), {**data, "confirmed": "1", "reason": REASON})
        assert answer.status_code == 200
        assert all(self._state(row)["retired_at"] is not None for row in rows)

    def test_a_script_in_a_name_is_shown_as_text(self):
        row = self.make(1, **{self.name_field: SCRIPT})
        client = self.as_(self.insider())
        for address in (self.url(), self.url("detail", row.pk)):
            page = client.get(address).content.decode()
            assert SCRIPT not in page, address
            assert "&lt;script&gt;" in page, address

    def test_phones_are_masked_until_asked_for_with_a_reason(self):
        if not self.register.phones:
            pytest.skip(f"{self.slug} holds no phones")
        field = self.register.phones[0]
        row = self.make(1, **{field: "13912345678"})
        client = self.as_(self.insider())
        for address in (self.url(), self.url("detail", row.pk)):
            assert "13912345678" not in client.get(address).content.decode(), address
        assert client.post(self.url("phone", row.pk, field), {"reason": ""}).status_code == 422
        answer = client.post(self.url("phone", row.pk, field), {"reason": REASON})
        assert any("13912345678" in str(message) for message in get_messages(answer.wsgi_request))
        assert AuditEntry.objects.filter(action__endswith=".phone_revealed", reason=REASON).exists()

    # -- absurd addresses ----------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "given",
        [
            {"cursor": "%%%"},
            {"cursor": "W251bGwsLTEsMF0"},
            {"sort": "password"},
            {"size": "1000000"},
            {"division": "' or 1=1"},
            {"division": "999"},
            {"q": "\x00'; drop table"},
            {"tab": "nosuch"},
            {"view": "map"},
        ],
        ids=lambda given: "-".join(given),
    )
    def test_absurd_parameters_are_survived(self, given):
        self.make(1)
        assert self.as_(self.insider()).get(f"{self.url()}?{urlencode(given)}").status_code == 200

    def test_the_number_of_queries_does_not_grow_with_the_rows(self):
        client = self.as_(self.insider())
        for number in range(5):
            self.make(number)
        client.get(self.url())
        few = self._queries(client)
        for number in range(5, 50):
            self.make(number)
        assert self._queries(client) == few

    def test_pages_give_every_row_once(self):
        made = {self.make(number).pk for number in range(60)}
        client, seen, address = self.as_(self.insider()), [], self.url()
        while address:
            context = client.get(address).context
            seen += [line.row.pk for line in context["list"].lines]
            after = context["list"].page.after
            address = f"{self.url()}?{context['query'].link(cursor=after)}" if after else ""
        assert len(seen) == len(made)
        assert set(seen) == made

    # -- tables --------------------------------------------------------------------------------------------------

    def test_a_trial_run_writes_nothing(self):
        self._need_import()
        answer = self._try(self.as_(self.creator()), [self.typed(1), self.typed(2)])
        assert answer.context["trial"].counts == {"new": 2, "changed": 0, "unchanged": 0, "refused": 0}, self._verdicts(
            answer
        )
        assert not self.register.model.objects.exists()

    def test_an_import_is_written_once_however_often_it_is_repeated(self):
        self._need_import()
        client = self.as_(self.creator())
        self._commit(client, self._try(client, [self.typed(1), self.typed(2)]))
        assert self.register.model.objects.count() == 2
        again = self._try(client, [self.typed(1), self.typed(2)]).context["trial"]
        assert again.counts == {"new": 0, "changed": 0, "unchanged": 2, "refused": 0}
        assert AuditEntry.objects.filter(action=f"{self.slug}.imported", reason=REASON).exists()

    def test_one_refused_row_keeps_the_whole_table_out(self):
        self._need_import()
        client = self.as_(self.creator())
        answer = self._try(client, [self.typed(1), {**self.typed(2), self.name_field: ""}])
        verdict = answer.context["trial"].verdicts[1]
        assert verdict.number == 3
        assert verdict.problems[0][0] == str(self.register.label_of(self.name_field))
        draft = ImportDraft.objects.latest("pk")
        assert client.post(self.url("import_commit", draft.pk), {"reason": REASON}).status_code == 422
        assert not self.register.model.objects.exists()

    def test_a_table_cannot_change_what_lies_elsewhere(self):
        self._need_import()
        row = self.make(1, ELSEWHERE)
        key = self.register.natural_key[0]
        answer = self._try(self.as_(self.insider()), [{**self.typed(1), key: str(getattr(row, key))}])
        assert answer.context["trial"].counts["refused"] == 1

    def test_somebody_elses_draft_looks_absent(self):
        self._need_import()
        self._try(self.as_(self.creator()), [self.typed(1)])
        draft = ImportDraft.objects.latest("pk")
        assert self.as_(self.outsider()).post(self.url("import_commit", draft.pk)).status_code == 404

    def test_an_export_is_noted_in_the_audit_log(self):
        if not self.register.exportable:
            pytest.skip(f"{self.slug} is not exported")
        self.make(1)
        self._exported(self.as_(self.insider()))
        assert AuditEntry.objects.filter(action=f"{self.slug}.exported").exists()

    def test_an_exported_formula_is_inert(self):
        if not self.register.exportable:
            pytest.skip(f"{self.slug} is not exported")
        self.make(1, **{self.name_field: "=cmd|'/c calc'!A1"})
        assert ",'=cmd" in self._exported(self.as_(self.insider())).replace('"', "")

    # -- how -----------------------------------------------------------------------------------------------------

    def _state(self, row):
        return self.register.model.objects.filter(pk=row.pk).values().get()

    def _mark(self, row):
        return str(getattr(row, (self.register.natural_key or (self.name_field,))[0]))

    def _change(self, client, row, *, reason=REASON, version=None, **values):
        page = client.get(self.url("edit", row.pk))
        form = page.context["form"]
        data = {}
        for name, field in form.fields.items():
            value = form[name].value()
            if isinstance(field, PlaceField):
                parts = field.widget.decompress(value)
                data.update({f"{name}_{part}": text for (part, _l, _n), text in zip(PLACE_PARTS, parts, strict=True)})
            else:
                data[name] = "" if value is None else field.prepare_value(value)
        name, value = self.change
        data.update({name: value, **values, "reason": reason})
        data["version"] = page.context["version"] if version is None else version
        return client.post(self.url("edit", row.pk), data)

    def _exported(self, client):
        answer = client.get(self.url("export", "csv"))
        assert answer.status_code == 200
        raw = b"".join(answer.streaming_content)
        assert raw.startswith(b"\xef\xbb\xbf")
        return raw.decode("utf-8-sig")

    def _queries(self, client):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(self.url()).status_code == 200
        return len(captured)

    def _try(self, client, rows):
        content = self.table(rows)
        return client.post(self.url("import"), {"file": SimpleUploadedFile("台账.csv", content.encode())})

    def table(self, rows):
        """The typed rows as a CSV table with the form's own headings."""
        heads = {}
        for name, field in form_class(self.register).base_fields.items():
            if isinstance(field, PlaceField):
                heads.update({f"{name}_{part}": label for part, label, _names in PLACE_PARTS})
            else:
                heads[name] = str(field.label)
        names = [name for name in heads if any(name in row for row in rows)]
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([heads[name] for name in names])
        writer.writerows([[row.get(name, "") for name in names] for row in rows])
        return out.getvalue()

    def _commit(self, client, tried):
        assert tried.status_code == 200, tried.context.get("trouble")
        draft = ImportDraft.objects.latest("pk")
        answer = client.post(self.url("import_commit", draft.pk), {"reason": REASON})
        assert answer.status_code == 302, answer.context.get("trouble") or self._verdicts(tried)
        return answer

    def _verdicts(self, answer):
        return [(v.number, v.kind, v.problems) for v in answer.context["trial"].verdicts]

    def _problems(self, answer):
        form = (answer.context or {}).get("form")
        return form.problems() if form is not None else answer.status_code


def _without_token(answer):
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", answer.content)


def _text_file():
    return SimpleUploadedFile("说明.txt", "核查说明".encode())
