// The camera of the device: opening and closing it, which one, its light, and what went wrong.

// Symbols of 60 characters are read from a third of the width at this size; more costs time.
const WISHED = { width: { ideal: 1280 }, height: { ideal: 720 } };

const TROUBLES = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

// Returns why there can be no camera, before anybody is asked for one; else "".
export function missingCamera() {
  if (!globalThis.isSecureContext) return "insecure";
  return navigator.mediaDevices?.getUserMedia && globalThis.Worker ? "" : "unsupported";
}

export function troubleOf(error) {
  return TROUBLES[error?.name] ?? "busy";
}

// Whether the person has allowed the camera before: then it may be opened without a press.
export async function isAllowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false;
  }
}

// Returns the stream of a camera; whoever does not want it any more gives it back.
export function borrowCamera(deviceId) {
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
  return navigator.mediaDevices.getUserMedia({ video: { ...WISHED, ...which } });
}

export function giveBack(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}

// Names are told only to whom the camera was lent, so this is asked afterwards.
export async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput");
}

export function hasLight(track) {
  return Boolean(track.getCapabilities?.().torch);
}

export function setLight(track, isOn) {
  return track.applyConstraints({ advanced: [{ torch: isOn }] });
}
