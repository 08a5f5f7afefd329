// What the server says, in words, when it takes nothing more from this person: {"error": "..."}
// with 403. Any other 403 is a form whose session has ended.
export function refusalIn(status, body) {
  if (status !== 403) return "";
  try {
    return JSON.parse(body).error ?? "";
  } catch {
    return "";
  }
}
