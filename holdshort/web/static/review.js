// Keys for the review screen (j k a m r e s ?), with a switch; and the confirming dialog.
const ON = "holdshort-keys";
const html = document.documentElement;
const help = document.getElementById("keys");
const pane = document.querySelector("[data-review]");

const on = () => localStorage.getItem(ON) !== "off";
const typing = (element) => element.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

function open(name) {
  const sheet = document.getElementById(`verb-${name}`);
  if (!sheet) return;
  sheet.open = true;
  sheet.querySelector(".sheet input:not([type=hidden]), .sheet textarea, .sheet select")?.focus();
}

function approve() {
  const verb = document.getElementById("verb-approve");
  if (verb?.dataset.dialog) verb.click();
  else verb?.focus();
}

function move(step) {
  const links = [...document.querySelectorAll(".reviews a")];
  const here = links.findIndex((link) => link === document.activeElement);
  const current = here >= 0 ? here : links.findIndex((link) => link.hasAttribute("aria-current"));
  const next = links[Math.min(links.length - 1, Math.max(0, current + step))];
  if (next) here >= 0 && next === links[here] ? next.click() : next.focus();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  a: approve,
  m: () => open("change"),
  r: () => open("reject"),
  e: () => open("hand-over"),
  s: () => open("ask"),
  "?": () => help.showModal(),
};

function pressed(event) {
  if (event.key === "Escape") for (const sheet of document.querySelectorAll(".verb[open]")) sheet.open = false;
  if (!on() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog:modal") || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
}

if (help) {
  const box = help.querySelector("input");
  const show = () => { html.classList.toggle("keys", on()); box.checked = on(); };
  box.addEventListener("change", () => { localStorage.setItem(ON, box.checked ? "on" : "off"); show(); });
  document.querySelector("[data-keys]")?.addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", pressed);
  show();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog) {
    event.preventDefault();
    if (dialog.open) dialog.close();
    dialog.showModal();
    dialog.querySelector("h2").focus();
  } else if (event.target.closest("dialog:modal [data-close]")) {
    event.preventDefault();
    event.target.closest("dialog").close();
  }
});

if (pane) {
  const shown = document.querySelector("dialog[open]:not(#keys)");
  if (shown) { shown.close(); shown.showModal(); shown.querySelector("h2").focus(); }
}
