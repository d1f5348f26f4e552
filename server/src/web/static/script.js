// Comfort for those who have scripts. Everything works without.
"use strict";
// After a mistake the summary is what is read first.
document.querySelector(".error-summary")?.focus();

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
}
// Coming back by the browser's own button shows a page as it was left.
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));

// Filters that hold at once.
for (const select of document.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// Two minutes before somebody is signed out they are asked.
const minutes = Number(document.body.dataset.idleMinutes);
const dialog = document.getElementById("session-warning");
if (minutes && dialog) {
  let timer;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dialog.showModal(), (minutes - 2) * 60000);
  };
  dialog.querySelector("button").addEventListener("click", async () => {
    const form = new URLSearchParams({ csrf: document.querySelector("input[name=csrf]").value });
    await fetch("/stay-signed-in", { method: "POST", body: form, redirect: "manual" });
    dialog.close();
    start();
  });
  start();
}

// Copies what a field holds: a token that was just made.
for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) continue;
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    document.getElementById(field.id + "-copied").textContent = "Copied.";
  });
}

// Digests of files are worked out here: the files themselves go nowhere.
for (const lines of document.querySelectorAll("textarea[data-digests]")) {
  if (!globalThis.crypto?.subtle) break;
  const input = document.createElement("input");
  Object.assign(input, { type: "file", multiple: true, id: `${lines.id}-files` });
  const label = document.createElement("label");
  Object.assign(label, { htmlFor: input.id, textContent: "Or choose files: their names and SHA-256 are filled in, and the files stay with you" });
  input.addEventListener("change", async () => {
    for (const file of input.files) {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      const digits = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
      const name = file.name.replace(/[^A-Za-z0-9._-]+/g, "-").slice(-128);
      lines.value = `${lines.value.trimEnd()}\n${name} ${digits}`.trimStart();
    }
    input.value = "";
  });
  lines.after(label, input);
}
