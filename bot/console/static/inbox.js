// Inbox: the latest words are in view, and a canned reply is put where one writes.
"use strict";

const talk = document.getElementById("talk");
const toEnd = () => { talk.scrollTop = talk.scrollHeight; };
if (talk) {
  toEnd();
  // Whoever reads further up is left there.
  let atEnd = true;
  talk.addEventListener("scroll", () => { atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40; });
  new MutationObserver(() => { if (atEnd) toEnd(); }).observe(talk, { childList: true });
}

document.getElementById("canned")?.addEventListener("change", (event) => {
  const field = document.getElementById("text");
  if (event.target.value) {
    field.value = field.value ? `${field.value}\n${event.target.value}` : event.target.value;
    event.target.value = "";
    field.focus();
  }
});
