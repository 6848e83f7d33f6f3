// The simulator's page: sends forms without leaving it, redraws what has changed, and filters the list of people.
"use strict";

const { channel, user, outside } = document.body.dataset;
const PIECE = { headers: { "x-piece": "1" } };
const byId = (id) => document.getElementById(id);

// --- redraw only what differs, so that focus, scrolling and what is being typed stay -----------------------------------

const keyOf = (node) => (node.nodeType === 1 ? node.dataset.key || node.dataset.part : undefined);

function morph(from, to) {
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName || keyOf(from) !== keyOf(to)) {
    from.replaceWith(to);
    return;
  }
  if (from.nodeType !== 1) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && name !== "open") from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  morphChildren(from, to);
}

function morphChildren(from, to) {
  const keyed = new Map([...from.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let at = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const same = keyOf(wanted) ? keyed.get(keyOf(wanted)) : at;
    if (keyOf(wanted) && same && same !== at) from.insertBefore(same, at);
    if (same && keyOf(same) === keyOf(wanted)) {
      at = same.nextSibling;
      morph(same, wanted);
    } else from.insertBefore(wanted, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

const lines = (log) => log.querySelectorAll("li").length;

async function redraw(element, url) {
  const answer = await fetch(url, PIECE);
  if (!answer.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const logs = [...element.querySelectorAll(".messages")].map((log) => [log, lines(log)]);
  morphChildren(element, fresh.content);
  for (const [log, before] of logs) if (lines(log) > before) log.scrollTop = log.scrollHeight;
}

const redrawTalk = () => (channel || outside) && redraw(byId("live"), location.pathname);
const redrawPeople = async () => {
  await redraw(byId("people"), "/simulator/people");
  filter();
};

// --- forms -------------------------------------------------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches(".keep, .enter")) return; // a file to save, and the way to another page
  event.preventDefault();
  if (form.id === "filters") return;
  const data = new URLSearchParams(new FormData(form, event.submitter));
  const input = form.querySelector("input[name=text]");
  if (input) input.value = "";
  if (form.matches(".jump")) say("Time passes …");
  const answer = await fetch(form.action, { method: "POST", body: data, ...PIECE });
  if (form.matches(".jump") || !answer.ok) say(answer.ok ? await answer.text() : "That did not work. Reload the page.");
  await redrawTalk();
  if (!document.contains(document.activeElement) || document.activeElement === document.body) {
    const phone = form.closest(".phone") || document.querySelector(".phone");
    phone?.querySelector(".composer input")?.focus({ preventScroll: true });
  }
});

function say(text) {
  byId("told").textContent = text.trim();
}

// --- what happens meanwhile ----------------------------------------------------------------------------------------------

const clock = byId("clock");
let ahead = Date.parse(clock.dateTime) - Date.now();
const words = new Intl.DateTimeFormat("en-US", {
  timeZone: clock.dataset.zone, weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit",
});

function tick() {
  const now = new Date(Date.now() + ahead);
  const text = words.format(now);
  if (clock.textContent !== text) clock.textContent = text;
  clock.dateTime = now.toISOString();
}

let last = {};
const query = channel ? `?${new URLSearchParams({ channel, user })}` : outside ? "?outside=true" : "";
const events = new EventSource(`/simulator/events${query}`);
events.onmessage = async ({ data }) => {
  const state = JSON.parse(data);
  ahead = Date.parse(state.now) - Date.now();
  tick();
  const before = last;
  last = state;
  if (before.talk !== undefined && before.talk !== state.talk) await redrawTalk();
  if (before.people !== undefined && before.people !== state.people) await redrawPeople();
};
addEventListener("pagehide", () => events.close());

// --- the list of people --------------------------------------------------------------------------------------------------

function filter() {
  const sought = byId("search").value.trim().toLowerCase();
  const stage = byId("f-stage").value;
  const wanted = ["audience", "language", "channel"].map((name) => [name, byId(`f-${name}`).value]);
  let shown = 0;
  for (const group of document.querySelectorAll("#people .group")) {
    let here = 0;
    for (const line of group.querySelectorAll("li")) {
      const fits =
        (!stage || group.dataset.stage === stage) &&
        wanted.every(([name, value]) => !value || line.dataset[name] === value) &&
        (!sought || line.textContent.toLowerCase().includes(sought));
      line.hidden = !fits;
      here += fits;
    }
    group.hidden = !here;
    shown += here;
  }
  byId("nobody").hidden = shown > 0;
  byId("people-count").textContent = `${shown} ${shown === 1 ? "person" : "people"}`;
  for (const link of document.querySelectorAll("#people a")) {
    if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
  }
}

byId("filters").addEventListener("input", filter);
if (matchMedia("(max-width: 60rem)").matches) byId("people-box").open = false;
filter();
tick();
setInterval(tick, 1000);

function showLatest() {
  for (const log of document.querySelectorAll(".messages")) log.scrollTop = log.scrollHeight;
}

document.querySelector(".views")?.addEventListener("change", showLatest);
showLatest();
