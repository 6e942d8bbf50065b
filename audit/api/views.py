"""The trail: one's own lines, for operators all; and, for operators, what could not be delivered."""

from audit.api.edge import ReadEdge
from audit.api.filters import DeliveryFilter, EntryFilter
from audit.api.serializers import DeliveryRow, EntryRow
from audit.models import Delivery, Entry


class Entries(ReadEdge):
    """What was done by you or in your name; operators see all."""

    model = Entry
    order = ("-pk",)
    serializer_class = EntryRow
    filterset_class = EntryFilter


class Deliveries(ReadEdge):
    """For operators: facts and whether they have arrived."""

    model = Delivery
    order = ("-pk",)
    serializer_class = DeliveryRow
    filterset_class = DeliveryFilter
