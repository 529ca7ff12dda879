/** A point of an answer. */
export interface Hit {
  readonly row: number;
  readonly score: number;
  /** The write that the point was last changed by; 0 in answers that are not ranked by vectors. */
  readonly version: number;
  /** The value that it is ordered by. */
  readonly orderValue?: number | bigint;
}
