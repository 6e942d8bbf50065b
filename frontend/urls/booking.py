"""Booking a time, a first meeting, and when somebody can be booked."""

from django.urls import path

from frontend.views import booking, booking_times, provider_bookings

urlpatterns = [
    path("services/<int:pk>/times/", booking.times, name="booking-times"),
    path("services/<int:pk>/meet/", booking.meet, name="booking-meet"),
    path("bookings/", booking.mine, name="bookings"),
    path("bookings/<int:pk>/", booking.show, name="booking"),
    path("bookings/<int:pk>/alone/", booking.alone, name="booking-alone"),
    path("bookings/<int:pk>/together/<int:group>/", booking.together, name="booking-together"),
    path("bookings/<int:pk>/let-go/", booking_times.let_go, name="booking-let-go"),
    path("bookings/<int:pk>/nobody-came/", booking_times.nobody_came, name="booking-nobody-came"),
    path("bookings/<int:pk>/met/", booking_times.met, name="booking-met"),
    path("bookings/<int:pk>/answer/", booking_times.answer, name="booking-answer"),
    path("bookings/times/<int:pk>/cancel/", booking_times.cancel, name="booking-cancel"),
    path("bookings/times/<int:pk>/move/", booking_times.move, name="booking-move"),
    path("bookings/moves/<int:pk>/", booking_times.answer_move, name="booking-move-answer"),
    path("provider/bookings/", provider_bookings.bookings, name="provider-bookings"),
    path("provider/hours/", provider_bookings.hours, name="provider-hours"),
    path("provider/hours/<int:pk>/", provider_bookings.change, name="provider-hours-change"),
    path("provider/hours/<int:pk>/off/", provider_bookings.off, name="provider-day-off"),
    path("provider/days-off/<int:pk>/drop/", provider_bookings.drop, name="provider-day-off-drop"),
]
