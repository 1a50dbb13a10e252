// A network of its own for the story: managers and workers in one process.

import { join } from "node:path";
import { binary, Program } from "./programs.mjs";

/** A running, or stopped, devnet. */
export class Devnet {
  constructor(folder) {
    this.folder = join(folder, "net");
  }

  /** Starts it, or goes on with the same folder; returns once it serves. */
  async start() {
    this.program = new Program(binary("bcm-node"), ["devnet", "--dir", this.folder, "--json"]);
    const ready = JSON.parse(await this.program.line());
    this.bootstrap = ready.bootstrap;
  }

  /** Stops it. */
  async stop() {
    await this.program.stop();
  }

  /** The options by which a program finds it. */
  options() {
    return this.bootstrap.flatMap((address) => ["--bootstrap", address]);
  }
}
