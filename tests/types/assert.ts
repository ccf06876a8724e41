// Two types are the same when neither can be told from the other.
export type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

/** Does not compile unless it is given `true`. */
export type Assert<Truth extends true> = Truth
