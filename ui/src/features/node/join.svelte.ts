import { commands } from "../../bindings";
import type { Failure } from "../../lib/transport";

/** Telling the profile where a network is. */
export class Join {
  failure = $state.raw<Failure | null>(null);
  busy = $state(false);
  done = $state(false);

  /** True once the core has kept the address. */
  async add(address: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const answer = await commands.networkAdd({ address: address.trim() });
    this.busy = false;
    this.done = answer.ok;
    this.failure = answer.ok ? null : answer.error;
    return answer.ok;
  }
}
