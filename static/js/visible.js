// Plain text with the characters that change it unseen named by their codes: see annotation/controls.py.
const CONTROLS = /([\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}])/u;
const FLAG = /(\u{1f3f4}[\u{e0020}-\u{e007e}]+\u{e007f})/u;

/** Nodes and texts to append. */
export function visible(text) {
  return text.split(FLAG).flatMap((part, which) => (which % 2 ? part : part.split(CONTROLS).map(named)));
}

function named(part, which) {
  if (which % 2 === 0) return part;
  const sign = document.createElement("span");
  sign.className = "control";
  sign.textContent = `U+${part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  return sign;
}
