"""What the layers above people listen to."""

from django.dispatch import Signal

# Sent after the change's transaction. Arguments: project (Project), fields (set of their names).
project_changed = Signal()

# Sent inside the transaction that makes a project like another. Arguments: source, target
# (Project), actor (User). What an app above keeps of a project's setting up, it copies; never
# what people said.
project_copied = Signal()
