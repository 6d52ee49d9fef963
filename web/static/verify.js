// The button "Verify": loads the proof of this page, checks it on the reader's own device, and
// compares what the page shows with what was proven. Everything out of the bundle is written as
// text, never as markup. The check itself is fetched only when somebody asks for it.

const BEIJING_MINUTES = 480;
const FAILURES_SHOWN_MAX = 12;

const card = document.querySelector("[data-verify]");
if (card) start(card);

function start(root) {
  const button = root.querySelector("[data-verify-button]");
  const words = JSON.parse(root.dataset.words);
  const page = {
    words,
    root,
    output: root.querySelector("[data-verify-result]"),
    stepWords: JSON.parse(root.dataset.stepWords),
    steps: [...document.querySelectorAll("[data-step]")],
  };
  button.hidden = false;
  let isBusy = false;
  button.addEventListener("click", async () => {
    if (isBusy) return;
    isBusy = true;
    // A disabled button would drop the keyboard's focus; this one keeps it and says that it waits.
    button.setAttribute("aria-disabled", "true");
    page.output.replaceChildren(paragraph(words.checking, "soft"));
    page.steps.forEach((step) => mark(step, "", ""));
    try {
      await run(page);
    } finally {
      isBusy = false;
      button.removeAttribute("aria-disabled");
      button.textContent = words.again;
    }
  });
}

