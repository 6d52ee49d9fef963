// The sign that something was read: a short buzz where the device can, and a tone for who wants one.

const STORE = "suxin.scan.sound";
const TONE_HZ = 1200;
const TONE_S = 0.08;
const BUZZ_MS = 60;

// Returns the function that gives the sign; `button` turns the tone on and off.
export function makeSignal(button) {
  let audio = null;
  let isOn = readWish();
  show();
  button.addEventListener("click", () => {
    isOn = !isOn;
    keepWish(isOn);
    show();
    if (isOn) tone();
  });

  function show() {
    button.setAttribute("aria-pressed", String(isOn));
  }

  function tone() {
    audio ??= new AudioContext();
    const oscillator = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.1;
    oscillator.frequency.value = TONE_HZ;
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start();
    oscillator.stop(audio.currentTime + TONE_S);
  }

  return () => {
    navigator.vibrate?.(BUZZ_MS);
    if (isOn) tone();
  };
}

function readWish() {
  try {
    return localStorage.getItem(STORE) === "on";
  } catch {
    return false;
  }
}

function keepWish(isOn) {
  try {
    localStorage.setItem(STORE, isOn ? "on" : "off");
  } catch {
    // Without storage the wish lasts as long as the page.
  }
}
