"""Paying what is due, and where my money is."""

from django.urls import path

from frontend.views import idle, money, paying

urlpatterns = [
    path("money/", money.show, name="money"),
    path("money/payments/", money.every_payment, name="money-payments"),
    path("money/back/<int:membership>/<int:portion>/", money.take_back, name="money-back"),
    path("money/idle/", idle.show, name="money-idle"),
    path("money/idle/<int:pk>/", idle.answer, name="money-idle-answer"),
    path("payments/", paying.due, name="payments"),
    path("payments/<int:pk>/", paying.pay, name="payment"),
    path("payments/<int:pk>/card/", paying.by_card, name="payment-card"),
    path("payments/<int:pk>/bank/", paying.by_bank, name="payment-bank"),
    path("payments/<int:pk>/after/", paying.after, name="payment-after"),
]
