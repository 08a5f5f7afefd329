"""What the apps above are asked before a prompt goes."""

from django.dispatch import Signal

# Sent inside the transaction, before the rows are deleted. A receiver that knows of a use raises
# ValidationError. Arguments: prompt_ids, demonstration_ids (lists of int).
prompts_withdrawing = Signal()
