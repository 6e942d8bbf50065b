"""Finding each other, what people have in common, hosting, and a group's rules in versions."""

from django.urls import path

from frontend.views import finding, group_rules, hosting, in_common

urlpatterns = [
    path("groups/find/", finding.groups, name="groups-find"),
    path("groups/like/", finding.would_like, name="would-like"),
    path("groups/like/<int:pk>/stop/", finding.stop, name="wish-stop"),
    path("groups/like/<int:pk>/meeting/", finding.meeting, name="wish-meeting"),
    path("groups/like/<int:pk>/start/", finding.start, name="wish-start"),
    path("groups/like/<int:pk>/sign/", finding.found, name="wish-found"),
    path("me/in-common/", in_common.mine, name="in-common"),
    path("me/in-common/<slug:kind>/", in_common.say, name="in-common-say"),
    path("me/in-common/<int:pk>/take-back/", in_common.take_back, name="in-common-take-back"),
    path("me/in-common/<int:pk>/show/", in_common.show, name="in-common-show"),
    path("groups/<int:pk>/rules/", group_rules.rules, name="group-rules"),
    path("groups/<int:pk>/rules/version/<int:number>/", group_rules.version, name="group-rules-version"),
    path("groups/<int:pk>/rules/points/", group_rules.points, name="group-rules-points"),
    path("groups/<int:pk>/rules/points/<slug:slug>/", group_rules.point, name="group-rules-point"),
    path("groups/<int:pk>/rules/change/", group_rules.change, name="group-rules-change"),
    path("groups/<int:pk>/rules/sign/", group_rules.sign, name="group-rules-sign"),
    path("helping/together/", hosting.waiting, name="hosting"),
    path("helping/together/<slug:category>/<slug:outcode>/", hosting.host, name="host-meeting"),
    path("helping/what-i-may-do/", hosting.may, name="helper-may"),
]
