// Reads the symbols of one picture after the other, away from the page. It is served with a policy
// of its own, the only one that allows WebAssembly; it sees pixels and gives back text.
//
// zxing-wasm is asked itself and not through the Barcode Detection API, whose answers leave out what
// tells the element strings of GS1 from other text: the identifier of the symbology and FNC1.

import {
  prepareZXingModule,
  readBarcodes,
} from "/static/vendor/zxing-wasm/dist/es/reader/index.js";

// The same as in web/pages/photo.py: two readers of one photo must agree.
const FORMATS = [
  "QRCode", "MicroQRCode", "DataMatrix", "Code128", "EAN13", "EAN8",
  "UPCA", "UPCE", "ITF14", "DataBar", "DataBarLtd", "DataBarExp",
];
const MATRIX = new Set(["QRCode", "DataMatrix"]);

const loaded = prepareZXingModule({
  // Without this it would ask another host for its other half.
  overrides: { locateFile: () => "/static/vendor/zxing-wasm/dist/reader/zxing_reader.wasm" },
  fireImmediately: true,
});

loaded.then(
  () => postMessage({ isReady: true }),
  () => postMessage({ isReady: false }),
);

addEventListener("message", async ({ data: { id, width, height, pixels, symbolsMax } }) => {
  try {
    const picture = new ImageData(new Uint8ClampedArray(pixels), width, height);
    const found = await readBarcodes(picture, {
      formats: FORMATS,
      textMode: "Plain",
      maxNumberOfSymbols: symbolsMax,
    });
    postMessage({ id, symbols: found.filter((one) => one.isValid && one.text).map(symbolOf) });
  } catch {
    postMessage({ id, symbols: null });
  }
});

function symbolOf(found) {
  // As scanners send it (ISO/IEC 15424): what follows are element strings.
  const prefix = found.contentType === "GS1" ? found.symbologyIdentifier : "";
  return { text: prefix + found.text, isMatrix: MATRIX.has(found.symbology) };
}
