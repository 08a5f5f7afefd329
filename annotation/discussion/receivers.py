"""How the history says what is written down of discussions."""

from django.utils.translation import gettext_lazy

from annotation.people.events import events_name

events_name({"message_remove": gettext_lazy("removed a message")})
