// What every page of the console does in the browser; nothing depends on it but comfort.
"use strict";

// A press that cannot be taken back asks first, in the words of the page.
document.addEventListener("submit", (event) => {
  const asked = event.submitter?.dataset.confirm ?? event.target.dataset?.confirm;
  if (asked && !window.confirm(asked)) event.preventDefault();
});

// A change of a filter is applied at once where the form says so.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.dataset.applies === "at-once") form.requestSubmit();
});
