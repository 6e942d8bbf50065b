"""Pages of those who help people for pay: joining, today, visits, weeks, what they agreed, what they show and sell, money."""

from django.urls import path

from frontend.views import provider, provider_business, provider_join, provider_visits, provider_weeks

urlpatterns = [
    path("provider/join/", provider_join.start, name="provider-start"),
    path("provider/join/<slug:name>/", provider_join.step, name="provider-join"),
    path("provider/", provider.today, name="provider"),
    path("provider/money/", provider.money, name="provider-money"),
    path("provider/bank/", provider.bank, name="provider-bank"),
    path("provider/bank/back/", provider.bank_back, name="provider-bank-back"),
    path("provider/agreements/", provider.agreements, name="provider-agreements"),
    path("provider/agreements/<int:pk>/", provider.agreement, name="provider-agreement"),
    path("provider/agreements/<int:pk>/yes/", provider.say_yes, name="provider-agreement-yes"),
    path("provider/agreements/<int:pk>/no/", provider.say_no, name="provider-agreement-no"),
    path("provider/agreements/<int:pk>/stop/", provider.stop, name="provider-agreement-stop"),
    path("provider/visits/", provider_visits.coming, name="provider-visits"),
    path("provider/visits/<int:pk>/", provider_visits.visit, name="provider-visit"),
    path("provider/visits/<int:pk>/later/", provider_visits.later, name="provider-visit-later"),
    path("provider/visits/<int:pk>/who/", provider_visits.who, name="provider-visit-who"),
    path("provider/weeks/<int:pk>/", provider_weeks.week, name="provider-week"),
    path("provider/weeks/<int:pk>/send/", provider_weeks.send, name="provider-week-send"),
    path("provider/weeks/<int:pk>/short/", provider_weeks.short, name="provider-week-short"),
    path("provider/weeks/<int:pk>/stop/", provider_weeks.stop, name="provider-week-stop"),
    path("provider/weeks/<int:pk>/call-off/", provider_weeks.call_off, name="provider-week-off"),
    path("provider/about/", provider_business.about, name="provider-about"),
    path("provider/people/", provider_business.workers, name="provider-workers"),
    path("provider/people/add/", provider_business.worker_add, name="provider-worker-add"),
    path("provider/people/<int:pk>/leaves/", provider_business.worker_leaves, name="provider-worker-leaves"),
    path("provider/checks/", provider_business.papers, name="provider-papers"),
    path("provider/checks/<slug:kind>/", provider_business.paper, name="provider-paper"),
    path("provider/checks/<slug:kind>/<int:worker>/", provider_business.paper, name="provider-paper-of"),
    path("provider/services/", provider_business.services, name="provider-services"),
    path("provider/services/new/", provider_business.service, name="provider-service-new"),
    path("provider/services/<int:pk>/", provider_business.service, name="provider-service"),
    path("provider/services/<int:pk>/show/", provider_business.show, name="provider-service-show"),
    path("provider/services/<int:pk>/hide/", provider_business.hide, name="provider-service-hide"),
]
