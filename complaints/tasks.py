"""Background work of the package: ids in, one domain call, safe to run twice."""

from celery import shared_task

from complaints.domain import callback_letters


@shared_task(name="complaints.tasks.send_callback_link")
def send_callback_link(callback_id: int) -> None:
    """Mail the question of a call-back, if it was not mailed and is still due."""
    callback_letters.send_link(callback_id)
