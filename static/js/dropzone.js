// A file input that also takes a dropped file, and says which file was chosen.
"use strict";

for (const zone of document.querySelectorAll("[data-dropzone]")) {
  const input = zone.querySelector("input[type=file]");
  const name = zone.querySelector("[data-filename]");
  const show = () => {
    const file = input.files[0];
    zone.classList.toggle("filled", Boolean(file));
    if (file) name.textContent = `${file.name} · ${(file.size / 1e6).toFixed(file.size < 1e5 ? 3 : 1)} MB`;
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
