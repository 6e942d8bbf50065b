"""What somebody would like, alone and with their group; what the group asks providers for; a provider's questions about it."""

from django.urls import path

from frontend.views import brief_steps, briefs, needs

urlpatterns = [
    path("needs/", needs.mine, name="needs"),
    path("needs/new/", needs.new, name="need-new"),
    path("needs/<int:pk>/", needs.show, name="need"),
    path("needs/<int:pk>/share/", needs.share, name="need-share"),
    path("needs/<int:pk>/join/", needs.join, name="need-join"),
    path("needs/joins/<int:pk>/out/", needs.out, name="need-out"),
    path("needs/<int:pk>/first/", needs.first, name="need-first"),
    path("needs/<int:pk>/not-found/", needs.not_found, name="need-not-found"),
    path("needs/<int:pk>/met/", needs.met, name="need-met"),
    path("needs/<int:pk>/again/", needs.again, name="need-again"),
    path("needs/<int:pk>/may-ask/", needs.may_ask, name="need-may-ask"),
    path("groups/<int:pk>/wants/", briefs.of_group, name="group-wants"),
    path("needs/<int:pk>/write/", briefs.begin, name="brief-begin"),
    path("wants/<int:pk>/", briefs.show, name="brief"),
    path("wants/<int:pk>/write/", briefs.write, name="brief-write"),
    path("wants/<int:pk>/parts/<int:number>/", briefs.part, name="brief-part"),
    path("wants/<int:pk>/parts/<int:number>/out/", briefs.part_out, name="brief-part-out"),
    path("wants/<int:pk>/drop/", briefs.drop, name="brief-drop"),
    path("wants/<int:pk>/check/", brief_steps.check, name="brief-check"),
    path("wants/<int:pk>/back/", brief_steps.back, name="brief-back"),
    path("wants/<int:pk>/ask-us/", brief_steps.ask_us, name="brief-ask-us"),
    path("wants/<int:pk>/yes/", brief_steps.say_yes, name="brief-yes"),
    path("wants/<int:pk>/no/", brief_steps.say_no, name="brief-no"),
    path("wants/<int:pk>/share-again/", brief_steps.share_again, name="brief-share-again"),
    path("wants/<int:pk>/show/", brief_steps.publish, name="brief-publish"),
    path("wants/<int:pk>/change/", brief_steps.change, name="brief-change"),
    path("wants/<int:pk>/stop/", brief_steps.stop, name="brief-stop"),
    path("wants/questions/<int:pk>/", brief_steps.answer, name="brief-answer"),
    path("provider/wanted/<int:pk>/", briefs.for_provider, name="wanted-brief"),
]
