"""What goes wrong between us and Stripe: answers that don't come, come twice, or come too late; keys that are forgotten."""

from config.simulation.steps import step
from config.simulation.world import World

KINDS = ["500_before", "500_stored_after", "500_stored_after", "drop_after_commit", "drop_after_commit", "truncated", "429", "409"]
MADE = [
    "/v1/transfers",
    "/v1/refunds",
    "/v1/checkout/sessions",
    "/v1/payment_intents",
    "/v1/topups",
    "/v1/customers",
    "/v1/payment_intents",
    "*",
    "*",
]
READ = ["/v1/mandates/*", "/v1/transfers*", "/v1/refunds*", "/v1/checkout/*", "/v1/payment_intents/*", "/v1/accounts/*", "/v1/balance_transactions"]


@step(8, is_fault=True)
def the_line_is_bad(world: World) -> None:
    method = world.dice.choice(["POST", "POST", "GET"])
    path = world.dice.choice(MADE if method == "POST" else READ)
    kind, count = world.dice.choice(KINDS), world.dice.randint(1, 3)
    if method == "GET" and kind == "500_stored_after":
        kind = "500_before"
    if method == "POST" and path == "*":
        path = "/v1/*"
    world.stripe.control("faults", {"method": method, "path": path, "kind": kind, "count": count})
    world.tell(f"fault {kind} {method} {path} {count}")


@step(1, is_fault=True)
def the_line_is_good_again(world: World) -> None:
    world.stripe.control("faults", [])
    world.tell("no faults")


@step(1, is_fault=True)
def stripe_forgets_keys(world: World) -> None:
    world.stripe.control("forget_keys", {})
    world.tell("keys forgotten")
