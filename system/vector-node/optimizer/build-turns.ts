/** One index is built at a time in a process: builds then neither share its cores nor add up their memory. */
export class BuildTurns {
  #last: Promise<void> = Promise.resolve();

  /** Runs `build` when those before it have ended. */
  async take<T>(build: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(build);
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return await turn;
  }
}

/** The turns of this process. */
export const processTurns = new BuildTurns();
