// <button data-dialog="id"> opens <dialog id>; <button data-close> inside closes it; a press on the
// backdrop closes it too.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    dialog?.showModal();
    dialog?.scrollTo(0, 0); // the focus goes to its first button, which may stand at its end
  }
  const closer = event.target.closest("dialog [data-close]");
  if (closer) closer.closest("dialog").close();
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
