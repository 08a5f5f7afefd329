"""The entries of a project's header. Apps above register theirs when they are loaded, so that no
template here has to know a page of theirs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.urls import reverse

if TYPE_CHECKING:  # apps register before their models are loaded
    from django.utils.functional import _StrPromise

    from annotation.people.access import Access

_entries: list["Entry"] = []


@dataclass(frozen=True)
class Entry:
    label: "str | _StrPromise" = field(compare=False)  # lazy: no language before a request
    url_name: str
    roles: tuple[str, ...]
    position: int
    when: Callable[["Access"], bool] | None = None
    tabs: tuple[str, ...] = ()
    badge: Callable[["Access"], int] | None = None


def navigation_register(
    *,
    label: "str | _StrPromise",
    url_name: str,
    roles: tuple[str, ...],
    position: int,
    when: Callable[["Access"], bool] | None = None,
    tabs: tuple[str, ...] = (),
    badge: Callable[["Access"], int] | None = None,
) -> None:
    """Add a header entry; `url_name` takes the project's slug. `when`: only while it says so.
    `tabs` name its other pages, where their addresses do not begin with its own. `badge` counts
    what is new there; only a page that shows the header asks it."""
    entry = Entry(label, url_name, roles, position, when, tabs, badge)
    if entry not in _entries:
        _entries.append(entry)
        _entries.sort(key=lambda each: each.position)


def navigation_entries(access: "Access", path: str = "") -> list[dict[str, Any]]:
    """What `access` may open: name, label and url of each entry, `here` for where `path` lies."""
    urls = {
        entry: reverse(entry.url_name, args=[access.project.slug])
        for entry in _entries
        if access.has(*entry.roles) and (entry.when is None or entry.when(access))
    }
    return [
        {
            "name": entry.url_name,
            "label": entry.label,
            "url": url,
            "badge": partial(entry.badge, access) if entry.badge else None,
            "here": path == url
            or (path.startswith(url) and not _begins_another(url, urls))
            or any(path.startswith(reverse(tab, args=[access.project.slug])) for tab in entry.tabs),
        }
        for entry, url in urls.items()
    ]


def _begins_another(url: str, urls: dict[Entry, str]) -> bool:
    """As an overview's address does: it stands for its own page only."""
    return any(other != url and other.startswith(url) for other in urls.values())


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav_entries` and `access` inside a project's pages."""
    access = getattr(request, "access", None)
    if access is None:
        return {"nav_entries": [], "access": None}
    return {"nav_entries": navigation_entries(access, request.path), "access": access}
