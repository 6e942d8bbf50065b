"""Which requests of this room only another operator answers, where the yes is carried out at once: never a yes alone."""

from payments.services import ages, closing, disputes, recoveries, rerouting, suspense

FOR_OPERATORS = frozenset({ages.DECIDE, suspense.EXPLAIN, disputes.WRITE_OFF, recoveries.WRITE_OFF, rerouting.REROUTE, closing.CLOSE})
