"""What events of progress are called."""

from django.utils.translation import gettext_lazy

from annotation.people.events import events_name

events_name({"rates_update": gettext_lazy("changed the rates")})
