"""How the log reads."""

import logging


class RefusalsShort(logging.Filter):
    """Takes the traceback from what a person was refused: that is no fault of the program's."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True
