// What a page shows and what a person can do with it, whatever drives it: Chromium or a window.
//
// A driver adds: run(fn, argument), fill, choose, click, press, type, picture, reload.

import { until } from "../world/waiting.mjs";

/** The selector of an element by its `data-test`, and by others of its attributes: `{ from: "me" }` is `data-from`. */
export function at(test, attributes = {}) {
  const more = Object.entries(attributes).map(([name, value]) => `[data-${name}="${value}"]`);
  return `[data-test="${test}"]${more.join("")}`;
}

/** The part that all drivers share. The functions given to `run` run inside the page. */
export class Page {
  /** The elements that fit: text, value, attributes. */
  async all(selector) {
    return this.run(
      (wanted) =>
        [...document.querySelectorAll(wanted)].map((element) => ({
          text: element.textContent,
          value: element.value,
          attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
        })),
      selector,
    );
  }

  /** The one element that fits. */
  async one(selector) {
    const found = await this.all(selector);
    if (found.length !== 1) throw new Error(`${found.length} elements, not one: ${selector}`);
    return found[0];
  }

  async count(selector) {
    return (await this.all(selector)).length;
  }

  async texts(selector) {
    return (await this.all(selector)).map(({ text }) => text);
  }

  async text(selector) {
    return (await this.one(selector)).text;
  }

  async value(selector) {
    return (await this.one(selector)).value;
  }

  async attribute(selector, name) {
    return (await this.one(selector)).attributes[name];
  }

  /** The `data-test` of what has the focus. */
  async focused() {
    return this.run(() => document.activeElement?.dataset.test ?? null);
  }

  /** Everything that can be read. */
  async words() {
    return this.run(() => document.body.innerText);
  }

  /** The language and the theme that the document says it has. */
  async look() {
    return this.run(() => [document.documentElement.lang, document.documentElement.dataset.theme]);
  }

  /** Forces a language and a theme, or lets the system decide, as if chosen in the settings before. */
  async prefer(language, theme) {
    await this.run(
      (choices) => {
        for (const [name, choice] of choices) {
          if (choice) localStorage.setItem(name, choice);
          else localStorage.removeItem(name);
        }
      },
      [
        ["bcm.language", language],
        ["bcm.theme", theme],
      ],
    );
    await this.reload();
  }

  /** Waits until nothing moves any more, but for what turns forever, and what there is is drawn. */
  async settled() {
    const still = () =>
      document.getAnimations().every(
        (animation) =>
          animation.playState !== "running" || animation.effect.getComputedTiming().endTime === Infinity,
      );
    await until("a page at rest", () => this.run(still));
    // The second frame begins when the first has been drawn.
    await this.run(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn()))));
  }
}
