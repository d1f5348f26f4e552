// Comfort for those who have scripts. Everything works without.
"use strict";
// After a mistake the summary is what is read first.
document.querySelector(".error-summary")?.focus();

// A form is sent once, however often its button is pressed. A second press says that it is on its way.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      const says = form.querySelector("[data-says-sent]") ?? form.appendChild(Object.assign(document.createElement("p"), { className: "hint" }));
      says.dataset.saysSent = "";
      says.setAttribute("role", "status");
      says.textContent = "This was sent already, and the answer is on its way. If none comes, load this page again.";
      return;
    }
    form.dataset.sent = "yes";
  });
}
// Coming back by the browser's own button shows a page as it was left.
addEventListener("pageshow", () => {
  document.querySelectorAll("form").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll("[data-says-sent]").forEach((says) => says.remove());
});

// Filters that hold at once.
for (const select of document.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// A page that says how far something has come looks again by itself, until that is over.
const making = document.getElementById("making");
if (making && "looksAgain" in making.dataset) {
  const parts = Array.from(making.children, (part) => part.id);
  const again = async () => {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById("making");
      // Signed out, or no longer known: the page itself says which.
      if (!now) return location.reload();
      for (const id of parts) {
        const [was, is] = [document.getElementById(id), page.getElementById(id)];
        // What is the same is not read out again.
        if (is && was.innerHTML !== is.innerHTML) was.replaceChildren(...is.childNodes);
      }
      document.title = page.title;
      if (!("looksAgain" in now.dataset)) return;
    } catch {
      // The server is away for a moment.
    }
    setTimeout(again, 2000);
  };
  setTimeout(again, 1000);
}

// Two minutes before somebody is signed out they are told. Who was idle can stay; who was there all day has to sign in again.
const idle = Number(document.body.dataset.idleMinutes) * 60000;
const dialog = document.getElementById("session-warning");
if (idle && dialog) {
  const [says, stay, close] = ["p", "[data-stays]", "[data-closes]"].map((what) => dialog.querySelector(what));
  const lasts = Date.now() + Number(document.body.dataset.leftSeconds) * 1000;
  const early = 120000;
  const kept = "What you typed is kept in this window.";
  let idles, timer, told;
  const tell = (text, canStay) => {
    says.textContent = text;
    stay.hidden = !canStay;
    close.hidden = canStay;
    if (!dialog.open) dialog.showModal();
  };
  // Timers stop while a machine sleeps, so the clock is looked at.
  const look = () => {
    clearTimeout(timer);
    const now = Date.now();
    if (now >= Math.min(idles, lasts)) {
      tell(`You have been signed out. ${kept} Send it, and you are asked to sign in first.`, false);
    } else if (now >= lasts - early) {
      if (told !== "last") tell(`You have been signed in for as long as is allowed. ${kept} Send it soon, or you are asked to sign in first.`, false);
      told = "last";
      timer = setTimeout(look, lasts - now);
    } else if (now >= idles - early) {
      tell(`You have not opened a page for a while. ${kept}`, true);
      timer = setTimeout(look, Math.min(idles, lasts - early) - now);
    } else {
      // No timer of a browser runs for longer than 24 days.
      timer = setTimeout(look, Math.min(idles, lasts) - early - now);
    }
  };
  const start = () => {
    idles = Date.now() + idle;
    look();
  };
  stay.addEventListener("click", async () => {
    const form = new URLSearchParams({ csrf: document.querySelector("input[name=csrf]").value });
    let status = 0;
    try {
      status = (await fetch("/stay-signed-in", { method: "POST", body: form, redirect: "manual" })).status;
    } catch {
      tell(`The service could not be reached. ${kept} Try again.`, true);
      return;
    }
    if (status === 204) {
      dialog.close();
      start();
    } else {
      // Signed out already, in another window or by an administrator.
      idles = 0;
      look();
    }
  });
  close.addEventListener("click", () => dialog.close());
  document.addEventListener("visibilitychange", () => document.hidden || dialog.open || look());
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
