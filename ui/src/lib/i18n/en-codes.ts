// QR codes: shown in a series, and read.

export const codes = {
  series: (at: number, count: number) => `Code ${at} of ${count}. Whoever reads them needs all.`,
  hold: "Hold still",
  turn: "Turn by itself",
  next: "Next code",
  picture: "Read codes from pictures",
  camera: "Read with the camera",
  stop: "Stop the camera",
  far: (read: number, count: number) => `${read} of ${count} codes read`,
  none: "No code was found there. Take a sharper or a larger picture; you can also paste one.",
  cameraFault: "This app may not use a camera here. Take a picture of the code instead.",
};
