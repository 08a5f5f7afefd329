// Moments as the reader's clock shows them, in the page's language and with 24 hours a day. The server
// writes them in its own zone (annotation/templatetags/times.py); here is the one place that says how.
const { lang } = document.documentElement;
const language = lang === "en" ? "en-GB" : lang; // day before month, as the server writes it

const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SHORT = { day: "numeric", month: "short" };
const FORMS = {
  full: { ...SHORT, year: "numeric", ...HOUR },
  short: { ...SHORT, ...HOUR },
  day: { ...SHORT, year: "numeric" },
  hour: HOUR,
  second: { ...HOUR, second: "2-digit" },
};

/** In one of FORMS, or "brief": today's by the hour alone. */
export function moment(at, form) {
  const today = at.toDateString() === new Date().toDateString();
  const how = form === "brief" ? (today ? "hour" : "short") : form;
  return new Intl.DateTimeFormat(language, FORMS[how]).format(at);
}

function show() {
  for (const time of document.querySelectorAll("time[data-shown]")) {
    const words = moment(new Date(time.dateTime), time.dataset.shown);
    if (time.textContent !== words) time.textContent = words;
  }
}

show();
for (const type of ["htmx:afterSwap", "htmx:oobAfterSwap"]) document.addEventListener(type, show);
