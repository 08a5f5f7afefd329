"""What the layers above people listen to."""

from django.dispatch import Signal

# Sent after the change's transaction. Arguments: project (Project), fields (set of their names).
project_changed = Signal()
