"""Every page's address, one file an area. Names are flat, unique and what templates and tests use."""

from frontend.urls import (
    agreements,
    budgets,
    council,
    groups,
    helping,
    joining,
    looking_after,
    me,
    money,
    near,
    operator,
    provider,
    public,
    start,
    statements,
    visits,
)

urlpatterns = [
    *public.urlpatterns,
    *near.urlpatterns,
    *joining.urlpatterns,
    *start.urlpatterns,
    *me.urlpatterns,
    *budgets.urlpatterns,
    *groups.urlpatterns,
    *agreements.urlpatterns,
    *money.urlpatterns,
    *statements.urlpatterns,
    *visits.urlpatterns,
    *provider.urlpatterns,
    *looking_after.urlpatterns,
    *helping.urlpatterns,
    *operator.urlpatterns,
    *council.urlpatterns,
]
