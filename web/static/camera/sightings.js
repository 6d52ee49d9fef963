// Which symbols in front of the camera are news. A symbol stays in the picture for many frames and
// is one sighting for as long as it does; a bar code counts only when two frames agree, since parts
// of one can look like another.

const AWAY_MS = 1500;
const BAR_FRAMES_MIN = 2;

export function makeSightings() {
  const seen = new Map(); // text -> {at, frames}

  // Returns the texts that came into the picture; `now` are milliseconds of any clock that runs on.
  function news(symbols, now) {
    for (const [text, one] of seen) if (now - one.at > AWAY_MS) seen.delete(text);
    const found = [];
    for (const { text, isMatrix } of symbols) {
      const one = seen.get(text) ?? { at: now, frames: 0 };
      one.at = now;
      one.frames += 1;
      seen.set(text, one);
      if (one.frames === (isMatrix ? 1 : BAR_FRAMES_MIN)) found.push(text);
    }
    return found;
  }

  return { news };
}
