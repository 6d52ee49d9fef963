/* Tells, if somebody wishes, roughly where a code was scanned: rounded here to a tenth of a degree
   (about ten kilometres) before anything is sent. Without this script nothing is told. */

const TENTHS = 10;
const ASKED = { enableHighAccuracy: false, maximumAge: 600_000, timeout: 15_000 };

function tenths(degrees) {
  return Math.round(degrees * TENTHS);
}

function locate() {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(resolve, reject, ASKED);
  });
}

async function tell(card) {
  const { coords } = await locate();
  const answer = await fetch(card.dataset.url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      code: card.dataset.code,
      lat_tenths: tenths(coords.latitude),
      lon_tenths: tenths(coords.longitude),
    }),
  });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
}

function setUp(card) {
  const button = card.querySelector("[data-place-button]");
  const result = card.querySelector("[data-place-result]");
  card.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await tell(card);
      result.textContent = card.dataset.done;
      button.hidden = true;
    } catch {
      result.textContent = card.dataset.failed;
      button.disabled = false;
    }
  });
}

const card = document.querySelector("[data-place]");
if (card && "geolocation" in navigator && window.isSecureContext) setUp(card);
