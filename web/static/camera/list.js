// The list of what was read: newest first, each text once, with how often it was read. What a text
// is, the service says; its answer is list items of our own templates. The list outlives a look at
// a product and ends with the tab.

const STORE = "suxin.scan";

// A server in front of ours takes 64 kB; the longest text takes 27,000 characters.
const BODY_CHARS_MAX = 30000;

export function makeList({ root, words, readingUrl, textsMax }) {
  const list = root.querySelector("[data-list]");
  const status = root.querySelector("[data-list-status]");
  const known = new Map(); // text -> {count, element}; element is null while it is asked about
  let queue = [];
  let isAsking = false;

  list.querySelectorAll(":scope > li").forEach((element) => adopt(element));
  restore();

  function adopt(element) {
    // An item without its text holds the number of a person: it is shown and never kept.
    const text = element.dataset.text;
    if (text !== undefined) known.set(text, { count: 1, element });
  }

  function restore() {
    const kept = readStore().filter(([text]) => !known.has(text));
    if (!kept.length) return refresh();
    kept.forEach(([text, count]) => known.set(text, { count, element: null }));
    // They were read before what is on the page, so they stand below it.
    queue.push({ texts: kept.map(([text]) => text), isOld: true });
    return ask();
  }

  // Takes texts that were read just now; returns whether there is room for them.
  function add(texts) {
    const fresh = [];
    for (const text of texts) {
      const one = known.get(text);
      if (one) again(one);
      else if (known.size >= textsMax) {
        status.textContent = words.full;
        return false;
      } else {
        known.set(text, { count: 1, element: null });
        fresh.push(text);
      }
    }
    if (fresh.length) queue.push({ texts: fresh, isOld: false });
    refresh();
    ask();
    return true;
  }

  function again(one) {
    one.count += 1;
    if (one.element) {
      showCount(one);
      list.prepend(one.element);
    }
    keep();
  }

  async function ask() {
    if (isAsking) return;
    isAsking = true;
    try {
      while (queue.length) {
        const { texts, isOld } = nextBatch();
        const items = (await fetchItems(readingUrl, texts)) ?? texts.map(failedItem);
        if (texts.every((text) => known.has(text))) place(texts, items, isOld);
      }
    } finally {
      isAsking = false;
    }
  }

  // Takes what one request may carry from the head of the queue.
  function nextBatch() {
    const { texts, isOld } = queue.shift();
    let [size, count] = [0, 0];
    for (const text of texts) {
      size += encodeURIComponent(text).length;
      if (count && size > BODY_CHARS_MAX) break;
      count += 1;
    }
    if (count < texts.length) queue.unshift({ texts: texts.slice(count), isOld });
    return { texts: texts.slice(0, count), isOld };
  }

  function place(texts, items, isOld) {
    // Newest first: what was asked together was read in the order of the texts.
    items.forEach((element, index) => {
      const one = known.get(texts[index]);
      one.element = element;
      showCount(one);
      if (isOld) list.append(element);
      else list.prepend(element);
    });
    refresh();
    keep();
  }

  function failedItem(text) {
    const template = root.querySelector("template[data-failed]");
    const element = template.content.firstElementChild.cloneNode(true);
    element.querySelector("[data-failed-text]").textContent = text;
    element.querySelector("[data-again]").addEventListener("click", () => {
      element.remove();
      if (known.has(text)) known.get(text).element = null;
      queue.push({ texts: [text], isOld: false });
      ask();
    });
    return element;
  }

  function showCount({ count, element }) {
    const badge = element.querySelector("[data-count]");
    if (!badge) return;
    badge.textContent = `× ${count}`;
    badge.hidden = count < 2;
  }

  function clear() {
    known.clear();
    queue = [];
    list.replaceChildren();
    status.textContent = "";
    keep();
    refresh();
  }

  function keep() {
    const newestFirst = [...list.children].map((element) => element.dataset.text);
    const kept = newestFirst
      .filter((text) => known.has(text))
      .map((text) => [text, known.get(text).count]);
    try {
      sessionStorage.setItem(STORE, JSON.stringify(kept));
    } catch {
      // Without storage the list lasts as long as the page.
    }
  }

  function readStore() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
      const isPair = (one) =>
        Array.isArray(one) && typeof one[0] === "string" && Number.isInteger(one[1]);
      return Array.isArray(kept) ? kept.filter(isPair).slice(0, textsMax) : [];
    } catch {
      return [];
    }
  }

  function refresh() {
    const isEmpty = known.size === 0 && list.children.length === 0;
    root.querySelector("[data-list-buttons]").hidden = isEmpty;
    root.querySelector("[data-empty]").hidden = !isEmpty;
  }

  // The codes as lines, in the order in which they were read.
  function lines() {
    const shown = [...list.querySelectorAll("[data-copied]")].map((one) => one.textContent);
    return shown.reverse().join("\n");
  }

  return { add, clear, lines };
}

// Returns one element for each text, or null where the service did not answer as it should.
async function fetchItems(url, texts) {
  const body = new URLSearchParams(texts.map((text) => ["text", text]));
  try {
    const response = await fetch(url, { method: "POST", body, credentials: "same-origin" });
    if (!response.ok) return null;
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    const items = [...template.content.children];
    return items.length === texts.length ? items : null;
  } catch {
    return null;
  }
}
