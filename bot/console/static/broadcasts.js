// Broadcasts: a press inserts a name where one writes, and shows the message as somebody else would read it.
"use strict";

const words = document.getElementById("words");

document.addEventListener("click", (event) => {
  const letters = event.target.dataset?.insert;
  if (letters) {
    const field = document.getElementById(event.target.dataset.into);
    field.setRangeText(letters, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (words && event.target.dataset?.another !== undefined) {
    const another = Object.assign(document.createElement("input"), { type: "hidden", name: "another", value: "yes" });
    words.append(another);
    htmx.trigger(words, "weigh");
    window.setTimeout(() => another.remove(), 50);
  }
});

// Once nothing more changes, the page is fetched once again with its report.
document.addEventListener("over", () => { window.location.reload(); });
