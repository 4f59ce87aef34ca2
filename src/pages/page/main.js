// The page: what is drawn goes to the server, and what the network makes of it comes back.

import { get, pgm, PGM, post } from "/ask.js";
import { Filter } from "/filter.js";
import { Walk } from "/maps.js";
import { showFacts, showTable } from "/network.js";
import { Pen } from "/pen.js";

const find = (id) => document.getElementById(id);
const SIDE = 140; // of the picture that is sent: every stroke is still 11 pixels wide
const percent = (share) => `${(100 * share).toFixed(1)} %`;

// ---- Tabs, as the ARIA pattern has them ----

const tabs = [...document.querySelectorAll("[role=tab]")];

function choose(chosen) {
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.ariaSelected = String(isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
    find(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
  if (chosen.id === "tab-filter") filter.update();
}

tabs.forEach((tab, i) => {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
});

// ---- The answer ----

const walk = new Walk(find("walk"));
let answer = null; // the last one from /explain, or null
let classes = 10; // until /model says so

function makeBars(body, count) {
  body.replaceChildren();
  for (let k = 0; k < count; k++) {
    const tr = body.insertRow(), th = document.createElement("th"), bar = document.createElement("div");
    th.scope = "row";
    th.textContent = k;
    bar.className = "bar";
    bar.append(document.createElement("i"));
    tr.append(th);
    tr.insertCell().append(bar);
    tr.insertCell();
  }
}

function fillBars(probabilities, best) {
  const [body] = find("bars").tBodies, { rows } = body;
  if (rows.length !== probabilities.length) makeBars(body, probabilities.length);
  probabilities.forEach((share, k) => {
    rows[k].classList.toggle("is-best", k === best);
    rows[k].querySelector("i").style.setProperty("--share", share);
    rows[k].cells[2].textContent = percent(share);
  });
}

function say(digit, text, isUnsure) {
  find("digit").textContent = digit;
  find("said").textContent = text;
  find("answer").classList.remove("is-empty");
  find("answer").classList.toggle("is-unsure", isUnsure);
}

function show(next, milliseconds) {
  const isUnsure = !next.sure, share = percent(next.probability);
  answer = next;
  fillBars(next.probabilities, isUnsure ? -1 : next.digit);
  say(isUnsure ? "?" : next.digit, isUnsure ? `Not sure. If it is a digit, a ${next.digit} (${share})` : `${share} sure`, isUnsure);
  if (milliseconds !== undefined) {
    find("took").textContent = `answered in ${Math.round(milliseconds)} ms`;
    find("spoken").textContent = isUnsure ? `Not sure. Perhaps ${next.digit}` : `${next.digit}, ${share} sure`;
  }
  walk.fill(next);
  if (!find("filter").hidden) filter.update();
}

function showNothing(text) {
  answer = null;
  fillBars(Array(classes).fill(0), -1);
  say("–", text, false);
  find("answer").classList.add("is-empty");
  find("took").textContent = find("several").textContent = "";
  find("spoken").textContent = text;
  walk.empty();
  if (!find("filter").hidden) filter.update();
}

// ---- Questions: one on its way at a time, and always one more about the latest state ----

let isAsking = false, waiting = null;

// `since`: when the stroke ended, if it did.
async function ask(body, type, since) {
  waiting = { body, type, since: since ?? waiting?.since };
  if (isAsking) return;
  isAsking = true;
  while (waiting !== null) {
    const question = waiting;
    waiting = null;
    try {
      const next = await post("/explain", question.body(), question.type);
      if (pen.isEmpty || pen.isDot) continue;
      if (next.digit === null) {
        showNothing(`No digit: ${next.reason}.`);
        trouble(null);
        continue;
      }
      const took = question.since === undefined ? undefined : performance.now() - question.since;
      show(next, took);
      if (took !== undefined) read(question).catch((error) => trouble(error.message));
      if (took !== undefined) performance.measure("answer", { start: question.since, end: performance.now() });
      trouble(null);
    } catch (error) {
      showNothing("No answer.");
      trouble(error instanceof TypeError ? "The server does not answer: is lenet5 serve still running?" : error.message);
    }
  }
  isAsking = false;
}

// One digit is what the network takes; where there are more, the reader parts them.
async function read({ body, type }) {
  const asked = answer, { lines } = await post("/read", body(), type);
  if (answer !== asked) return;
  const count = lines.reduce((sum, line) => sum + line.digits.length, 0);
  find("several").textContent = count > 1 ? `Read as several digits: ${lines.map(({ text }) => text).join(", ")}` : "";
}

function trouble(text) {
  find("trouble").hidden = text === null;
  find("trouble").textContent = text ?? "";
}

const pen = new Pen(find("pad"), (isDone, time) => {
  find("undo").disabled = find("clear").disabled = pen.isEmpty;
  if (!pen.isEmpty && !pen.isDot) {
    ask(() => pgm(pen.gray(SIDE), SIDE, SIDE), PGM, isDone ? time : undefined);
    return;
  }
  waiting = null;
  trouble(null);
  showNothing(pen.isDot ? "A dot is no digit yet." : "Nothing is drawn yet.");
});
const filter = new Filter(() => ({
  seen: answer?.input ?? null,
  drawn: pen.isEmpty ? null : (side) => pen.gray(side),
}));

find("undo").addEventListener("click", () => pen.undo());
find("clear").addEventListener("click", () => pen.clear());

// ---- Pictures: chosen, dropped, pasted ----

async function take(file) {
  if (!file) return;
  try {
    pen.show(await createImageBitmap(file));
  } catch {
    // The server knows formats that browsers do not: it is asked all the same.
    pen.show(Object.assign(document.createElement("canvas"), { width: 1, height: 1 }));
  }
  find("undo").disabled = find("clear").disabled = false;
  ask(() => file, file.type.startsWith("image/") ? file.type : "application/octet-stream", performance.now());
}

find("file").addEventListener("change", (event) => {
  take(event.target.files[0]);
  event.target.value = "";
});
addEventListener("paste", (event) => take([...event.clipboardData.files][0]));
for (const name of ["dragover", "dragleave", "drop"])
  addEventListener(name, (event) => {
    event.preventDefault();
    find("pad").classList.toggle("is-over", name === "dragover");
    if (name === "drop") take(event.dataTransfer.files[0]);
  });

// ---- From the start ----

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => answer && walk.fill(answer));
showNothing(find("said").textContent);
get("/model").then((model) => {
  find("about").textContent = `A convolutional network of ${model.network.parameters.toLocaleString("en")} parameters ` +
    "that reads a digit, and what happens inside it.";
  classes = model.network.layers.at(-1).shape[0];
  walk.prepare(model.network);
  showTable(find("layers"), model.network);
  showFacts(find("facts"), model);
}).catch((error) => trouble(error.message));
