"""People, who may act for them, what they may do here, and what we wrote to them."""

from people.models.approval import Approval
from people.models.message import Concern, Message
from people.models.organisation import Council, Organisation, Role
from people.models.person import Channel, Person, Supporter, Sureness

__all__ = ["Approval", "Channel", "Concern", "Council", "Message", "Organisation", "Person", "Role", "Supporter", "Sureness"]
