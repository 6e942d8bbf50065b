"""A person's budget and what they promise from it."""

from django.urls import path

from frontend.views import budgets

urlpatterns = [
    path("budget/", budgets.show, name="budget"),
    path("budget/add/", budgets.add, name="budget-add"),
    path("budget/<int:pk>/change/", budgets.change, name="budget-change"),
]
