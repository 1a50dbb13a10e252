// Numbers that look random and are the same for the same seed.

/** splitmix32. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  next() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** From 0 to less than `limit`. */
  below(limit) {
    return this.next() % limit;
  }

  /** From `first` to `last`, both included. */
  between(first, last) {
    return first + this.below(last - first + 1);
  }

  /** True in so many of a hundred cases. */
  percent(share) {
    return this.below(100) < share;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** Takes one out of a list. */
  take(list) {
    return list.splice(this.below(list.length), 1)[0];
  }
}
