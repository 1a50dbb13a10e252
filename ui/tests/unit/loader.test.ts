import { beforeEach, describe, expect, it } from "vitest";
import { Loader } from "../../src/lib/loader";
import { FakeCore, settled } from "./fake";

describe("the one rule for reloading", () => {
  let core: FakeCore;
  let waiting: (() => void)[];
  let loads: number;
  let loader: Loader;

  beforeEach(() => {
    core = new FakeCore();
    waiting = [];
    loads = 0;
    loader = new Loader(() => {
      loads++;
      return new Promise((resolve) => waiting.push(resolve));
    });
  });
  const finish = async () => {
    waiting.splice(0).forEach((resolve) => resolve());
    await settled();
  };

  it("loads at once, and again at its topics and at `all` only", async () => {
    const stop = loader.watch(["chat"]);
    await finish();
    core.tell("money");
    expect(loads).toBe(1);
    core.tell("chat");
    await finish();
    core.tell("all");
    await finish();
    expect(loads).toBe(3);
    stop();
    core.tell("chat");
    expect(loads).toBe(3);
  });

  it("passes over what is said of another id, but not what is said of all", async () => {
    loader.watch(["chat"], "b0");
    await finish();
    core.tell("chat", "c0");
    expect(loads).toBe(1);
    for (const id of ["b0", null]) {
      core.tell("chat", id);
      await finish();
    }
    core.tell("all", "c0");
    expect(loads).toBe(4);
  });

  it("goes on after a load that broke", async () => {
    let tries = 0;
    const broken = new Loader(() => (++tries === 1 ? Promise.reject(new Error("broken")) : Promise.resolve()));
    await expect(broken.load()).rejects.toThrow("broken");
    await broken.load();
    expect(tries).toBe(2);
  });

  it("never has two loads under way, so that a late answer cannot overwrite a newer one", async () => {
    loader.watch(["chat"]);
    core.tell("chat");
    core.tell("chat");
    expect(loads).toBe(1);
    await finish();
    expect(loads).toBe(2);
    await finish();
    expect(loads).toBe(2);
  });

  it("settles when what was asked for meanwhile is there, too", async () => {
    void loader.load();
    let done = false;
    void loader.load().then(() => (done = true));
    await finish();
    expect(done).toBe(false);
    await finish();
    expect(done).toBe(true);
  });
});
