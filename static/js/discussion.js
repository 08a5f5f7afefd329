// A thread: looked after while it is seen, and @ completes names. All of it works without.
import { interpolate, ngettext } from "./i18n.js";

const EVERY = 30_000;
const MOST = 8;

const looked = () => {
  const list = document.querySelector("#messages[hx-get]");
  if (list && document.visibilityState === "visible") globalThis.htmx.trigger(list, "refresh");
};
setInterval(looked, EVERY);
document.addEventListener("visibilitychange", looked);

let before = new Set();
const shown = () => new Set([...document.querySelectorAll(".message:not(.own)")].map((each) => each.id));
document.addEventListener("htmx:beforeSwap", () => { before = shown(); });
document.addEventListener("htmx:afterSettle", (event) => {
  const news = document.getElementById("news");
  const n = [...shown()].filter((id) => !before.has(id)).length;
  if (news && n && before.size) {
    news.textContent = interpolate(ngettext("%(n)s new message", "%(n)s new messages", n), { n });
  }
  if (event.target.id === "discussion") document.querySelector("#write textarea")?.focus();
});

// The name that is being typed: from the @ before the caret on.
const typed = (field) => /(?<![\w@.+-])@([\w@.+-]*)$/u.exec(field.value.slice(0, field.selectionStart));

function close(field) {
  document.getElementById("names")?.remove();
  field.removeAttribute("aria-activedescendant");
  field.removeAttribute("aria-controls");
}

function choose(field, at) {
  const options = [...document.querySelectorAll("#names li")];
  const place = (at + options.length) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
  options[place].scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", options[place].id);
}

function take(field, name) {
  const start = field.selectionStart - typed(field)[1].length;
  field.setRangeText(`${name} `, start, field.selectionStart, "end");
  close(field);
}

function offer(field) {
  close(field);
  const begun = typed(field)?.[1].toLowerCase();
  if (begun === undefined) return;
  const names = field.closest("[data-names]").dataset.names.split(" ").filter(Boolean);
  const fitting = names.filter((name) => name.toLowerCase().startsWith(begun)).slice(0, MOST);
  if (!fitting.length || (fitting.length === 1 && fitting[0].toLowerCase() === begun)) return;
  const list = document.createElement("ul");
  list.id = "names";
  list.className = "names";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "@");
  fitting.forEach((name, index) => {
    const option = document.createElement("li");
    option.id = `name-${index}`;
    option.setAttribute("role", "option");
    option.textContent = name;
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      take(field, name);
    });
    list.append(option);
  });
  list.style.top = `${field.offsetTop + field.offsetHeight}px`;
  field.after(list);
  field.setAttribute("aria-controls", "names");
  choose(field, 0);
}

const isField = (event) => event.target.matches("[data-names] textarea");

document.addEventListener("input", (event) => {
  if (isField(event)) offer(event.target);
});

document.addEventListener("focusout", (event) => {
  if (isField(event)) close(event.target);
});

document.addEventListener("keydown", (event) => {
  if (!isField(event)) return;
  const field = event.target;
  const options = [...document.querySelectorAll("#names li")];
  const at = options.findIndex((option) => option.ariaSelected === "true");
  if (!options.length) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
    return;
  }
  if (event.key === "ArrowDown") choose(field, at + 1);
  else if (event.key === "ArrowUp") choose(field, at - 1);
  else if (event.key === "Enter" || event.key === "Tab") take(field, options[at].textContent);
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
});
