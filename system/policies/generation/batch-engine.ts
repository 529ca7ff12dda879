/** What one deployment of a model can do; times in ms of an unloaded clock. */
export interface EngineFigures {
  /** Answers that are worked on at once; the others wait in the order in which they came. */
  readonly slots: number;
  /** An iteration gives every running answer one token; this long it takes whatever it carries. */
  readonly iterationBaseMs: number;
  /** What each running answer adds to an iteration. */
  readonly iterationPerAnswerMs: number;
  /** Reading a prompt. Prompts are read one after the other. */
  readonly prefillMsPerToken: number;
  /** A prompt is read in pieces of this size, and before each piece the running answers have an iteration. */
  readonly prefillChunkTokens: number;
}

/** One answer, from its submission to its last token. Times are those that the caller's clock gave. */
export interface AnswerProgress {
  readonly submittedMs: number;
  /** Undefined while it waits for a slot. */
  readonly admittedMs: number | undefined;
  readonly firstTokenMs: number | undefined;
  readonly lastTokenMs: number | undefined;
  /** Tokens so far. */
  readonly written: number;
  readonly isEnded: boolean;
}

export interface AnswerTask {
  readonly promptTokens: number;
  /** At least 1. */
  readonly outputTokens: number;
  /** Called for every token, in order of time over all answers; it may submit and cancel. */
  readonly onToken: (progress: AnswerProgress) => void;
}

/**
 * An inference server with continuous batching, as a rule without a clock: the caller says what time it is, and asks when to
 * come back. So the same rule runs behind a process with timers and in a simulation that leaps from event to event.
 */
export interface BatchEngine {
  /** Throws `RangeError` on a task without tokens. */
  submit(task: AnswerTask, nowMs: number): AnswerProgress;
  /** Ends an answer wherever it is and gives its slot to the next one; nothing happens to one that has ended. */
  cancel(answer: AnswerProgress, nowMs: number): void;
  /** Lets everything happen that is due by now, each thing at its own time. */
  readonly advance: (nowMs: number) => void;
  /** When something happens next; undefined when there is nothing to do. */
  readonly nextEventMs: () => number | undefined;
  readonly queueLength: () => number;
  readonly slotsInUse: () => number;
}

interface Answer extends AnswerProgress {
  readonly task: AnswerTask;
  admittedMs: number | undefined;
  firstTokenMs: number | undefined;
  lastTokenMs: number | undefined;
  written: number;
  isEnded: boolean;
  /** The first token comes then; set when its prompt's turn comes. */
  dueMs: number;
}

/**
 * The rule, with iteration-level scheduling (Orca, OSDI 2022): an answer joins the running ones between two iterations and
 * leaves when it is done, without waiting for the others.
 *
 * Reading prompts and writing tokens share the hardware. An answer's reading is charged to the iterations in which it writes,
 * in equal parts: over many answers that is the time which readings take from everybody, without modelling every piece of a
 * prompt. An iteration therefore takes `iterationBaseMs` + the sum over running answers of `iterationPerAnswerMs` + reading ÷
 * length. A first token comes after a free slot, the prompts before it, its own reading, and one iteration per piece read.
 */
