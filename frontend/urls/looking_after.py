"""For who looks after people's money."""

from django.urls import path

from frontend.views import budget_files, looking_after, wallets, weekly

urlpatterns = [
    path("looking-after/", looking_after.desk, name="looking-after"),
    path("looking-after/orders/<int:pk>/", looking_after.accept, name="order-accept"),
    path("looking-after/<int:pk>/money/", wallets.show, name="wallet"),
    path("looking-after/<int:pk>/money/in/", wallets.pay_in, name="wallet-in"),
    path("looking-after/<int:pk>/money/stop/", wallets.stop, name="wallet-stop"),
    path("looking-after/<int:pk>/money/over/", wallets.cash_back, name="wallet-over"),
    path("looking-after/<int:pk>/money/out/", wallets.hand_out, name="wallet-out"),
    path("looking-after/<int:pk>/money/back/", wallets.send_back, name="wallet-back"),
    path("looking-after/<int:pk>/money/back/<int:move>/keep/", wallets.keep, name="wallet-keep"),
    path("looking-after/<int:pk>/lists/", weekly.show, name="weekly-lists"),
    path("looking-after/<int:pk>/lists/new/", weekly.make, name="weekly-list-new"),
    path("looking-after/<int:pk>/lists/day/", weekly.day, name="weekly-day"),
    path("looking-after/<int:pk>/lists/<int:weekly>/", weekly.one, name="weekly-list"),
    path("looking-after/<int:pk>/lists/<int:weekly>/order/", weekly.order, name="weekly-list-order"),
    path("looking-after/<int:pk>/lists/<int:weekly>/send/", weekly.send, name="weekly-list-send"),
    path("looking-after/<int:pk>/lists/<int:weekly>/stop/", weekly.stop, name="weekly-list-stop"),
    path("looking-after/<int:pk>/lists/<int:weekly>/orders/", weekly.orders, name="weekly-list-orders"),
    path("looking-after/<int:pk>/budgets/", budget_files.show, name="budget-files"),
    path("looking-after/<int:pk>/budgets/template/", budget_files.template, name="budget-template"),
    path("looking-after/<int:pk>/budgets/new/", budget_files.send, name="budget-file-new"),
    path("looking-after/<int:pk>/budgets/<int:file>/", budget_files.one, name="budget-file"),
    path("looking-after/<int:pk>/budgets/<int:file>/confirm/", budget_files.confirm, name="budget-file-confirm"),
    path("looking-after/<int:pk>/budgets/<int:file>/refuse/", budget_files.refuse, name="budget-file-refuse"),
    path("looking-after/budgets/<int:pk>/", looking_after.confirm, name="budget-confirm"),
]
