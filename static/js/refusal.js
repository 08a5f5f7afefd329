// What the server says, in words, when it takes nothing more from this person: {"error": "..."}
// with 403. Any other 403 is a form whose session has ended.
export const refusalIn = (status, body) => (status === 403 ? wordsIn(body) : "");

/** The server's words to what it does not take; none where it answers with a page. */
export function wordsIn(body) {
  try {
    return JSON.parse(body).error ?? "";
  } catch {
    return "";
  }
}
