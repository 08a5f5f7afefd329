"""Pages of lists, never so long that one call holds a worker."""

from rest_framework.pagination import LimitOffsetPagination


class Pages(LimitOffsetPagination):
    max_limit = 500
