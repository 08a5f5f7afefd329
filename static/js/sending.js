// Sends a form through htmx: once at a time, nothing changed meanwhile, and with the seconds at work,
// which count when they have arrived.

const LONGEST = 60_000; // milliseconds: a line that hangs for so long is taken for none

/** `locked`: lock.js's; `more()`: further parameters; `onward(address)`: it is taken, and the page is
 * left; `unreached()`: the network failed; `refused(xhr)`: the server took nothing. */
export function sending(form, { seconds, locked, more = () => ({}), onward, unreached, refused }) {
  let reported = 0;
  const on = (type, act) => form.addEventListener(type, (event) => event.target === form && act(event.detail));
  const address = (xhr) => xhr.getResponseHeader("HX-Redirect");

  on("htmx:configRequest", (request) => {
    request.timeout = LONGEST;
    reported = seconds.take();
    Object.assign(request.parameters, { active_seconds: reported, ...more() });
  });
  on("htmx:beforeRequest", locked.begin);
  on("htmx:beforeOnLoad", ({ xhr }) => {
    // What passed since is not worth a report as the page is left.
    if (address(xhr)) seconds.take();
  });
  on("htmx:afterRequest", ({ xhr }) => {
    if (address(xhr)) return onward(address(xhr));
    seconds.giveBack(reported);
    locked.end();
  });
  for (const type of ["htmx:sendError", "htmx:timeout"]) on(type, unreached);
  on("htmx:responseError", ({ xhr }) => refused(xhr));
}
