// Pictures as pixels that can be read: of the camera, and of a photo.

export const VIDEO_SIDE_MAX = 1280;
export const PHOTO_SIDE_MAX = 3072;

// Returns the ImageData of a video, an image or a bitmap, its longer side at most `sideMax`.
export function pixelsOf(source, width, height, sideMax, canvas) {
  const scale = Math.min(1, sideMax / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  // What is see-through lies on white: a symbol saved without a ground is read so.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
