// A file input that also takes a dropped file, and says which file was chosen.
import { locale } from "./i18n.js";

for (const zone of document.querySelectorAll("[data-dropzone]")) {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-filename]");
  const show = () => {
    const file = input.files[0];
    zone.classList.toggle("filled", Boolean(file));
    const digits = file?.size < 1e5 ? 3 : 1;
    const how = { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false };
    if (file) name.textContent = `${file.name} · ${(file.size / 1e6).toLocaleString(locale, how)} MB`;
  };
  input.addEventListener("change", show);
  for (const type of ["dragenter", "dragover"])
    zone.addEventListener(type, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  for (const type of ["dragleave", "drop"]) zone.addEventListener(type, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    show();
  });
}
