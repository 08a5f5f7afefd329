"""What jobs tell to whoever waits for them."""

from django.dispatch import Signal

job_ended = Signal()
"""Sent after the commit that ended a job, by whichever process ended it; `sender` is the row's
class, `job` the row. A lost signal is made good by the reconcile of whoever listens."""
