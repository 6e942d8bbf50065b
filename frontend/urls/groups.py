"""Groups: start one, ask people in, be asked in, agree the rules, promise."""

from django.urls import path

from frontend.views import groups, joining, promises

urlpatterns = [
    path("groups/", groups.mine, name="groups"),
    path("groups/new/", groups.start, name="group-start"),
    path("groups/<int:pk>/", groups.show, name="group"),
    path("groups/<int:pk>/helper/", groups.helper, name="group-helper"),
    path("groups/<int:pk>/invite/", joining.invite, name="group-invite"),
    path("groups/<int:pk>/meet/", joining.apply, name="group-meet"),
    path("groups/people/<int:pk>/answer/", joining.answer, name="place-answer"),
    path("groups/people/<int:pk>/join/", joining.join, name="place-join"),
    path("groups/people/<int:pk>/stop/", joining.stop, name="place-stop"),
    path("groups/people/<int:pk>/welcome/", joining.welcome, name="place-welcome"),
    path("groups/people/<int:pk>/leave/", joining.leave, name="place-leave"),
    path("groups/<int:pk>/promise/", promises.make, name="promise"),
    path("promises/<int:pk>/stop/", promises.stop, name="promise-stop"),
]
