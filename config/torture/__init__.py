"""Money under torture: processes killed, answers lost, the database put back in time, and the books compared afterwards.

`manage.py torture_money` runs it by hand, on a database and a pretend Stripe of its own that are thrown away. Nothing here is used by the site.
"""

COUNCIL = "E09000028"
OWNERS = ("member:1/portion:1", "member:2/portion:2", "member:3/portion:3")
