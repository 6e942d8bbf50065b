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
    path("payments/<int:pk>/app/", paying.by_app, name="payment-app"),
    path("payments/<int:pk>/debit/", paying.by_debit, name="payment-debit"),
    path("payments/<int:pk>/debit/new/", paying.new_debit, name="payment-debit-new"),
    path("payments/<int:pk>/debit/back/", paying.debit_back, name="payment-debit-back"),
    path("payments/<int:pk>/stop/", paying.stop, name="payment-stop"),
    path("payments/<int:pk>/over/", paying.over, name="payment-over"),
    path("payments/<int:pk>/bank/", paying.by_bank, name="payment-bank"),
    path("payments/<int:pk>/after/", paying.after, name="payment-after"),
]
