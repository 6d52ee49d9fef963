// A photo is read on the device first. Only where nothing is found there does the form send it, as
// it would without this script, and made smaller where it is larger than the service takes.

import { PHOTO_SIDE_MAX, pixelsOf } from "./pixels.js";

const PHOTO_SYMBOLS_MAX = 255;
const JPEG_QUALITY = 0.92;

export function usePhotos({ form, words, reader, list }) {
  const input = form.querySelector("input[type=file]");
  const status = form.querySelector("[data-photo-status]");
  let isBusy = false;

  async function readPhoto() {
    const [file] = input.files;
    if (!file || isBusy) return;
    isBusy = true;
    status.textContent = words.photo_reading;
    const texts = await textsOn(file, reader);
    isBusy = false;
    if (texts.length) {
      list.add(texts);
      status.textContent = "";
      form.reset();
      return;
    }
    status.textContent = words.photo_sending;
    await shrink(input, Number(form.dataset.bytesMax));
    form.submit();
  }

  input.addEventListener("change", readPhoto);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    readPhoto();
  });
}

async function textsOn(file, reader) {
  try {
    const bitmap = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    const picture = pixelsOf(bitmap, bitmap.width, bitmap.height, PHOTO_SIDE_MAX, canvas);
    bitmap.close();
    const symbols = await reader.read(picture, PHOTO_SYMBOLS_MAX);
    return [...new Set(symbols.map(({ text }) => text))];
  } catch {
    // No photo for this browser, or no reader in it: the service may know better.
    return [];
  }
}

async function shrink(input, bytesMax) {
  const [file] = input.files;
  if (file.size <= bytesMax) return;
  try {
    const bitmap = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    pixelsOf(bitmap, bitmap.width, bitmap.height, PHOTO_SIDE_MAX, canvas);
    bitmap.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", JPEG_QUALITY));
    const files = new DataTransfer();
    files.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
    input.files = files.files;
  } catch {
    // It goes as it is, and the service says what is wrong with it.
  }
}
