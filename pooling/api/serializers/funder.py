"""Shapes of where a council's money is."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.api.shapes import Shape
from pooling.selectors.funder import HERE, NOT_HERE, FunderMoney


class FunderFigure(Shape):
    """One figure. `people`: how many stand behind it."""

    figure = serializers.ChoiceField((*HERE, *NOT_HERE))
    pence = serializers.IntegerField()
    people = serializers.IntegerField()


class FunderShape(Shape):
    """`here` adds up to `here_pence`. `not_here` is never added to it: a promise is not money, and what is late is part of what is asked for."""

    id = serializers.IntegerField(source="organisation.pk", help_text="The organisation's.")
    name = serializers.CharField(source="organisation.name")
    council_code = serializers.CharField(source="organisation.council_code")
    here_pence = serializers.IntegerField()
    here = serializers.SerializerMethodField()
    not_here = serializers.SerializerMethodField()

    @extend_schema_field(FunderFigure(many=True))
    def get_here(self, money: FunderMoney) -> list[dict[str, Any]]:
        return [_figure(money, figure) for figure in HERE]

    @extend_schema_field(FunderFigure(many=True))
    def get_not_here(self, money: FunderMoney) -> list[dict[str, Any]]:
        return [_figure(money, figure) for figure in NOT_HERE]


def _figure(money: FunderMoney, figure: str) -> dict[str, Any]:
    return {"figure": figure, "pence": money.pence(figure), "people": money.people(figure)}


class FunderLineShape(Shape):
    """One person's sum under one figure; name and place are null for a sum of the organisation itself."""

    figure = serializers.ChoiceField((*HERE, *NOT_HERE))
    membership = serializers.IntegerField(source="membership.pk", allow_null=True, default=None)
    name = serializers.CharField(source="membership.person.full_name", allow_null=True, default=None)
    pence = serializers.IntegerField()
    due_on = serializers.DateField(allow_null=True)
    reference = serializers.CharField()
