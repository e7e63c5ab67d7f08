# SPDX-License-Identifier: Apache-2.0
"""Every address of the web process below the root, registers and accounts apart."""

from django.urls import path, re_path

from anshu.web.api.door import api
from anshu.web.boundaries import views as boundaries
from anshu.web.chain import audit_chain, audit_chain_check
from anshu.web.devices import connecting, quality, sheet, trial
from anshu.web.devices import views as devices
from anshu.web.glass import glass
from anshu.web.health import healthz
from anshu.web.history import outages as silences
from anshu.web.history import views as histories
from anshu.web.home.views import delivery_again, home, platform_page
from anshu.web.mobile import views as mobile
from anshu.web.onemap.views import onemap
from anshu.web.screens import views as screens
from anshu.web.search import found
from anshu.web.sensorthings.views import sensorthings
from anshu.web.track import views as tracks

urlpatterns = [
    path("", home, name="home"),
    path("platform/", platform_page, name="platform"),
    path("platform/deliveries/<int:pk>/retry/", delivery_again, name="delivery-again"),
    path("search/", found, name="search"),
    path("map/", onemap, name="map"),
    path("audit-chain/", audit_chain, name="audit-chain"),
    path("audit-chain/check/", audit_chain_check, name="audit-chain-check"),
    path("glass/", glass, name="glass"),
    path("boundaries/", boundaries.boundaries, name="boundaries"),
    path("boundaries/template.geojson", boundaries.boundaries_template, name="boundaries-template"),
    path("boundaries/<int:pk>/", boundaries.boundaries_commit, name="boundaries-commit"),
    path("device-models/trial/", trial.decoder_trial, name="decoder-trial"),
    path("device-models/templates/", trial.decoder_templates, name="decoder-templates"),
    path("device-models/template/", trial.decoder_template, name="decoder-template"),
    path("connectors/examples/", connecting.connector_examples, name="connector-examples"),
    path("connectors/example/", connecting.connector_example, name="connector-example"),
    path("devices/unknown.xlsx", sheet.unknown_sheet, name="unknown-sheet"),
    path("devices/<int:pk>/", devices.device, name="device"),
    path("devices/<int:pk>/watch/", devices.device_watch, name="device-watch"),
    path("devices/<int:pk>/commands/", devices.device_ask, name="device-ask"),
    path("history/", histories.history, name="history"),
    path("history/export/", histories.history_export, name="history-export"),
    path("tracks/<int:pk>/", tracks.track, name="track"),
    path("tracks/<int:pk>/export/", tracks.track_export, name="track-export"),
    path("outages/", silences.outages, name="outages"),
    path("devices/<int:pk>/quality/", quality.device_quality, name="device-quality"),
    path("devices/<int:pk>/quality/<slug:verb>/", quality.device_quality_say, name="device-quality-say"),
    path("wall/", screens.wall, name="wall"),
    path("alarms/<int:pk>/", screens.alarm, name="alarm"),
    path("alarms/<int:pk>/<slug:code>/", screens.alarm_act, name="alarm-act"),
    path("incidents/<int:pk>/", screens.incident, name="incident"),
    path("incidents/<int:pk>/<slug:code>/", screens.incident_act, name="incident-act"),
    path("m/sw.js", mobile.worker, name="mobile-worker"),
    path("m/manifest.webmanifest", mobile.manifest, name="mobile-manifest"),
    re_path(r"^m/(?P<path>.*)$", mobile.mobile, name="mobile"),
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    re_path(r"^sta/v1\.1(?:/(?P<path>.*))?$", sensorthings, name="sensorthings"),
]
