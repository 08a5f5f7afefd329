"""Pages of lists: 50 rows unless asked otherwise, and never so many that one call holds a worker."""

from rest_framework.pagination import LimitOffsetPagination


class Pages(LimitOffsetPagination):
    max_limit = 500
