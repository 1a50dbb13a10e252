// 二维码：连续显示与读取。

import type { Catalogue } from "./en";

export const codes: Catalogue["codes"] = {
  series: (at, count) => `第 ${at} 个二维码，共 ${count} 个。对方需要读取全部。`,
  hold: "停住",
  turn: "自动切换",
  next: "下一个二维码",
  picture: "从图片读取二维码",
  camera: "用摄像头读取",
  stop: "关闭摄像头",
  far: (read, count) => `已读取 ${read} 个，共 ${count} 个`,
  none: "图片中没有找到二维码。请使用更清晰或更大的图片，也可以直接粘贴图片。",
  cameraFault: "此处不能使用摄像头。请改用二维码的图片。",
};