async function run(page) {
  const { words, root } = page;
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle) {
    return conclude(page, "unchecked", [], [], [words.no_crypto]);
  }
  if (!root.dataset.vkey) return conclude(page, "unchecked", [], [], [words.no_key]);
  let text;
  let checker;
  try {
    checker = await import("./check.js");
    const response = await fetch(root.dataset.bundleUrl, { credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    text = await response.text();
  } catch {
    return conclude(page, "unchecked", [], [], [words.no_bundle]);
  }
  let result;
  try {
    result = await checker.checkBundle(text, root.dataset.vkey);
  } catch (error) {
    if (!(error instanceof checker.Refusal)) throw error;
    return conclude(page, "failed", [], [], [reasonOf(page, error), words.advice]);
  }
  return report(page, result, checker.names);
}

function report(page, result, names) {
  const { words, root } = page;
  const failures = [...result.failures];
  if (result.subject && result.subject !== root.dataset.subject) {
    failures.push({ step: "items", reason: "bad_subject", seq: null });
  }
  const absent = compare(page, result, failures);
  const isWhole = failures.length === 0;
  const proven = isWhole || result.entries.length ? provenWords(page, result, isWhole, names) : [];
  const open = openWords(page, result, absent);
  if (!isWhole) {
    const shown = failures.slice(0, FAILURES_SHOWN_MAX).map((failure) => reasonOf(page, failure));
    return conclude(page, "failed", proven, open, [...shown, words.advice]);
  }
  if (result.isSigned === null) return conclude(page, "partly", proven, open, [words.no_ed25519]);
  return conclude(page, absent ? "partly" : "verified", proven, open, []);
}

/** Mark every step of the page; add what differs to `failures`; return how many are absent. */
function compare(page, result, failures) {
  const { words } = page;
  const proven = new Map(result.entries.map((entry) => [entry.seq, entry]));
  let absent = 0;
  for (const step of page.steps) {
    const seq = Number(step.dataset.seq);
    const entry = Number(step.dataset.log) === result.log ? proven.get(seq) : undefined;
    if (failures.some((failure) => failure.seq === seq)) {
      mark(step, "bad", words.mark_bad);
    } else if (!entry) {
      absent += 1;
      mark(step, "warn", words.mark_absent);
    } else {
      const difference = differenceOf(step, entry.leaves, page.stepWords);
      if (difference) failures.push({ step: "shown", reason: difference, seq });
      mark(step, difference ? "bad" : "good", difference ? words.mark_bad : words.mark_good);
    }
  }
  return absent;
}

function differenceOf(step, leaves, stepWords) {
  const time = step.querySelector("[data-when]");
  if (time && spaced(time.textContent) !== wallClock(leaves)) return "bad_time";
  const name = localName(leaves.get("/event/bizStep") ?? "");
  const shaped = `${leaves.get("/event/type")}|${name}`;
  const word = Object.hasOwn(stepWords, shaped) ? stepWords[shaped] : stepWords[name];
  return spaced(step.querySelector("[data-title]").textContent) === word ? "" : "bad_title";
}

/** The event's time on the clock of its place, as the page writes it. */
function wallClock(leaves) {
  const offset = /^([+-])([0-9]{2}):([0-9]{2})$/.exec(leaves.get("/event/eventTimeZoneOffset"));
  const minutes = offset ? Number(offset[2]) * 60 + Number(offset[3]) : BEIJING_MINUTES;
  return clock(leaves.get("/event/eventTime"), offset?.[1] === "-" ? -minutes : minutes);
}

function clock(instant, minutes) {
  const at = new Date(Date.parse(instant) + minutes * 60000);
  return Number.isNaN(at.getTime()) ? "" : at.toISOString().slice(0, 16).replace("T", " ");
}

/** The bare word of a vocabulary value, as `web/pages/words.py` reads it. */
function localName(value) {
  return value.replace(/^.*[/:#]/, "").replace(/^(?:BizStep-|Disp-)/, "");
}

function provenWords(page, result, isWhole, names) {
  const { words, root } = page;
  const { state, entries } = result;
  const proven = [];
  if (result.isSigned) {
    proven.push(fill(words.signature, { origin: state.origin, size: state.size }));
  }
  if (entries.length) {
    const times = entries.map((entry) => entry.recordedAt).sort();
    const first = clock(times[0], BEIJING_MINUTES);
    const last = clock(times[times.length - 1], BEIJING_MINUTES);
    proven.push(fill(words.records, { n: entries.length, first, last }));
  }
  if (isWhole) proven.push(words.shown);
  const itself = entries.filter((entry) => entry.items.includes(root.dataset.subject)).length;
  const named = entries.some((entry) => names(entry, root.dataset.subject));
  if (itself) proven.push(fill(words.items, { n: itself }));
  else if (named) proven.push(words.class_only);
  return proven;
}

function openWords(page, result, absent) {
  const { words, root } = page;
  const hidden = result.entries.reduce((sum, entry) => sum + entry.hidden, 0);
  const open = [words.truth, words.complete, words.names];
  if (hidden) open.push(fill(words.hidden, { n: hidden }));
  if (absent) open.push(fill(words.absent, { n: absent }));
  open.push(fill(words.key, { key: root.dataset.vkey }));
  return open;
}

function reasonOf({ words }, failure) {
  const values = {
    seq: failure.seq,
    step: words[`step_${failure.step}`],
    reason: words[failure.reason],
  };
  return fill(failure.seq === null ? words.at_all : words.at_entry, values);
}

function conclude(page, outcome, proven, open, reasons) {
  const { words, output } = page;
  const tone = { verified: "good", failed: "bad" }[outcome] ?? "unsure";
  const parts = [paragraph(words[outcome], `verdict verdict-${tone}`)];
  if (reasons.length) {
    const css = outcome === "failed" ? "is-failed" : "is-open";
    parts.push(list(page, reasons, css, outcome === "failed" ? "cross" : "info"));
  }
  if (proven.length) {
    parts.push(heading(words.proven_title), list(page, proven, "is-proven", "check"));
  }
  if (open.length && outcome !== "unchecked") {
    parts.push(heading(words.open_title), list(page, open, "is-open", "info"));
  }
  output.replaceChildren(...parts);
}

function mark(step, tone, text) {
  const badge = step.querySelector("[data-mark]");
  badge.className = tone ? `step-mark badge badge-${tone}` : "step-mark badge";
  badge.textContent = text;
  step.classList.toggle("is-verified", tone === "good");
  step.classList.toggle("has-failed", tone === "bad");
  if (tone === "bad") step.closest("details").open = true;
}

function fill(template, values) {
  return template.replace(/\{([a-z]+)\}/g, (whole, name) => String(values[name] ?? whole));
}

function spaced(text) {
  return text.trim().replace(/\s+/g, " ");
}

function paragraph(text, css) {
  return element("p", css, text);
}

function heading(text) {
  return element("h3", "", text);
}

function list(page, texts, css, icon) {
  const whole = element("ul", "", "");
  for (const text of texts) {
    const item = element("li", css, "");
    item.append(sign(page, icon), element("span", "", text));
    whole.append(item);
  }
  return whole;
}

function sign(page, name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(namespace, "use");
  use.setAttribute("href", `${page.root.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

function element(tag, css, text) {
  const made = document.createElement(tag);
  if (css) made.className = css;
  made.textContent = text;
  return made;
}