export function createBatchEngine(figures: EngineFigures): BatchEngine {
  const { slots, iterationBaseMs, iterationPerAnswerMs, prefillMsPerToken, prefillChunkTokens } = figures;
  const queue = new Set<Answer>();
  /** Have a slot and wait for the prompts before theirs to be read. */
  const unread = new Set<Answer>();
  /** The prompt that is being read, until then. */
  let reading: { readonly answer: Answer; readonly endMs: number } | undefined;
  /** Read, and waiting for the iterations between the pieces. */
  const starting = new Set<Answer>();
  /** Have a token and join the next iteration. */
  const joining = new Set<Answer>();
  const running = new Set<Answer>();
  let iterationEndMs: number | undefined;
  let isAdvancing = false;

  const slotsInUse = () => unread.size + (reading === undefined ? 0 : 1) + starting.size + joining.size + running.size;
  const readingMs = ({ promptTokens }: AnswerTask) => promptTokens * prefillMsPerToken;
  const iterationMs = () => {
    let durationMs = iterationBaseMs;
    for (const answers of [running, joining]) {
      for (const { task } of answers) {
        durationMs += iterationPerAnswerMs + readingMs(task) / task.outputTokens;
      }
    }
    return durationMs;
  };

  const read = (nowMs: number) => {
    const [answer] = unread;
    if (reading === undefined && answer !== undefined) {
      unread.delete(answer);
      const endMs = nowMs + readingMs(answer.task);
      const pieces = Math.ceil(answer.task.promptTokens / prefillChunkTokens);
      answer.dueMs = endMs + (running.size + joining.size === 0 ? 0 : pieces * iterationMs());
      reading = { answer, endMs };
    }
  };
  const admit = (nowMs: number) => {
    while (slotsInUse() < slots) {
      const [answer] = queue;
      if (answer === undefined) {
        return;
      }
      queue.delete(answer);
      answer.admittedMs = nowMs;
      unread.add(answer);
      read(nowMs);
    }
  };
  const beginIteration = (nowMs: number) => {
    if (iterationEndMs === undefined && running.size + joining.size > 0) {
      iterationEndMs = nowMs + iterationMs();
      for (const answer of joining) {
        running.add(answer);
      }
      joining.clear();
    }
  };
  const write = (answer: Answer, nowMs: number) => {
    answer.written += 1;
    answer.firstTokenMs ??= nowMs;
    if (answer.written === answer.task.outputTokens) {
      answer.lastTokenMs = nowMs;
      answer.isEnded = true;
      running.delete(answer);
      admit(nowMs);
    }
    answer.task.onToken(answer);
  };

  const endIteration = (nowMs: number) => {
    iterationEndMs = undefined;
    for (const answer of running) {
      write(answer, nowMs);
    }
    beginIteration(nowMs);
  };
  const endReading = (answer: Answer, nowMs: number) => {
    reading = undefined;
    starting.add(answer);
    read(nowMs);
  };
  const start = (answer: Answer, nowMs: number) => {
    starting.delete(answer);
    if (answer.task.outputTokens > 1) {
      joining.add(answer);
    }
    write(answer, nowMs);
    beginIteration(nowMs);
  };

  /** What happens next, and when; at the same time first what came first in this list. */
  const next = (): { readonly atMs: number; readonly happen: (nowMs: number) => void } | undefined => {
    let earliest = iterationEndMs === undefined ? undefined : { atMs: iterationEndMs, happen: endIteration };
    const consider = (atMs: number, happen: (nowMs: number) => void) => {
      if (earliest === undefined || atMs < earliest.atMs) {
        earliest = { atMs, happen };
      }
    };
    if (reading !== undefined) {
      const { answer, endMs } = reading;
      consider(endMs, (nowMs) => endReading(answer, nowMs));
    }
    for (const answer of starting) {
      consider(answer.dueMs, (nowMs) => start(answer, nowMs));
    }
    return earliest;
  };
  const advance = (nowMs: number) => {
    if (isAdvancing) {
      return;
    }
    isAdvancing = true;
    try {
      for (let event = next(); event !== undefined && event.atMs <= nowMs; event = next()) {
        event.happen(event.atMs);
      }
    } finally {
      isAdvancing = false;
    }
  };

  return {
    submit(task, nowMs) {
      if (!(task.promptTokens >= 0 && Number.isInteger(task.outputTokens) && task.outputTokens >= 1)) {
        throw new RangeError(`an answer of ${task.outputTokens} tokens to a prompt of ${task.promptTokens} cannot be written`);
      }
      advance(nowMs);
      const answer: Answer = {
        task,
        submittedMs: nowMs,
        admittedMs: undefined,
        firstTokenMs: undefined,
        lastTokenMs: undefined,
        written: 0,
        isEnded: false,
        dueMs: Number.POSITIVE_INFINITY,
      };
      queue.add(answer);
      admit(nowMs);
      return answer;
    },
    cancel(progress, nowMs) {
      advance(nowMs);
      const answer = progress as Answer;
      if (answer.isEnded) {
        return;
      }
      answer.isEnded = true;
      for (const answers of [queue, unread, starting, joining, running]) {
        answers.delete(answer);
      }
      if (reading?.answer === answer) {
        reading = undefined;
      }
      read(nowMs);
      admit(nowMs);
    },
    advance,
    nextEventMs: () => next()?.atMs,
    queueLength: () => queue.size,
    slotsInUse,
  };
}
