"""Celery's door to e-mail. The row says what to do; a message only says when."""

from celery import shared_task

from annotation.people.mails import TASK, mail_send


@shared_task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def mail_send_task(*, mail_id: int) -> None:
    mail_send(mail_id=mail_id)
