# SPDX-License-Identifier: Apache-2.0
"""Addresses of signing in and of one's own account."""

from django.urls import path

from anshu.web.accounts import mine, views

urlpatterns = [
    path("login/", views.login_page, name="login"),
    path("login/code/", views.code_page, name="login-code"),
    path("login/password/", views.new_password_page, name="login-password"),
    path("login/second-factor/", views.enrol_page, name="login-enrol"),
    path("logout/", views.logout_page, name="logout"),
    path("language/", views.language_page, name="language"),
    path("account/", mine.account_page, name="account"),
    path("account/password/", mine.password_page, name="account-password"),
    path("account/second-factor/", mine.second_factor_page, name="account-second-factor"),
    path("account/sessions/<int:pk>/end/", mine.session_end_page, name="account-session-end"),
    path("account/preferences/", mine.preferences_page, name="account-preferences"),
]
