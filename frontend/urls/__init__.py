"""Every page's address, one file an area. Names are flat, unique and what templates and tests use."""

from frontend.urls import agreements, budgets, groups, money, public

urlpatterns = [
    *public.urlpatterns,
    *budgets.urlpatterns,
    *groups.urlpatterns,
    *agreements.urlpatterns,
    *money.urlpatterns,
]
