// Nothing here is required. Passkeys: show what needs a script, and say so in words when a key does not work.
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-needs-script]").forEach((part) => { part.hidden = false; });
  if (!window.htmx) return;
  document.querySelectorAll("[data-without-script]").forEach((part) => { part.hidden = true; }); // happens by itself
});
document.addEventListener("allauth.error", (event) => {
  const words = document.getElementById("passkey_problem");
  if (!words) return;
  event.preventDefault();
  words.hidden = false;
  words.focus();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
// Autosave that fails says so; the next one that works puts the words away again.
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    event.target.querySelectorAll("[data-not-saved]").forEach((part) => { part.hidden = false; });
  });
}
// A field that can be copied: the button says so when it is done; without a clipboard the text is selected.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  const said = document.getElementById(`${field.id}_copied`);
  field.select();
  navigator.clipboard?.writeText(field.value).then(() => { said.textContent = said.dataset.said; }, () => {});
});
