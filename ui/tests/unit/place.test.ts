import { beforeEach, describe, expect, it } from "vitest";
import { Place } from "../../src/views/place.svelte";

/** A tab's history, as far as a place needs it. */
class Tab {
  readonly states: unknown[] = [null];
  readonly history = {
    state: null as unknown,
    pushState: (state: unknown) => {
      this.states.push(state);
      this.history.state = state;
    },
  };
  #heard: () => void = () => {};

  addEventListener(_: string, listener: () => void): void {
    this.#heard = listener;
  }

  removeEventListener(): void {
    this.#heard = () => {};
  }

  back(): void {
    this.states.pop();
    this.history.state = this.states.at(-1);
    this.#heard();
  }
}

describe("the place in the window", () => {
  let tab: Tab;
  const placeIn = (page: Tab) => new Place(page as unknown as Window);
  beforeEach(() => {
    tab = new Tab();
  });

  it("goes back the way it came", () => {
    const place = placeIn(tab);
    const stop = place.watch();
    place.open("b0");
    place.go("wallet");
    expect([place.section, place.chat]).toEqual(["wallet", "b0"]);
    tab.back();
    expect([place.section, place.chat]).toEqual(["chats", "b0"]);
    tab.back();
    expect([place.section, place.chat]).toEqual(["chats", null]);
    stop();
  });

  it("is the same after the page is loaded anew, and begins at the list if there was none", () => {
    placeIn(tab).open("b0");
    expect(placeIn(tab).chat).toBe("b0");
    tab.history.state = { section: "nowhere", chat: 7 };
    const place = placeIn(tab);
    expect([place.section, place.chat]).toEqual(["chats", null]);
  });

  it("is not entered twice", () => {
    const place = placeIn(tab);
    place.go("chats");
    place.open("b0");
    place.open("b0");
    place.leave();
    place.leave();
    expect(tab.states).toHaveLength(3);
  });
});
