"""What lists about people are narrowed by."""

from django_filters.rest_framework import BooleanFilter, FilterSet

from people.models import Approval, Organisation, Supporter


class OrganisationFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    class Meta:
        model = Organisation
        fields = ("kind", "council_code")


class SupporterFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    is_confirmed = BooleanFilter("confirmed_at", "isnull", exclude=True)
    is_over = BooleanFilter("ends_at", "isnull", exclude=True)

    class Meta:
        model = Supporter
        fields = ("kind",)


class ApprovalFilter(FilterSet):  # type: ignore[misc]  # the package has no types
    is_given = BooleanFilter("given_at", "isnull", exclude=True)
    is_refused = BooleanFilter("refused_at", "isnull", exclude=True)

    class Meta:
        model = Approval
        fields = ("what", "about_kind", "about_id")
