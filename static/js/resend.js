// Hands in what could not be sent, as soon as the server can be reached again: once, as handing in
// twice is handing in once.
const RETRY = [3000, 10000, 30000]; // milliseconds; without a network the browser says when it is back

/** `again()` sends what was refused by nobody but the network. */
export function resend({ again }) {
  let waiting = false;
  let tries = 0;
  let timer = null;

  function stop() {
    waiting = false;
    clearTimeout(timer);
  }

  function send() {
    if (!waiting) return;
    stop();
    again();
  }

  window.addEventListener("online", send);

  return {
    /** It did not arrive: try again by itself. */
    later() {
      waiting = true;
      clearTimeout(timer);
      timer = setTimeout(() => navigator.onLine && send(), RETRY[Math.min(tries, RETRY.length - 1)]);
      tries += 1;
    },
    /** It is changed, so it is not to be sent as it was. Returns whether it waited to be. */
    cancel() {
      const waited = waiting;
      stop();
      tries = 0;
      return waited;
    },
  };
}
