"""What whoever looks after money writes down: the paper behind an order, and that a budget is right."""

from frontend.forms import Form, TextField, TickField


class OrderForm(Form):
    """The reference of the written order that stands for the money."""

    reference = TextField(
        label="The reference of your order", max_length=60, width="20", help_text="For example, PO-10442. It stands on your bill later."
    )


class BudgetIsRightForm(Form):
    """Those who pay say that a budget is right."""

    right = TickField(label="Before you say so", choices=[("yes", "These sums and dates are what we have written down ourselves")])
    known = TickField(
        label="The person",
        required=False,
        choices=[("yes", "We know this person under this name")],
        help_text="Tick it if it is so. Then nobody has to ask them for it again.",
    )
