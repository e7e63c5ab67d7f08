# SPDX-License-Identifier: Apache-2.0
"""Every write of the access kernel."""

from anshu.kernel.access.services.accounts import (
    account_create,
    account_disable,
    account_enable,
    account_unlock,
    language_set,
    password_change,
    password_first,
    password_set,
    preferences_set,
)
from anshu.kernel.access.services.cleaning import access_clean
from anshu.kernel.access.services.grants import assignment_end, assignment_give, grant_end, grant_give
from anshu.kernel.access.services.login import LoginOutcome, LoginStep, login_begin, login_step
from anshu.kernel.access.services.reading import break_glass, phone_reveal
from anshu.kernel.access.services.replies import reply_once
from anshu.kernel.access.services.second_factor import totp_confirm, totp_enrol, totp_remove, totp_verify
from anshu.kernel.access.services.sessions import (
    session_end,
    session_open,
    session_over,
    session_touch,
    sessions_end_all,
)
from anshu.kernel.access.services.tokens import api_token_issue, api_token_revoke, api_token_touch

__all__ = [
    "LoginOutcome",
    "LoginStep",
    "access_clean",
    "account_create",
    "account_disable",
    "account_enable",
    "account_unlock",
    "api_token_issue",
    "api_token_revoke",
    "api_token_touch",
    "assignment_end",
    "assignment_give",
    "break_glass",
    "grant_end",
    "grant_give",
    "language_set",
    "login_begin",
    "login_step",
    "password_change",
    "password_first",
    "password_set",
    "phone_reveal",
    "preferences_set",
    "reply_once",
    "session_end",
    "session_open",
    "session_over",
    "session_touch",
    "sessions_end_all",
    "totp_confirm",
    "totp_enrol",
    "totp_remove",
    "totp_verify",
]
