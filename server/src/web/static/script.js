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
