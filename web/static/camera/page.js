// The scan page: lends the camera's pictures to the reader and what it reads to the list. Without
// this script the page still types and takes photos; nothing below it is needed for that.

import {
  borrowCamera,
  giveBack,
  hasLight,
  isAllowed,
  listCameras,
  missingCamera,
  setLight,
  troubleOf,
} from "./camera.js";
import { makeList } from "./list.js";
import { VIDEO_SIDE_MAX, pixelsOf } from "./pixels.js";
import { usePhotos } from "./photo.js";
import { ReaderLost, makeReader } from "./reader.js";
import { makeSightings } from "./sightings.js";
import { makeSignal } from "./signal.js";

const FRAME_SYMBOLS_MAX = 8;
const FRAME_REST_MS = 60;
const HIT_MS = 400;

const root = document.querySelector("[data-camera]");
if (root) start(root);

function start(root) {
  const words = JSON.parse(root.dataset.words);
  const part = (name) => root.querySelector(`[data-${name}]`);
  const reader = makeReader(root.dataset.worker);
  const list = makeList({
    root: document,
    words,
    readingUrl: root.dataset.reading,
    textsMax: Number(root.dataset.textsMax),
  });
  const page = {
    root, words, part, reader, list,
    video: part("video"),
    canvas: document.createElement("canvas"),
    sightings: makeSightings(),
    signal: makeSignal(part("sound")),
    track: null,
    turn: 0, // Grows with each opening and closing; whoever waited compares it.
    isPaused: false,
  };
  root.hidden = false;
  useListButtons(page);
  const photos = document.querySelector("[data-photo]");
  if (photos) usePhotos({ form: photos, words, reader, list });
  useCameraButtons(page);
}

function useCameraButtons(page) {
  const missing = missingCamera();
  if (missing) {
    page.part("viewfinder").hidden = true;
    page.part("start").hidden = true;
    page.part("sound").hidden = true;
    return showTrouble(page, missing);
  }
  page.part("start").addEventListener("click", () => (page.track ? close(page) : open(page)));
  page.part("cameras").addEventListener("change", ({ target }) => open(page, target.value));
  page.part("light").addEventListener("click", ({ currentTarget }) => turnLight(page, currentTarget));
  // A camera that nobody looks at is closed, and opened again when they come back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && page.track) {
      page.isPaused = true;
      close(page);
    } else if (!document.hidden && page.isPaused) open(page, page.part("cameras").value);
  });
  return isAllowed().then((isOpenAtOnce) => {
    if (isOpenAtOnce && !page.track && !document.hidden) open(page);
  });
}

async function open(page, deviceId = "") {
  close(page);
  const { turn } = page;
  page.isPaused = false;
  showTrouble(page, "");
  say(page, page.words.starting);
  const loading = page.reader.load();
  loading.catch(() => {}); // Waited for below; the camera may be refused first.
  try {
    const stream = await borrowCamera(deviceId);
    // Closed, or opened anew, while the person was being asked.
    if (turn !== page.turn) return giveBack(stream);
    await show(page, stream);
    await loading;
    if (turn === page.turn) say(page, page.words.looking);
    await look(page, turn);
  } catch (error) {
    const isLost = error instanceof ReaderLost;
    if (turn === page.turn) fail(page, isLost ? "reader" : troubleOf(error));
    // Anything else is a fault of this script, which nobody should have to guess.
    if (!isLost && !(error instanceof DOMException)) throw error;
  }
}

async function show(page, stream) {
  const { turn, video } = page;
  [page.track] = stream.getVideoTracks();
  page.track.addEventListener("ended", () => turn === page.turn && fail(page, "busy"));
  video.srcObject = stream;
  showOpen(page, true);
  await video.play();
  await showCameras(page);
}

async function look(page, turn) {
  const { video, canvas, reader, sightings, list } = page;
  while (turn === page.turn) {
    if (video.videoWidth) {
      const { videoWidth, videoHeight } = video;
      const picture = pixelsOf(video, videoWidth, videoHeight, VIDEO_SIDE_MAX, canvas);
      const symbols = await reader.read(picture, FRAME_SYMBOLS_MAX);
      if (turn !== page.turn) return;
      const news = sightings.news(symbols, performance.now());
      if (news.length && list.add(news)) hit(page);
    }
    await new Promise((resolve) => setTimeout(resolve, FRAME_REST_MS));
  }
}

function hit(page) {
  const frame = page.part("viewfinder");
  frame.classList.add("is-hit");
  setTimeout(() => frame.classList.remove("is-hit"), HIT_MS);
  page.signal();
  say(page, page.words.read);
}

function close(page) {
  page.turn += 1;
  page.track = null;
  giveBack(page.video.srcObject);
  page.video.srcObject = null;
  showOpen(page, false);
  say(page, "");
}

function fail(page, trouble) {
  close(page);
  showTrouble(page, trouble);
}

function showOpen(page, isOpen) {
  page.part("rest").hidden = isOpen;
  page.part("viewfinder").classList.toggle("is-open", isOpen);
  page.part("start-label").textContent = isOpen ? page.words.stop : page.words.start;
  const light = page.part("light");
  light.hidden = !(isOpen && hasLight(page.track));
  light.setAttribute("aria-pressed", "false");
}

function showTrouble(page, kind) {
  page.root.querySelectorAll("[data-trouble]").forEach((one) => {
    one.hidden = one.dataset.trouble !== kind;
  });
}

async function showCameras(page) {
  const cameras = await listCameras();
  const choice = page.part("cameras");
  const current = page.track?.getSettings().deviceId ?? "";
  const options = cameras.map((camera, index) => {
    const name = camera.label || `${page.words.camera} ${index + 1}`;
    return new Option(name, camera.deviceId, false, camera.deviceId === current);
  });
  choice.replaceChildren(...options);
  page.part("choice").hidden = cameras.length < 2;
}

async function turnLight(page, button) {
  const isOn = button.getAttribute("aria-pressed") !== "true";
  try {
    await setLight(page.track, isOn);
    button.setAttribute("aria-pressed", String(isOn));
  } catch {
    // It said that it has a light and has none that obeys.
    button.hidden = true;
  }
}

function useListButtons({ list, words }) {
  const part = (name) => document.querySelector(`[data-${name}]`);
  part("clear").addEventListener("click", () => {
    list.clear();
    // The button is gone with the list; the keyboard goes on at its title.
    part("list-title").focus();
  });
  const copy = part("copy");
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(list.lines());
    part("copy-label").textContent = words.copied;
    setTimeout(() => {
      part("copy-label").textContent = words.copy_list;
    }, 2000);
  });
}

function say(page, sentence) {
  const status = page.part("status");
  // What is said again is not heard again; screen readers are told changes alone.
  if (status.textContent !== sentence) status.textContent = sentence;
}
