// Asks how far the long work is while the page is looked at. Without this script one reloads.

const ASK_MS = 1500;

start();

function start() {
  for (const link of document.querySelectorAll("[data-no-script]")) link.hidden = true;
  if (document.querySelector("[data-progress] progress")) setTimeout(ask, ASK_MS);
}

async function ask() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { redirect: "error" });
      if (answer.ok) show(await answer.text());
    } catch {
      // The next question may be answered.
    }
  }
  if (document.querySelector("[data-progress] progress")) setTimeout(ask, ASK_MS);
}

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-progress]");
  const shown = document.querySelector("[data-progress]");
  if (fresh) shown.replaceWith(document.adoptNode(fresh));
  for (const link of document.querySelectorAll("[data-no-script]")) link.hidden = true;
}
