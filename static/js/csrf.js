// The token is read from the cookie when it is needed, not when the page was made: signing in
// again in another tab renews it, and a draft must still go through.
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
  if (event.detail.parameters.has?.("csrfmiddlewaretoken") ?? event.detail.parameters.csrfmiddlewaretoken) {
    event.detail.parameters.csrfmiddlewaretoken = csrfToken();
  }
});
