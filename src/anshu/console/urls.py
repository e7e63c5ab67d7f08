# SPDX-License-Identifier: Apache-2.0
"""The addresses of every register."""

from django.urls import path

from anshu.console.views import lists, many, rows, where

app_name = "console"
urlpatterns = [
    path("where", where.where, name="where"),
    path("<slug:slug>/", lists.listed, name="list"),
    path("<slug:slug>/geojson/", lists.geojson, name="geojson"),
    path("<slug:slug>/columns/", lists.columns, name="columns"),
    path("<slug:slug>/views/", lists.view_keep, name="view_keep"),
    path("<slug:slug>/views/<int:pk>/delete/", lists.view_drop, name="view_drop"),
    path("<slug:slug>/export.<str:form>", many.export, name="export"),
    path("<slug:slug>/import/", many.import_upload, name="import"),
    path("<slug:slug>/import/template.<str:form>", many.import_template, name="import_template"),
    path("<slug:slug>/import/<int:pk>/", many.import_commit, name="import_commit"),
    path("<slug:slug>/bulk/", many.bulk, name="bulk"),
    path("<slug:slug>/new/", rows.new, name="new"),
    path("<slug:slug>/<int:pk>/", rows.detail, name="detail"),
    path("<slug:slug>/<int:pk>/edit/", rows.edit, name="edit"),
    path("<slug:slug>/<int:pk>/history/", rows.history, name="history"),
    path("<slug:slug>/<int:pk>/retirement/", rows.retirement, name="retirement"),
    path("<slug:slug>/<int:pk>/do/<slug:code>/", rows.act, name="act"),
    path("<slug:slug>/<int:pk>/phone/<slug:field>/", rows.phone, name="phone"),
    path("<slug:slug>/<int:pk>/files/", rows.attach, name="attach"),
]
