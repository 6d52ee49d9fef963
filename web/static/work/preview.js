// Draws the label anew while its order is typed. Without this script a button does the same.

const REST_MS = 250;

for (const form of document.querySelectorAll("[data-label-form]")) start(form);

function start(form) {
  const place = document.querySelector("[data-preview-place]");
  form.querySelector("[data-preview-button]").hidden = true;
  let waiting = 0;
  let turn = 0; // Grows with each change; an answer that comes too late is left out.
  const draw = async () => {
    turn += 1;
    const mine = turn;
    const asked = new URLSearchParams(new FormData(form));
    asked.delete("csrf_token");
    asked.delete("once");
    try {
      const answer = await fetch(`${form.dataset.preview}?${asked}`, { redirect: "error" });
      if (answer.ok && mine === turn) place.innerHTML = await answer.text();
    } catch {
      // The picture stays as it was; sending the form says what is wrong.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, REST_MS);
  });
}
