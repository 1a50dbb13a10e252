// Plays a plan on several peers at once. Each peer gets its requests in the order of the plan, and
// as early as possible: a request waits only for the answer that it is made from.

/** The steps of a plan, each for one person. */
export class Lanes {
  #steps = [];

  /**
   * Adds a request; `args` may be a function of what an earlier step has answered, and `check` looks
   * at the reply. Returns the step, for later ones to be made from.
   */
  add(person, cmd, args, { from, check } = {}) {
    const step = { person, cmd, args, from, check };
    step.reply = new Promise((resolve, reject) => Object.assign(step, { resolve, reject }));
    step.reply.catch(() => {});
    this.#steps.push(step);
    return step;
  }

  /** Sends everything; fails with the first step, in the plan's order, that went wrong. */
  async play() {
    const peers = new Set(this.#steps.map((step) => step.person.peer));
    await Promise.all([...peers].map((peer) => issue(this.#steps.filter((step) => step.person.peer === peer))));
    for (const [position, { person, cmd, check, reply }] of this.#steps.entries()) {
      try {
        check(await reply);
      } catch (error) {
        error.message = `step ${position}, ${cmd} by ${person.user}: ${error.message}`;
        throw error;
      }
    }
  }
}

/** Sends the steps of one peer. */
async function issue(steps) {
  for (const { person, cmd, args, from, resolve, reject } of steps) {
    try {
      const made = from ? args(await from.reply) : args;
      person.raw(cmd, made).then(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }
}
