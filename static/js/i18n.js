// What scripts say, in the page's language. The catalog is a script of its own before this one, made
// from locale/*/djangojs.po (`make messages`); a page in English has none.
const { messages = {}, plural = (n) => Number(n !== 1) } = globalThis.plumblineCatalog ?? {};

export const gettext = (text) => messages[text] ?? text;

export const ngettext = (one, many, n) => messages[one]?.[plural(n)] ?? (n === 1 ? one : many);

/** The page's language as this browser's owner writes it: "en" may be "en-GB". */
export const locale = navigator.languages.find((each) => each.startsWith(document.documentElement.lang)) ?? document.documentElement.lang;

/** Fill "%(name)s" with the value of that name. */
export const interpolate = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
