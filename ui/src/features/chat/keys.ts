/** What a keyboard told, as far as sending a message goes. */
export type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "isComposing" | "keyCode">;

/** Safari and WebKitGTK end a composition before its Enter arrives, and mark that Enter with this. */
const IN_COMPOSITION = 229;

/** True for Enter alone: not with Shift, and never while an input method is composing. */
export function sendsMessage({ key, shiftKey, isComposing, keyCode }: Pressed): boolean {
  return key === "Enter" && !shiftKey && !isComposing && keyCode !== IN_COMPOSITION;
}
