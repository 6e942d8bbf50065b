"""What lists about people are narrowed by."""

from audit.api.narrowing import Narrowed, YesNoFilter
from people.models import Approval, Organisation, Supporter


class OrganisationFilter(Narrowed):
    class Meta:
        model = Organisation
        fields = ("kind", "council_code")


class SupporterFilter(Narrowed):
    is_confirmed = YesNoFilter("confirmed_at", "isnull", exclude=True)
    is_over = YesNoFilter("ends_at", "isnull", exclude=True)

    class Meta:
        model = Supporter
        fields = ("kind",)


class ApprovalFilter(Narrowed):
    is_given = YesNoFilter("given_at", "isnull", exclude=True)
    is_refused = YesNoFilter("refused_at", "isnull", exclude=True)

    class Meta:
        model = Approval
        fields = ("what", "about_kind", "about_id")
