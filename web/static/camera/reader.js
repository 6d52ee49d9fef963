// The worker that reads symbols, as one function. It is started when it is first needed: its other
// half is a megabyte, which nobody should load who only types.

export class ReaderLost extends Error {}

export function makeReader(url) {
  const waiting = new Map();
  let worker = null;
  let ready = null;
  let last = 0;

  function start() {
    worker = new Worker(url, { type: "module" });
    ready = new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => {
        if (data.isReady === true) resolve();
        else if (data.isReady === false) fail(reject);
        else settle(data);
      });
      worker.addEventListener("error", () => fail(reject));
    });
    // Whoever reads waits for it; this keeps a failure that nobody waits for out of the console.
    ready.catch(() => {});
  }

  function fail(reject) {
    reject(new ReaderLost());
    waiting.forEach((one) => one.reject(new ReaderLost()));
    waiting.clear();
    worker?.terminate();
    worker = null;
  }

  function settle({ id, symbols }) {
    const one = waiting.get(id);
    waiting.delete(id);
    one?.resolve(symbols ?? []);
  }

  return {
    // Resolves when the worker can read; rejects with ReaderLost.
    load() {
      if (!worker) start();
      return ready;
    },
    // Returns [{text, isMatrix}] of an ImageData, whose pixels are given away.
    async read(picture, symbolsMax) {
      await this.load();
      const id = (last += 1);
      const { width, height, data } = picture;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, width, height, pixels: data.buffer, symbolsMax }, [data.buffer]);
      });
    },
  };
}
