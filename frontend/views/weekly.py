"""The weekly list of who looks after money: made, put in order, sent, its orders said yes to, taken away as a table."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from audit import clock
from frontend.forms.weekly import DayForm, OrdersForm, PlacesForm
from frontend.presenters import weekly as presenter
from frontend.presenters.wallets import carry_out_stop
from frontend.tables import csv_response
from frontend.views.flow import back_to, form_page, press
from frontend.views.roles import for_holders
from frontend.views.wallets import organisation_of
from frontend.views.who import SignedIn
from frontend.words import count
from pooling.selectors.weekly import weekday_of
from pooling.services import weekly_lists


@for_holders
def show(request: SignedIn, pk: int) -> HttpResponse:
    """The list of now, the day it is made on, and those before."""
    return render(request, "looking_after/lists.html", {"page": presenter.page(organisation_of(request, pk))})


@for_holders
@require_POST
def make(request: SignedIn, pk: int) -> HttpResponse:
    """A new one now, on asking."""
    organisation = organisation_of(request, pk)

    def act() -> str:
        made = presenter.make(organisation, by=request.user, today=clock.today(), at=clock.now())
        messages.success(request, "Here is your new list. Nothing is paid until you send it.")
        return back_to("weekly-list", pk=pk, weekly=made[0].pk) if len(made) == 1 else back_to("weekly-lists", pk=pk)

    return press(request, act, refused=back_to("weekly-lists", pk=pk))


@for_holders
def day(request: SignedIn, pk: int) -> HttpResponse:
    """The day of the week on which it is made."""
    organisation = organisation_of(request, pk)

    def act(form: DayForm) -> str:
        weekday = int(form.cleaned_data["weekday"])
        weekly_lists.set_day(organisation=organisation, weekday=weekday, by=request.user, at=clock.now())
        messages.success(request, f"From now on your list is made on {presenter.WEEKDAYS[weekday - 1]}s.")
        return back_to("weekly-lists", pk=pk)

    form = DayForm(request.POST or None, weekdays=presenter.WEEKDAYS, initial={"weekday": str(weekday_of(organisation))})
    return form_page(request, form=form, act=act, template="looking_after/list_day.html", context={"organisation": organisation})


@for_holders
def one(request: SignedIn, pk: int, weekly: int) -> HttpResponse:
    """One list, to read, print or take away."""
    page = presenter.list_page(presenter.list_of(organisation_of(request, pk), weekly))
    if request.GET.get("as") == "csv":
        return csv_response(f"list-{page.weekly_list.made_on:%Y-%m-%d}", presenter.COLUMNS, [line.csv_cells for line in page.lines])
    return render(request, "looking_after/list.html", {"page": page})


@for_holders
def order(request: SignedIn, pk: int, weekly: int) -> HttpResponse:
    """Who is paid first when not all of the sum comes."""
    row = presenter.list_of(organisation_of(request, pk), weekly)
    page = presenter.list_page(row)

    def act(form: PlacesForm) -> str:
        weekly_lists.reorder(weekly_list=row, numbers=form.numbers, by=request.user, at=clock.now())
        said = "The list is in your order now. The next list begins with it." if form.numbers else "The list is in the usual order again."
        messages.success(request, said)
        return back_to("weekly-list", pk=pk, weekly=weekly)

    form = PlacesForm(request.POST or None, people=page.people, has_own=bool(row.own_order))
    return form_page(request, form=form, act=act, template="looking_after/list_order.html", context={"page": page})


@for_holders
@require_POST
def send(request: SignedIn, pk: int, weekly: int) -> HttpResponse:
    """From now on it stands; the page then says where to send the sum."""
    row, at = presenter.list_of(organisation_of(request, pk), weekly), clock.now()
    sent = []

    def act() -> str:
        sent.append(weekly_lists.send(weekly_list=row, by=request.user, at=at))
        messages.success(request, "The list stands now. What comes goes to your people in its order.")
        return back_to("weekly-list", pk=pk, weekly=weekly)

    answer = press(request, act, refused=back_to("weekly-list", pk=pk, weekly=weekly))
    for each in sent:
        presenter.carry_out(each, at)
    return answer


@for_holders
@require_POST
def stop(request: SignedIn, pk: int, weekly: int) -> HttpResponse:
    """The sum will not come after all."""
    organisation, at = organisation_of(request, pk), clock.now()
    row = presenter.list_of(organisation, weekly)

    def act() -> str:
        weekly_lists.stop(weekly_list=row, by=request.user, at=at)
        messages.success(request, "We don’t wait for this sum any more. What you paid in is still yours.")
        return back_to("weekly-list", pk=pk, weekly=weekly)

    answer = press(request, act, refused=back_to("weekly-list", pk=pk, weekly=weekly))
    carry_out_stop(organisation, at, row.council_code)
    return answer


@for_holders
def orders(request: SignedIn, pk: int, weekly: int) -> HttpResponse:
    """All orders in one press, or those that are ticked; checked first."""
    row = presenter.list_of(organisation_of(request, pk), weekly)
    page = presenter.list_page(row)

    def act(form: OrdersForm) -> str:
        reference = form.cleaned_data["reference"]
        done = weekly_lists.accept_orders(weekly_list=row, rows=form.rows, reference=reference, by=request.user, at=clock.now())
        stands = "stands" if len(done) == 1 else "stand"
        messages.success(request, f"{count(len(done), 'order')} {stands}. Nothing is paid until each says that the visits happened.")
        return back_to("weekly-list", pk=pk, weekly=weekly)

    form = OrdersForm(request.POST or None, lines=page.orders)
    template, check = "looking_after/list_orders.html", "looking_after/list_orders_check.html"
    return form_page(request, form=form, act=act, template=template, context={"page": page}, check_template=check)
