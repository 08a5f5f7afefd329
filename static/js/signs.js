// The signs by which what is listed is chosen from the keyboard: the first is 1, the tenth 0, the
// eleventh q. A list has at most as many rows (MAX_ASKED in annotation/people/rubric.py).
export const SIGNS = "1234567890qwertyuiop";

/** The digit of a key press, or undefined. By the key's place, not its letter: on some keyboards the
 * digits are the shifted ones. */
export function digitOf(event) {
  const digit = event.code.match(/^(?:Digit|Numpad)([0-9])$/)?.[1];
  return digit === undefined ? undefined : Number(digit);
}

/** The place in a list that a key press names, or -1. */
export function placeOf(event) {
  const sign = String(digitOf(event) ?? event.key.toLowerCase());
  return sign.length === 1 ? SIGNS.indexOf(sign) : -1;
}
