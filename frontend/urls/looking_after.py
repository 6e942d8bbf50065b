"""For who looks after people's money."""

from django.urls import path

from frontend.views import looking_after

urlpatterns = [
    path("looking-after/", looking_after.desk, name="looking-after"),
    path("looking-after/orders/<int:pk>/", looking_after.accept, name="order-accept"),
    path("looking-after/budgets/<int:pk>/", looking_after.confirm, name="budget-confirm"),
]
