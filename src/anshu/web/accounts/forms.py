# SPDX-License-Identifier: Apache-2.0
"""The forms of signing in and of one's own account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from anshu.kernel.audit.refusals import Refusal


class PlainForm(forms.Form):
    """A form whose fields carry the console's classes and take a service's refusal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("class", "form-control")
            if self.is_bound and self.errors.get(name):
                field.widget.attrs.update({"aria-invalid": "true", "aria-describedby": f"{self[name].auto_id}-error"})

    def take(self, refusal: Refusal) -> None:
        """This will show a refusal at the fields it names, or above the form."""
        shown = {name: text for name, text in refusal.fields.items() if name in self.fields}
        for name, text in shown.items():
            self.add_error(name, text)
            self.fields[name].widget.attrs.update(
                {"aria-invalid": "true", "aria-describedby": f"{self[name].auto_id}-error"}
            )
        if not shown:
            self.add_error(None, refusal.message)


class LoginForm(PlainForm):
    """Name and password."""

    username = forms.CharField(
        label=_("账号"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def prefill(self, username: str, password: str) -> None:
        """This will fill in a demonstration account."""
        self.initial = {"username": username, "password": password}
        self.fields["password"].widget.render_value = True


class CodeForm(PlainForm):
    """The six digits of the second factor."""

    code = forms.CharField(
        label=_("动态口令"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "pattern": "[0-9 ]{6,8}", "autofocus": True}
        ),
    )


class NewPasswordForm(PlainForm):
    """A new password, twice."""

    new = forms.CharField(
        label=_("新密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再次输入新密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """This will want the same password twice."""
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _("两次输入的新密码不一致。"))
        return given


class ChangePasswordForm(NewPasswordForm):
    """The old password and a new one, twice."""

    old = forms.CharField(
        label=_("原密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old", "new", "again")


class RemoveSecondFactorForm(CodeForm):
    """A last code and why."""

    reason = forms.CharField(label=_("理由"), max_length=200)
